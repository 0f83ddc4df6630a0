/** More than any batch has calls. */
const CLOSED = 2 ** 30;

/**
 * Which calls of a batch their worker has begun. It claims each right before it begins it, and whoever gave them to it can take back
 * what is not claimed at any time, also while the worker is in an endless loop.
 */
export class Claims {
  readonly #claimed: Int32Array;
  /** So many had been claimed when the rest was taken back. */
  #closedAt: number | undefined;

  constructor(
    /** How many calls there are. */
    private readonly count: number,
    readonly memory = new SharedArrayBuffer(4),
  ) {
    this.#claimed = new Int32Array(memory);
  }

  /** For the worker: the number of the call that it is to begin; undefined where none is left. */
  claim(): number | undefined {
    const next = Atomics.add(this.#claimed, 0, 1);
    return next < this.count ? next : undefined;
  }

  /** How many calls have begun, whether ended or not. */
  get begun(): number {
    return Math.min(this.#closedAt ?? Atomics.load(this.#claimed, 0), this.count);
  }

  /** None begins from now on that has not begun. */
  close(): void {
    const claimed = Atomics.exchange(this.#claimed, 0, CLOSED);
    this.#closedAt ??= Math.min(claimed, this.count);
  }
}
