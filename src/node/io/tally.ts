/** Counts what the transport refused or lost, and says so where someone should look. */
export class Tally {
  #dropped = 0;
  readonly #refused = new Map<string, number>();

  constructor(readonly warn: (message: string, details: Readonly<Record<string, unknown>>) => void) {}

  get dropped(): number {
    return this.#dropped;
  }

  refused(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#refused);
  }

  /** Messages that will not be delivered. */
  drop(count: number): void {
    this.#dropped += count;
  }

  refuse(cause: string, count = 1): void {
    this.#refused.set(cause, (this.#refused.get(cause) ?? 0) + count);
  }
}
