/** Weight of the newest duration: about the last ten count. */
const NEWEST = 0.1;

/** Names remembered; the longest unused is forgotten first. */
const NAMES_MAX = 1000;

/** How long tasks of a name have run here: an exponentially weighted mean, in milliseconds. */
export class Estimates {
  readonly #means = new Map<string, number>();

  note(name: string, durationMs: number): void {
    const before = this.#means.get(name);
    this.#means.delete(name);
    this.#means.set(name, before === undefined ? durationMs : before + NEWEST * (durationMs - before));
    const oldest = this.#means.keys().next();
    if (this.#means.size > NAMES_MAX && !oldest.done) this.#means.delete(oldest.value);
  }

  knows(name: string): boolean {
    return this.#means.has(name);
  }

  /** 0 where nothing is known. */
  of(name: string): number {
    return this.#means.get(name) ?? 0;
  }
}
