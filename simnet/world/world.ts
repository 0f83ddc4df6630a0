import { EventQueue } from './event-queue.js';

/** Events at one instant beyond which somebody is taken to talk in a circle. */
const INSTANT_EVENTS_MAX = 200_000;

/** A virtual clock and what is to happen on it. */
export class World {
  nowMs = 0;
  readonly #queue = new EventQueue();
  #atThisInstant = 0;

  after(ms: number, run: () => void): void {
    this.#queue.add(this.nowMs + ms, run);
  }

  run(forMs: number): void {
    const endMs = this.nowMs + forMs;
    while (this.#advance(endMs));
    this.nowMs = endMs;
  }

  /**
   * Runs until `condition` holds; returns the virtual milliseconds that took.
   *
   * @param everyMs - how often to look; 0 looks after each event, which a condition over all of a large flock forbids
   */
  runUntil(what: string | (() => string), withinMs: number, condition: () => boolean, everyMs = 0): number {
    const startMs = this.nowMs;
    const endMs = startMs + withinMs;
    while (!condition()) {
      const isOver = everyMs > 0 ? this.nowMs >= endMs : !this.#advance(endMs);
      if (isOver) throw new Error(`not within ${withinMs} virtual ms: ${typeof what === 'string' ? what : what()}`);
      if (everyMs > 0) this.run(Math.min(everyMs, endMs - this.nowMs));
    }
    return this.nowMs - startMs;
  }

  #advance(endMs: number): boolean {
    const event = this.#queue.next(endMs);
    if (!event) return false;
    this.#atThisInstant = event.atMs === this.nowMs ? this.#atThisInstant + 1 : 0;
    if (this.#atThisInstant > INSTANT_EVENTS_MAX) throw new Error(`time stands still at ${this.nowMs} ms`);
    this.nowMs = event.atMs;
    event.run();
    return true;
  }
}
