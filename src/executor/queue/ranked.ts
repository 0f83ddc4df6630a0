import type { Now } from '../../kernel/time.js';
import type { Assignment } from '../assignment.js';
import type { Waiting } from './arrivals.js';
import type { Discipline } from './discipline.js';
import { Heap } from './heap.js';

/** By a rank that each task is given when it comes, the smallest first; those of one rank as they came. O(log n). */
export class Ranked implements Discipline {
  readonly #heap = new Heap<Waiting>((a, b) => a.rank < b.rank || (a.rank === b.rank && a.serial < b.serial));

  constructor(private readonly rankOf: (assignment: Assignment, now: Now) => number) {}

  enter(one: Waiting, now: Now): void {
    one.rank = this.rankOf(one.assignment, now);
    this.#heap.push(one);
  }

  leave(one: Waiting): void {
    this.#heap.delete(one);
  }

  first(): Waiting | undefined {
    return this.#heap.first;
  }

  [Symbol.iterator](): IterableIterator<Waiting> {
    return this.#heap[Symbol.iterator]();
  }
}
