import type { Now } from '../kernel/time.js';
import type { TimerBook, TimerEffect } from '../kernel/timers.js';

/** The longest that a timer is armed for; clocks are looked at again then. */
const LOOK_MS = 3_600_000;

/** One timer for many moments: armed for the nearest. Whoever it wakes looks at all of them, and sets it anew. */
export class Alarm {
  #forMs = Infinity;

  constructor(
    readonly name: string,
    private readonly timers: TimerBook,
    private readonly emit: (effect: TimerEffect) => void,
  ) {}

  set(inMs: number, now: Now): void {
    const atMs = now.monoMs + Math.max(0, Math.min(inMs, LOOK_MS));
    if (this.timers.isArmed(this.name) && this.#forMs <= atMs) return;
    this.#forMs = atMs;
    this.emit(this.timers.arm(this.name, atMs - now.monoMs));
  }
}
