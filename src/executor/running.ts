import { addResources, shortage, type Resources } from '../kernel/resources.js';
import type { TaskId } from '../kernel/ids.js';
import type { Assignment } from './assignment.js';
import type { Ending } from './outcome.js';
import type { AttemptId, Progress } from './runner.js';

export interface Running {
  readonly assignment: Assignment;
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

  add(assignment: Assignment, sinceMs: number): void {
    this.#take(assignment);
    this.#attempts.set(assignment.id, { assignment, sinceMs, ending: undefined });
  }

  remove(assignment: Assignment): void {
    this.#attempts.delete(assignment.id);
    this.#give(assignment);
  }

  reserve(assignment: Assignment): void {
    this.#take(assignment);
    this.#reserved += 1;
  }

  unreserve(assignment: Assignment): void {
    this.#reserved -= 1;
    this.#give(assignment);
  }

  #take({ work, estimateMs }: Assignment): void {
    this.#free = addResources(this.#free, work.needs, -1);
    this.#workMs += estimateMs;
  }

  /** Where nothing is taken any more all is free, to the last digit. */
  #give({ work, estimateMs }: Assignment): void {
    const isEmpty = this.#attempts.size + this.#reserved === 0;
    this.#free = isEmpty ? this.capacity : addResources(this.#free, work.needs);
    this.#workMs = isEmpty ? 0 : this.#workMs - estimateMs;
  }

  [Symbol.iterator](): IterableIterator<Running> {
    return this.#attempts.values();
  }
}
