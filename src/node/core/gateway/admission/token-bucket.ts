import type { AdmissionLimit } from '../../../../kernel/admission.js';
import type { Limiter, Verdict } from './limiter.js';

/** Tokens come at the rate, up to the size of the bucket; a submission takes one (Turner 1986; RFC 2697). A burst passes at once. */
export class TokenBucket implements Limiter {
  #tokens: number;
  #atMs: number | undefined;

  constructor(private readonly limit: AdmissionLimit) {
    this.#tokens = limit.burst;
  }

  ask(nowMs: number): Verdict {
    const { rate, windowMs, burst } = this.limit;
    const gained = ((nowMs - (this.#atMs ?? nowMs)) * rate) / windowMs;
    this.#tokens = Math.min(burst, this.#tokens + gained);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return { retryMs: ((1 - this.#tokens) * windowMs) / rate };
    this.#tokens -= 1;
    return { afterMs: 0 };
  }
}
