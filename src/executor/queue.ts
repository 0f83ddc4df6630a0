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

  newestFirst(): readonly Assignment[] {
    return [...this.#tasks.values()].reverse();
  }

  /** Takes up to `n` that `mayTake` allows, the newest first: what would wait longest. In the order of the queue. */
  take(n: number, mayTake: (assignment: Assignment) => boolean): Assignment[] {
    const taken: Assignment[] = [];
    for (const assignment of this.newestFirst()) {
      if (taken.length >= n) break;
      if (mayTake(assignment)) taken.push(assignment);
    }
    for (const { id } of taken) this.remove(id);
    return taken.reverse();
  }

  [Symbol.iterator](): IterableIterator<Assignment> {
    return this.#tasks.values();
  }
}
