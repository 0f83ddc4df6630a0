import type { JobId, TaskId } from '../kernel/ids.js';
import type { Assignment, Outcome } from './assignment.js';
import type { AttemptId } from './runner.js';

/** An attempt that ended, and how. */
export interface Result {
  readonly assignment: Assignment;
  readonly outcome: Outcome;
}

/** What came of attempts: results that no coordinator has recorded yet, kept until one has, and whether anything ends well. */
export class Results {
  readonly #results = new Map<TaskId, Result>();
  #failing = 0;
  #lastFailed: JobId | undefined;

  /** Jobs one after the other of which an attempt failed, since one ended well. All tasks of one job may be its own fault. */
  get failing(): number {
    return this.#failing;
  }

  get size(): number {
    return this.#results.size;
  }

  /** Of whichever attempt at the task. */
  of(task: TaskId): Result | undefined {
    return this.#results.get(task);
  }

  get({ task, epoch }: AttemptId): Result | undefined {
    const result = this.#results.get(task);
    return result?.assignment.epoch === epoch ? result : undefined;
  }

  add(result: Result): void {
    this.#results.set(result.assignment.id, result);
    this.#count(result);
  }

  delete(attempt: AttemptId): void {
    if (this.get(attempt)) this.#results.delete(attempt.task);
  }

  [Symbol.iterator](): IterableIterator<Result> {
    return this.#results.values();
  }

  /** A cancel says nothing of the node. */
  #count({ assignment: { job }, outcome: { how } }: Result): void {
    if (how === 'succeeded') {
      this.#failing = 0;
      this.#lastFailed = undefined;
    } else if (how !== 'cancelled' && job !== this.#lastFailed) {
      this.#failing += 1;
      this.#lastFailed = job;
    }
  }
}
