import { World } from '../world/world.js';

/** The clock of the wall in place of the virtual one: time goes on of itself, nobody turns it. */
export class WallClock extends World {
  readonly #startMs = performance.now();
  readonly #timers = new Set<NodeJS.Timeout>();

  override after(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#look();
      run();
    }, ms);
    this.#timers.add(timer);
  }

  override run(): never {
    throw new Error('the clock on the wall cannot be turned');
  }

  /** Something comes in from outside. */
  enter(run: () => void): void {
    this.#look();
    run();
  }

  /** Ends after so long, or earlier once `condition` holds. @returns whether it does */
  async until(condition: () => boolean, withinMs: number, everyMs: number): Promise<boolean> {
    for (const endMs = performance.now() + withinMs; ;) {
      this.#look();
      if (condition()) return true;
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) return false;
      await new Promise<void>((resolve) => this.after(Math.min(everyMs, leftMs), resolve));
    }
  }

  /** Nothing happens any more. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #look(): void {
    this.nowMs = performance.now() - this.#startMs;
  }
}
