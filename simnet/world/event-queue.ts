/** What is to happen, and when. */
interface Queued {
  readonly atMs: number;
  readonly serial: number;
  readonly run: () => void;
}

/** What is to happen on a virtual clock, in order of time and, at one instant, of addition (a binary heap). */
export class EventQueue {
  readonly #heap: Queued[] = [];
  #serial = 0;

  get size(): number {
    return this.#heap.length;
  }

  add(atMs: number, run: () => void): void {
    const heap = this.#heap;
    const added: Queued = { atMs, serial: this.#serial++, run };
    let hole = heap.push(added) - 1;
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(added, parent)) break;
      heap[hole] = parent;
      hole = above;
    }
    heap[hole] = added;
  }

  /** Takes the first event that is not after `endMs`. */
  next(endMs: number): Queued | undefined {
    const first = this.#heap[0];
    if (!first || first.atMs > endMs) return undefined;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
    return first;
  }

  /** Puts `last` in the place of the first, and down to where it belongs. */
  #sink(last: Queued): void {
    const heap = this.#heap;
    let hole = 0;
    for (;;) {
      let below = 2 * hole + 1;
      let child = heap[below];
      if (child === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, child)) {
        below += 1;
        child = right;
      }
      if (!isBefore(child, last)) break;
      heap[hole] = child;
      hole = below;
    }
    heap[hole] = last;
  }
}

function isBefore(a: Queued, b: Queued): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.serial < b.serial);
}
