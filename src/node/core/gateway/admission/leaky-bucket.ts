import type { AdmissionLimit } from '../../../../kernel/admission.js';
import type { Limiter, Verdict } from './limiter.js';

/** A client waits for its answer; longer than this it is told to come again. */
const HELD_MS_MAX = 5_000;

/** A queue that runs out at the rate, evenly spaced, and refuses what it has no room for (Turner 1986). A burst is smoothed. */
export class LeakyBucket implements Limiter {
  /** When what comes next may leave. */
  #nextMs = -Infinity;

  constructor(private readonly limit: AdmissionLimit) {}

  ask(nowMs: number): Verdict {
    const { rate, windowMs, burst } = this.limit;
    const spacingMs = windowMs / rate;
    const afterMs = Math.max(0, this.#nextMs - nowMs);
    const mostMs = Math.min(HELD_MS_MAX, (burst - 1) * spacingMs);
    if (afterMs > mostMs) return { retryMs: afterMs - mostMs };
    this.#nextMs = nowMs + afterMs + spacingMs;
    return { afterMs };
  }
}
