import type { TaskId } from '../kernel/ids.js';
import type { Assignment, Outcome } from './assignment.js';
import type { AttemptId } from './runner.js';

/** An attempt that ended, and how. */
export interface Result {
  readonly assignment: Assignment;
  readonly outcome: Outcome;
}

/** Results that no coordinator has recorded yet: kept until one has. */
export class Results {
  readonly #results = new Map<TaskId, Result>();

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
  }

  delete(attempt: AttemptId): void {
    if (this.get(attempt)) this.#results.delete(attempt.task);
  }

  [Symbol.iterator](): IterableIterator<Result> {
    return this.#results.values();
  }
}
