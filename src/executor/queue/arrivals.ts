import { assert } from '../../kernel/assert.js';
import type { TaskId } from '../../kernel/ids.js';
import type { Assignment } from '../assignment.js';

/** A task that waits in a queue. */
export interface Waiting {
  readonly assignment: Assignment;
  /** Above that of every task that came before. */
  readonly serial: number;
  /** What its discipline goes by: the smallest is the first. */
  rank: number;
  /** Its place in the heap of its discipline. */
  at: number;
  older: Waiting | undefined;
  newer: Waiting | undefined;
}

/** What waits, by id and in the order in which it came; every change takes constant time. */
export class Arrivals {
  readonly #tasks = new Map<TaskId, Waiting>();
  #oldest: Waiting | undefined;
  #newest: Waiting | undefined;
  #serial = 0;
  #workMs = 0;

  get size(): number {
    return this.#tasks.size;
  }

  /** Sum of the estimates of what waits, in milliseconds. */
  get workMs(): number {
    return this.#workMs;
  }

  get oldest(): Waiting | undefined {
    return this.#oldest;
  }

  get(id: TaskId): Waiting | undefined {
    return this.#tasks.get(id);
  }

  push(assignment: Assignment): Waiting {
    assert(!this.#tasks.has(assignment.id), () => `${assignment.id} waits already`);
    this.#serial += 1;
    const older = this.#newest;
    const one: Waiting = { assignment, serial: this.#serial, rank: 0, at: 0, older, newer: undefined };
    if (older) older.newer = one;
    else this.#oldest = one;
    this.#newest = one;
    this.#tasks.set(assignment.id, one);
    this.#workMs += assignment.estimateMs;
    return one;
  }

  delete({ assignment, older, newer }: Waiting): void {
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
    this.#tasks.delete(assignment.id);
    // Where nothing waits the sum is nothing, to the last digit.
    this.#workMs = this.#tasks.size === 0 ? 0 : this.#workMs - assignment.estimateMs;
  }

  *oldestFirst(): IterableIterator<Waiting> {
    for (let one = this.#oldest; one; one = one.newer) yield one;
  }

  *newestFirst(): IterableIterator<Waiting> {
    for (let one = this.#newest; one; one = one.older) yield one;
  }
}
