interface Queued {
  readonly atMs: number;
  readonly serial: number;
  readonly run: () => void;
}

/** What is to happen on a virtual clock, in order of time and, at one instant, of addition (a binary heap). */
export class EventQueue {
  readonly #heap: Queued[] = [];
  #serial = 0;

  add(atMs: number, run: () => void): void {
    this.#heap.push({ atMs, serial: this.#serial++, run });
    for (let i = this.#heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!this.#isBefore(i, parent)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  /** Takes the first event that is not after `endMs`. */
  next(endMs: number): Queued | undefined {
    const first = this.#heap[0];
    if (!first || first.atMs > endMs) return undefined;
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #sink(): void {
    for (let i = 0; ;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      }
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }

  #isBefore(i: number, j: number): boolean {
    const [a, b] = [this.#heap[i]!, this.#heap[j]!];
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.serial < b.serial);
  }

  #swap(i: number, j: number): void {
    [this.#heap[i], this.#heap[j]] = [this.#heap[j]!, this.#heap[i]!];
  }
}
