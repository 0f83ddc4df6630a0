import { assertNever } from '../kernel/assert.js';
import { taskId, type NodeId, type TaskId } from '../kernel/ids.js';
import { QUEUE_MAX } from '../kernel/load.js';
import { addResources, shortage, type Resources } from '../kernel/resources.js';
import type { Now } from '../kernel/time.js';
import { TimerBook } from '../kernel/timers.js';
import type { Assignment, Outcome } from './assignment.js';
import { commandOf } from './command.js';
import { Estimates } from './estimates.js';
import type { Admission, ExecutorEffect, ExecutorEvent, Group, Offer } from './events.js';
import { outcomeOf, type Ending } from './outcome.js';
import { FifoQueue } from './queue.js';
import { RecentAttempts } from './recent.js';
import type { AttemptEnd, AttemptId } from './runner.js';

export interface ExecutorConfig {
  /** Tasks that may be queued, whatever the bound says. @default QUEUE_MAX */
  readonly queueMax: number;
  /** Attempts at one time, even of tasks that need next to nothing: what the runner has slots for. */
  readonly runningMax: number;
  /** From TERM to KILL. */
  readonly graceMs: number;
}

const EXECUTOR_DEFAULTS: ExecutorConfig = { queueMax: QUEUE_MAX, runningMax: 512, graceMs: 5_000 };

interface Running {
  readonly assignment: Assignment;
  readonly sinceMs: number;
  ending: Ending | undefined;
}

/** Runs what it accepted, first come, first served; decides itself what it accepts. */
export class Executor {
  readonly #queue = new FifoQueue();
  readonly #running = new Map<TaskId, Running>();
  readonly #unrecorded = new Map<TaskId, Assignment>();
  readonly #recent = new RecentAttempts();
  readonly #boots = new Map<NodeId, number>();
  readonly #estimates = new Estimates();
  readonly #timers = new TimerBook('executor');
  #free: Resources;
  #runningMs = 0;
  #isLeaving = false;
  #out: ExecutorEffect[] = [];

  constructor(
    private readonly self: NodeId,
    private readonly capacity: Resources,
    private readonly baseEnv: Readonly<Record<string, string>>,
    private readonly admission: Admission,
    private readonly config: ExecutorConfig = EXECUTOR_DEFAULTS,
  ) {
    this.#free = capacity;
  }

  get running(): number {
    return this.#running.size;
  }

  get queued(): number {
    return this.#queue.size;
  }

  get free(): Resources {
    return this.#free;
  }

  /** Estimated work queued and running, in milliseconds of one slot. */
  get workMs(): number {
    return this.#queue.workMs + this.#runningMs;
  }

  /** Nothing is queued or runs, and every result is recorded. */
  get isIdle(): boolean {
    return this.#queue.size === 0 && this.#running.size === 0 && this.#unrecorded.size === 0;
  }

