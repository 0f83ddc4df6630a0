import type { Put } from '../../src/kernel/effects.js';
import type { NodeId, TaskId } from '../../src/kernel/ids.js';
import { isTerminal } from '../../src/kernel/states.js';
import type { AttemptId } from '../../src/executor/runner.js';
import type { TaskRecord } from '../../src/tasks/record.js';

/** One attempt that really ran. */
export interface Attempt {
  readonly task: TaskId;
  readonly epoch: number;
  readonly node: NodeId;
  readonly startMs: number;
  endMs: number | undefined;
  how: 'runs' | 'ended' | 'died';
}

/** What happened, seen from outside; it throws as soon as a promise is broken. */
export class History {
  readonly attempts: Attempt[] = [];
  readonly #byName = new Map<string, Attempt>();

  /** No two attempts of a task may share an epoch, wherever they run. */
  started(node: NodeId, { task, epoch }: AttemptId, startMs: number): void {
    const before = this.#byName.get(`${task} ${epoch}`);
    if (before) throw new Error(`${task} under epoch ${epoch} ran on ${before.node} and again on ${node}`);
    const attempt: Attempt = { task, epoch, node, startMs, endMs: undefined, how: 'runs' };
    this.attempts.push(attempt);
    this.#byName.set(`${task} ${epoch}`, attempt);
  }

  ended({ task, epoch }: AttemptId, endMs: number): void {
    const attempt = this.#byName.get(`${task} ${epoch}`);
    if (attempt) Object.assign(attempt, { endMs, how: 'ended' });
  }

  died(node: NodeId, endMs: number): void {
    for (const attempt of this.running()) if (attempt.node === node) Object.assign(attempt, { endMs, how: 'died' });
  }

  /** An outcome, once recorded, never changes. */
  recorded({ key, value }: Put, before: unknown): void {
    if (!key.startsWith('task/') || before === undefined) return;
    const [was, is] = [before as TaskRecord, value as TaskRecord];
    if (isTerminal(was.state)) throw new Error(`${key} was ${was.state} and was written again as ${is.state}`);
  }

  running(): Attempt[] {
    return this.attempts.filter(({ how }) => how === 'runs');
  }

  of(task: TaskId): Attempt[] {
    return this.attempts.filter((attempt) => attempt.task === task);
  }

  /** How often each task was started. */
  starts(): ReadonlyMap<TaskId, number> {
    const counts = new Map<TaskId, number>();
    for (const { task } of this.attempts) counts.set(task, (counts.get(task) ?? 0) + 1);
    return counts;
  }

  /** Tasks that were started more than once. */
  reruns(): TaskId[] {
    return [...this.starts()].filter(([, starts]) => starts > 1).map(([task]) => task);
  }
}
