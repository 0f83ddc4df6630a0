import type { Put } from '../../src/kernel/effects.js';
import type { NodeId } from '../../src/kernel/ids.js';
import { isTerminal, type TerminalState } from '../../src/kernel/states.js';
import type { AttemptId } from '../../src/executor/runner.js';
import type { TaskRecord } from '../../src/tasks/record.js';
import { TASK_PREFIX } from '../../src/tasks/replication/names.js';
import { History } from '../history/history.js';
import { coreIn, entryIn, Majorities, ReplicaSets } from '../history/register-writes.js';
import type { Trace } from '../workload/trace.js';

interface Running {
  readonly name: string;
  readonly task: number;
  readonly node: NodeId;
  readonly startMs: number;
}

/** What one node ran. */
export interface Share {
  tasks: number;
  /** Run time times CPUs. */
  busyMs: number;
}

/**
 * What runners and disks saw, in a few numbers a task: for runs of so many tasks that nobody wants a history of each. It
 * measures, and judges nothing. Times are virtual ms since `begin`; NaN stands for what has not happened.
 */
export class Recorder extends History {
  readonly firstStartMs: Float64Array;
  /** When the attempt ended that the outcome is of; where there was none, when the outcome was on disk. */
  readonly endMs: Float64Array;
  /** How long that attempt ran. */
  readonly runMs: Float64Array;
  readonly shares = new Map<NodeId, Share>();
  readonly outcomes = new Map<TerminalState, number>();
  attemptCount = 0;
  /** Tasks that have started, and how long these waited, together. */
  startedCount = 0;
  waitedMs = 0;
  /** Tasks that have an outcome. */
  finishedCount = 0;
  readonly #isFinished: Uint8Array;
  readonly #sets = new ReplicaSets();
  readonly #ends = new Majorities<TerminalState>(this.#sets);
  readonly #running = new Map<string, Running>();
  readonly #arrays = new Map<string, Int32Array>();
  #beganMs = 0;

  constructor(private readonly trace: Trace) {
    super();
    const times = () => new Float64Array(trace.length).fill(NaN);
    [this.firstStartMs, this.endMs, this.runMs] = [times(), times(), times()];
    this.#isFinished = new Uint8Array(trace.length);
  }

  begin(nowMs: number): void {
    this.#beganMs = nowMs;
  }

  /** The name for a job of these tasks of the trace. That of a single task is in the name: there may be very many. */
  nameFor(tasks: readonly number[]): string {
    const [first = 0] = tasks;
    const name = `sim${first.toString(36).padStart(6, '0')}`;
    if (tasks.length > 1) this.#arrays.set(name, Int32Array.from(tasks));
    return name;
  }

  override started(node: NodeId, attempt: AttemptId, nowMs: number): void {
    const [job = '', index] = attempt.task.split('/');
    const task = this.#taskOf(job, Number(index));
    const startMs = nowMs - this.#beganMs;
    const name = nameOf(attempt);
    this.attemptCount += 1;
    this.#running.set(name, { name, task, node, startMs });
    if (!Number.isNaN(this.firstStartMs[task])) return;
    this.firstStartMs[task] = startMs;
    this.startedCount += 1;
    this.waitedMs += startMs - (this.trace[task]?.atMs ?? 0);
  }

  override ended(attempt: AttemptId, nowMs: number): void {
    const running = this.#running.get(nameOf(attempt));
    if (!running) return;
    const endMs = nowMs - this.#beganMs;
    this.#stop(running, endMs);
    if (this.#isFinished[running.task] === 1) return;
    this.endMs[running.task] = endMs;
    this.runMs[running.task] = endMs - running.startMs;
  }

  override died(node: NodeId, nowMs: number): void {
    for (const running of this.#running.values()) {
      if (running.node === node) this.#stop(running, nowMs - this.#beganMs);
    }
  }

  /** What a majority has on disk is an outcome; a later one would be a bug, which is for the checks to find. */
  override recorded(put: Put, _before: unknown, node: NodeId, nowMs: number): void {
    const head = coreIn(put);
    if (head?.core.head) this.#sets.note(head.register, head.core.head);
    const entry = entryIn(put);
    if (!entry?.key.startsWith(TASK_PREFIX)) return;
    const { state, index } = entry.value as TaskRecord;
    if (!isTerminal(state)) return;
    const [job = ''] = entry.register.split('#');
    const task = this.#taskOf(job, index);
    if (this.#isFinished[task] === 1 || this.#ends.put(node, entry, state) === undefined) return;
    this.#isFinished[task] = 1;
    this.finishedCount += 1;
    this.outcomes.set(state, (this.outcomes.get(state) ?? 0) + 1);
    if (Number.isNaN(this.endMs[task])) this.endMs[task] = nowMs - this.#beganMs;
  }

  isFinished(task: number): boolean {
    return this.#isFinished[task] === 1;
  }

  #stop({ name, task, node, startMs }: Running, endMs: number): void {
    this.#running.delete(name);
    const share = this.shares.get(node) ?? { tasks: 0, busyMs: 0 };
    this.shares.set(node, share);
    share.tasks += 1;
    share.busyMs += (endMs - startMs) * (this.trace[task]?.cpus ?? 1);
  }

  #taskOf(job: string, index: number): number {
    return this.#arrays.get(job)?.[index] ?? Number.parseInt(job.slice(3), 36);
  }
}

function nameOf({ task, epoch }: AttemptId): string {
  return `${task} ${epoch}`;
}
