/** Work that goes on beside other work, in bounds, and whose first failure is not lost. */
export class Crew {
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** @param onFailure - told at once of the first failure */
  constructor(private readonly onFailure: (error: unknown) => void) {}

  get size(): number {
    return this.#running.size;
  }

  add(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => {
        if (this.#failure) return;
        this.#failure = { error };
        this.onFailure(error);
      })
      .finally(() => this.#running.delete(watched));
    this.#running.add(watched);
  }

  /** Waits until fewer than `max` are at work. */
  async room(max: number): Promise<void> {
    while (this.#running.size >= max) await Promise.race(this.#running);
  }

  /** Waits for all, those too that are added meanwhile. */
  async all(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running);
    if (this.#failure) throw this.#failure.error;
  }
}
