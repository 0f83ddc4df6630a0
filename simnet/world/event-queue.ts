/** What is to happen, and when. */
export interface Due {
  readonly atMs: number;
  readonly run: () => void;
}

/** Children of one parent: fewer levels than two, and all of them on one or two cache lines. */
const ARITY = 4;

/**
 * What is to happen on a virtual clock, in order of time and, at one instant, of addition: a heap in flat arrays, since the
 * queue of a large flock is compared in places all over it for every event (docs/adr/0009).
 */
export class EventQueue {
  #atMs = new Float64Array(64);
  #serials = new Float64Array(64);
  readonly #runs: (() => void)[] = [];
  #size = 0;
  #serial = 0;

  get size(): number {
    return this.#size;
  }

  add(atMs: number, run: () => void): void {
    if (this.#size === this.#atMs.length) this.#grow();
    const times = this.#atMs;
    const serials = this.#serials;
    const runs = this.#runs;
    // What was added last is behind all that is due at the same time, so times alone decide on the way up.
    let hole = this.#size++;
    while (hole > 0) {
      const above = Math.floor((hole - 1) / ARITY);
      const parentMs = times[above] ?? 0;
      if (parentMs <= atMs) break;
      times[hole] = parentMs;
      serials[hole] = serials[above] ?? 0;
      runs[hole] = runs[above] as () => void;
      hole = above;
    }
    times[hole] = atMs;
    serials[hole] = this.#serial++;
    runs[hole] = run;
  }

  /** Takes the first event that is not after `endMs`. */
  next(endMs: number): Due | undefined {
    const atMs = this.#atMs[0] ?? 0;
    const run = this.#runs[0];
    if (run === undefined || atMs > endMs) return undefined;
    this.#size -= 1;
    const last = this.#runs.pop();
    if (last !== undefined && this.#size > 0) this.#sink(last);
    return { atMs, run };
  }

  /** Puts what stood last in the place of the first, and down to where it belongs. */
  #sink(run: () => void): void {
    const times = this.#atMs;
    const serials = this.#serials;
    const runs = this.#runs;
    const size = this.#size;
    const atMs = times[size] ?? 0;
    const serial = serials[size] ?? 0;
    let hole = 0;
    for (;;) {
      const first = hole * ARITY + 1;
      if (first >= size) break;
      let least = first;
      let leastMs = times[first] ?? 0;
      for (let child = first + 1; child < first + ARITY && child < size; child++) {
        const childMs = times[child] ?? 0;
        if (childMs > leastMs || (childMs === leastMs && (serials[child] ?? 0) > (serials[least] ?? 0))) continue;
        least = child;
        leastMs = childMs;
      }
      if (leastMs > atMs || (leastMs === atMs && (serials[least] ?? 0) > serial)) break;
      times[hole] = leastMs;
      serials[hole] = serials[least] ?? 0;
      runs[hole] = runs[least] as () => void;
      hole = least;
    }
    times[hole] = atMs;
    serials[hole] = serial;
    runs[hole] = run;
  }

  #grow(): void {
    const [times, serials] = [this.#atMs, this.#serials];
    this.#atMs = new Float64Array(2 * times.length);
    this.#serials = new Float64Array(2 * serials.length);
    this.#atMs.set(times);
    this.#serials.set(serials);
  }
}
