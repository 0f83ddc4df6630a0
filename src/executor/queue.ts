import type { TaskId } from '../kernel/ids.js';
import type { Assignment } from './assignment.js';

/** First in, first out; any task can be taken out by its id in constant time. */
export class FifoQueue {
  readonly #tasks = new Map<TaskId, Assignment>();
  #workMs = 0;

  get size(): number {
    return this.#tasks.size;
  }

  /** Sum of the estimates of what waits, in milliseconds. */
  get workMs(): number {
    return this.#workMs;
  }

  head(): Assignment | undefined {
    const first = this.#tasks.values().next();
    return first.done ? undefined : first.value;
  }

  get(id: TaskId): Assignment | undefined {
    return this.#tasks.get(id);
  }

  push(assignment: Assignment): void {
    this.#tasks.set(assignment.id, assignment);
    this.#workMs += assignment.estimateMs;
  }

  remove(id: TaskId): Assignment | undefined {
    const found = this.#tasks.get(id);
    if (!found) return undefined;
    this.#tasks.delete(id);
    this.#workMs = this.#tasks.size === 0 ? 0 : this.#workMs - found.estimateMs;
    return found;
  }

  /** From the newest to the oldest: what a thief takes is what would wait longest. */
  newestFirst(): readonly Assignment[] {
    return [...this.#tasks.values()].reverse();
  }

  [Symbol.iterator](): IterableIterator<Assignment> {
    return this.#tasks.values();
  }
}
