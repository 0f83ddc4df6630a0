/** Hands items from many who make them to one who takes them: whoever gives waits until the item is taken. */
export class Channel<Item> {
  readonly #given: { readonly item: Item; readonly taken: () => void }[] = [];
  #wake: (() => void) | undefined;

  /** Resolves once somebody has taken it. */
  give(item: Item): Promise<void> {
    return new Promise((taken) => {
      this.#given.push({ item, taken });
      this.#wake?.();
    });
  }

  /** The next item; undefined where none comes within `patienceMs`, or `signal` is aborted. */
  async take(patienceMs?: number, signal?: AbortSignal): Promise<Item | undefined> {
    if (this.#given.length === 0 && signal?.aborted !== true) await this.#comes(patienceMs, signal);
    const next = this.#given.shift();
    next?.taken();
    return next?.item;
  }

  #comes(patienceMs: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        this.#wake = undefined;
        resolve();
      };
      const timer = patienceMs === undefined ? undefined : setTimeout(wake, patienceMs);
      signal?.addEventListener('abort', wake);
      this.#wake = wake;
    });
  }
}