  step(event: ExecutorEvent, now: Now): ExecutorEffect[] {
    this.#out = [];
    switch (event.kind) {
      case 'ended':
        this.#ended(event.attempt, event.end, now);
        break;
      case 'recorded':
        this.#recorded(event.attempt);
        break;
      case 'timer':
        if (this.#timers.fired(event.timer)) this.#onTimer(event.timer.name);
        break;
      case 'leave':
        this.#leave(now);
        break;
      default:
        assertNever(event);
    }
    return this.#out;
  }

  /** Takes what it has room for. Repeats of an offer get the same answer. */
  offer(
    offer: Offer,
    now: Now,
  ): { readonly accepted: number[]; readonly reason?: string; readonly effects: ExecutorEffect[] } {
    this.#out = [];
    const accepted: number[] = [];
    let reason: string | undefined;
    this.#recent.forget(now);
    this.#noteBoot(offer.from, offer.boot);
    for (const task of offer.tasks) {
      const refusal = this.#admit(offer, task, now);
      if (refusal === undefined) accepted.push(task.index);
      else {
        reason = refusal;
        this.#recent.note({ task: taskId(offer.job, task.index), epoch: task.epoch }, 'refused', now);
      }
      this.#fill(now);
    }
    return { accepted, ...(reason === undefined ? {} : { reason }), effects: this.#out };
  }

  /** Ends attempts wherever they stand. Returns the indexes of those that are not held here. */
  revoke(group: Group, now: Now): { readonly unknown: number[]; readonly effects: ExecutorEffect[] } {
    this.#out = [];
    const unknown: number[] = [];
    for (const { index, epoch } of group.tasks) {
      const id = taskId(group.job, index);
      const queued = this.#queue.get(id);
      const running = this.#running.get(id);
      if (queued?.epoch === epoch) {
        this.#queue.remove(id);
        this.#tell(queued, { ...NO_OUTPUT, how: 'cancelled', finishedAtMs: now.wallMs });
        this.#recent.note({ task: id, epoch }, 'taken', now);
      } else if (running?.assignment.epoch === epoch) this.#end(running, 'cancelled');
      else if (this.#unrecorded.get(id)?.epoch !== epoch) {
        unknown.push(index);
        this.#recent.note({ task: id, epoch }, 'refused', now);
      }
    }
    this.#fill(now);
    return { unknown, effects: this.#out };
  }

  /** Stops holding up to `n` queued tasks that `mayTake` allows, for `thief`. */
  giveTo(
    thief: NodeId,
    n: number,
    mayTake: (assignment: Assignment) => boolean,
    now: Now,
  ): { readonly given: number; readonly effects: ExecutorEffect[] } {
    this.#out = [];
    const taken: Assignment[] = [];
    for (const assignment of this.#queue.newestFirst()) {
      if (taken.length >= n) break;
      if (!mayTake(assignment)) continue;
      this.#queue.remove(assignment.id);
      taken.push(assignment);
    }
    this.#handBack(taken.reverse(), thief, now);
    this.#fill(now);
    return { given: taken.length, effects: this.#out };
  }

  /** What it holds for a coordinator, whose earlier boots' offers are void from now on. */
  held(coordinator: NodeId, boot: number): { assignment: Assignment; state: 'queued' | 'running' }[] {
    this.#noteBoot(coordinator, boot);
    const running = [...this.#running.values()].map(({ assignment }) => assignment);
    const begun = [...running, ...this.#unrecorded.values()].map((assignment) => ({
      assignment,
      state: 'running' as const,
    }));
    const queued = [...this.#queue].map((assignment) => ({ assignment, state: 'queued' as const }));
    return [...begun, ...queued].filter(({ assignment }) => assignment.coordinator === coordinator);
  }

  /** Undefined where the task was accepted, else why not. */
  #admit(offer: Offer, task: Offer['tasks'][number], now: Now): string | undefined {
    const id = taskId(offer.job, task.index);
    const held = this.#queue.get(id) ?? this.#running.get(id)?.assignment ?? this.#unrecorded.get(id);
    if (held?.epoch === task.epoch) return undefined;
    const fate = this.#recent.fateOf(id, task.epoch);
    if (fate !== undefined) return fate === 'taken' ? undefined : 'it has refused this attempt, or was told to drop it';
    if (this.#isLeaving) return 'it is leaving';
    if (offer.boot < (this.#boots.get(offer.from) ?? 0)) return 'the offer is older than its coordinator';
    if (held && held.epoch > task.epoch) return 'it holds a later attempt';
    if (held) {
      const running = this.#running.get(id);
      if (running) this.#end(running, 'stale');
      if (running ?? this.#unrecorded.has(id)) return 'it is ending an earlier attempt';
      this.#queue.remove(id);
      this.#recent.note(attemptOf(held), 'taken', now);
    }
    const estimateMs = this.#estimates.of(offer.work.name);
    const refusal = this.#refusal(offer.work.needs, estimateMs);
    if (refusal !== undefined) return refusal;
    this.#queue.push({
      ...{ id, job: offer.job, shard: offer.shard, index: task.index, epoch: task.epoch, attempt: task.attempt },
      ...{ steals: task.steals, item: task.item, work: offer.work, coordinator: offer.from, estimateMs },
    });
    return undefined;
  }

  /** Bounded load: a free slot, or a load below the bound in tasks and in work (design.md section 5). */
  #refusal(needs: Resources, estimateMs: number): string | undefined {
    const never = shortage(needs, this.capacity);
    if (never !== undefined) return `it has too little ${never}`;
    if (this.#queue.size === 0 && this.#canStart(needs)) return undefined;
    if (this.#queue.size >= this.config.queueMax) return 'its queue is full';
    if (this.#running.size + this.#queue.size >= this.admission.bound()) return 'it is at its bound';
    return this.workMs > this.admission.workBoundMs(estimateMs) ? 'its work is at its bound' : undefined;
  }

  #canStart(needs: Resources): boolean {
    return this.#running.size < this.config.runningMax && shortage(needs, this.#free) === undefined;
  }

  /** Starts what fits, in order: a large task at the head is not passed by. Due whenever the head or what is free changes. */
  #fill(now: Now): void {
    for (let next = this.#queue.head(); next && this.#canStart(next.work.needs); next = this.#queue.head()) {
      this.#queue.remove(next.id);
      const command = commandOf(next, this.self, this.baseEnv);
      if (typeof command === 'string') {
        this.#tell(next, { ...NO_OUTPUT, how: 'failed', reason: command, finishedAtMs: now.wallMs });
        continue;
      }
      this.#free = addResources(this.#free, next.work.needs, -1);
      this.#runningMs += next.estimateMs;
      this.#running.set(next.id, { assignment: next, sinceMs: now.monoMs, ending: undefined });
      const attempt = { task: next.id, epoch: next.epoch };
      this.#out.push({ kind: 'start', attempt, command });
      const { job, shard, index, epoch, coordinator: to } = next;
      this.#out.push({ kind: 'started', to, job, shard, tasks: [{ index, epoch }], atMs: now.wallMs });
      if (next.work.timeoutMs !== undefined)
        this.#out.push(this.#timers.arm(`timeout ${next.id}`, next.work.timeoutMs));
    }
  }

  #ended(attempt: AttemptId, end: AttemptEnd, now: Now): void {
    const running = this.#running.get(attempt.task);
    if (running?.assignment.epoch !== attempt.epoch) return;
    const { assignment, ending } = running;
    this.#running.delete(attempt.task);
    this.#free = this.#running.size === 0 ? this.capacity : addResources(this.#free, assignment.work.needs);
    this.#runningMs = this.#running.size === 0 ? 0 : this.#runningMs - assignment.estimateMs;
    this.#out.push(...this.#timers.disarm(`timeout ${attempt.task}`), ...this.#timers.disarm(`grace ${attempt.task}`));
    if (ending === 'leaving' && end.exitCode !== 0) this.#handBack([assignment], undefined, now);
    else this.#tell(assignment, outcomeOf(end, ending, assignment.work.timeoutMs));
    if (ending === undefined && end.exitCode !== undefined) {
      this.#estimates.note(assignment.work.name, now.monoMs - running.sinceMs);
    }
    this.#recent.note(attempt, 'taken', now);
    this.#fill(now);
  }

  #noteBoot(coordinator: NodeId, boot: number): void {
    this.#boots.set(coordinator, Math.max(boot, this.#boots.get(coordinator) ?? 0));
  }

  #recorded(attempt: AttemptId): void {
    if (this.#unrecorded.get(attempt.task)?.epoch === attempt.epoch) this.#unrecorded.delete(attempt.task);
  }

  #onTimer(name: string): void {
    const [what, id] = name.split(' ') as ['timeout' | 'grace', TaskId];
    const running = this.#running.get(id);
    if (!running) return;
    if (what === 'timeout') this.#end(running, 'timed-out');
    else this.#out.push({ kind: 'signal', attempt: attemptOf(running.assignment), how: 'kill' });
  }

  /** TERM, grace, KILL. The first reason stands. */
  #end(running: Running, ending: Ending): void {
    if (running.ending !== undefined) return;
    running.ending = ending;
    this.#out.push({ kind: 'signal', attempt: attemptOf(running.assignment), how: 'term' });
    this.#out.push(this.#timers.arm(`grace ${running.assignment.id}`, this.config.graceMs));
  }

  #leave(now: Now): void {
    this.#isLeaving = true;
    const queued = [...this.#queue];
    for (const { id } of queued) this.#queue.remove(id);
    this.#handBack(queued, undefined, now);
    for (const running of this.#running.values()) this.#end(running, 'leaving');
  }

  #tell(assignment: Assignment, outcome: Outcome): void {
    this.#unrecorded.set(assignment.id, assignment);
    this.#out.push({ kind: 'result', assignment, outcome });
  }

  #handBack(assignments: readonly Assignment[], thief: NodeId | undefined, now: Now): void {
    const groups = new Map<string, Assignment[]>();
    for (const assignment of assignments) {
      this.#recent.note(attemptOf(assignment), 'taken', now);
      const name = `${assignment.coordinator} ${assignment.job}#${assignment.shard}`;
      groups.set(name, [...(groups.get(name) ?? []), assignment]);
    }
    for (const group of groups.values()) {
      const [first] = group;
      if (!first) continue;
      const tasks = group.map(({ index, epoch }) => ({ index, epoch }));
      this.#out.push({ kind: 'handback', to: first.coordinator, job: first.job, shard: first.shard, tasks, thief });
    }
  }
}

const NO_OUTPUT = { stdoutTail: new Uint8Array(0), stderrTail: new Uint8Array(0), stdoutBytes: 0, stderrBytes: 0 };

function attemptOf(assignment: Assignment): AttemptId {
  return { task: assignment.id, epoch: assignment.epoch };
}
