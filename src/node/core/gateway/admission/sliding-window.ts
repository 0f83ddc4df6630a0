import type { AdmissionLimit } from '../../../../kernel/admission.js';
import type { Limiter, Verdict } from './limiter.js';

/** In no window, wherever it begins, are more than the rate: each is remembered until its window is over (a sliding log). */
export class SlidingWindow implements Limiter {
  /** When they were taken, the oldest at `#first`; as long as the rate at most. */
  readonly #takenMs: number[] = [];
  #first = 0;

  constructor(private readonly limit: AdmissionLimit) {}

  ask(nowMs: number): Verdict {
    const { rate, windowMs } = this.limit;
    if (this.#takenMs.length < rate) {
      this.#takenMs.push(nowMs);
      return { afterMs: 0 };
    }
    const retryMs = (this.#takenMs[this.#first] ?? nowMs) + windowMs - nowMs;
    if (retryMs > 0) return { retryMs };
    this.#takenMs[this.#first] = nowMs;
    this.#first = (this.#first + 1) % rate;
    return { afterMs: 0 };
  }
}
