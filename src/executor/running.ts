import { addResources, shortage, type Resources } from '../kernel/resources.js';
import type { TaskId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import type { Assignment, Work } from './assignment.js';
import type { Ending } from './outcome.js';
import type { AttemptEnd, AttemptId, Progress } from './runner.js';

/** Attempts that have one place together, which is free once the last of them has ended. */
export interface Bundle {
  left: number;
}

export interface Running {
  readonly assignment: Assignment;
  readonly bundle: Bundle | undefined;
  /** On the monotonic clock. */
  readonly sinceMs: number;
  ending: Ending | undefined;
  /** The last that it said of itself. */
  progress?: Progress;
}

/** The attempts that run, and what they leave free of the node's resources. */
export class RunningAttempts {
  readonly #attempts = new Map<TaskId, Running>();
  /** Attempts that may not start yet, and have a place all the same. */
  #reserved = 0;
  #free: Resources;
  #workMs = 0;
  readonly #cpusByQueue = new Map<string, number>();

  constructor(private readonly capacity: Resources) {
    this.#free = capacity;
  }

  get size(): number {
    return this.#attempts.size;
  }

  get free(): Resources {
    return this.#free;
  }

  /** Sum of the estimates of what runs or has a place, in milliseconds. */
  get workMs(): number {
    return this.#workMs;
  }

  get cpus(): number {
    return this.capacity.cpus;
  }

  /** CPUs that tasks of a queue of the flock hold; '' is that of those in none. */
  heldBy(queue: string): number {
    return this.#cpusByQueue.get(queue) ?? 0;
  }

  get(id: TaskId): Running | undefined {
    return this.#attempts.get(id);
  }

  /** Undefined where another attempt at the task runs, or none. */
  of({ task, epoch }: AttemptId): Running | undefined {
    const running = this.#attempts.get(task);
    return running?.assignment.epoch === epoch ? running : undefined;
  }

  note(attempt: AttemptId, progress: Progress): void {
    const running = this.of(attempt);
    if (running) running.progress = progress;
  }

  /** True where the place of whichever ends first is large enough, whatever else is free. */
  canFollowAny(needs: Resources): boolean {
    for (const { assignment } of this.#attempts.values()) {
      if (needs !== assignment.work.needs && shortage(needs, assignment.work.needs) !== undefined) return false;
    }
    return this.#attempts.size > 0;
  }

  /** @param bundle - with others that are added with the same */
  add(assignment: Assignment, sinceMs: number, bundle?: Bundle): void {
    const isFirst = bundle === undefined || bundle.left === 0;
    if (bundle) bundle.left += 1;
    this.#take(assignment, isFirst);
    this.#attempts.set(assignment.id, { assignment, bundle, sinceMs, ending: undefined });
  }

  remove({ assignment, bundle }: Running): void {
    this.#attempts.delete(assignment.id);
    if (bundle) bundle.left -= 1;
    this.#give(assignment, bundle === undefined || bundle.left === 0);
  }

  reserve(assignment: Assignment): void {
    this.#take(assignment, true);
    this.#reserved += 1;
  }

  unreserve(assignment: Assignment): void {
    this.#reserved -= 1;
    this.#give(assignment, true);
  }

  #take({ work, estimateMs }: Assignment, hasPlace: boolean): void {
    if (hasPlace) this.#free = addResources(this.#free, work.needs, -1);
    if (hasPlace) this.#count(work, work.needs.cpus);
    this.#workMs += estimateMs;
  }

  /** Where nothing is taken any more all is free, to the last digit. */
  #give({ work, estimateMs }: Assignment, hasPlace: boolean): void {
    const isEmpty = this.#attempts.size + this.#reserved === 0;
    if (hasPlace) this.#free = isEmpty ? this.capacity : addResources(this.#free, work.needs);
    if (hasPlace) this.#count(work, -work.needs.cpus);
    this.#workMs = isEmpty ? 0 : this.#workMs - estimateMs;
  }

  #count({ queue }: Work, cpus: number): void {
    const name = queue?.name ?? '';
    const held = this.heldBy(name) + cpus;
    if (held > 1e-9) this.#cpusByQueue.set(name, held);
    else this.#cpusByQueue.delete(name);
  }

  /** Those that have a place of their own, and one for all that share one. */
  *places(): IterableIterator<Running> {
    const bundles = new Set<Bundle>();
    for (const running of this.#attempts.values()) {
      if (running.bundle && bundles.has(running.bundle)) continue;
      if (running.bundle) bundles.add(running.bundle);
      yield running;
    }
  }

  [Symbol.iterator](): IterableIterator<Running> {
    return this.#attempts.values();
  }
}

/** Whatever ended it was not its own end, and it may run again. */
export function isToRunAgain({ assignment, ending }: Running, end: AttemptEnd): boolean {
  if (assignment.work.contract !== 'at-least-once') return false;
  const isStopped = ending === 'leaving' || ending === 'preempted';
  return isStopped ? end.exitCode !== 0 : ending === undefined && end.isUnbegun === true;
}

/** Functions are timed by their worker: they may have waited there for its start, or for each other. */
export function durationOf(
  { assignment, sinceMs }: Running,
  { startedAtMs, finishedAtMs }: AttemptEnd,
  now: Now,
): number {
  return assignment.work.function ? Math.max(0, finishedAtMs - startedAtMs) : now.monoMs - sinceMs;
}
