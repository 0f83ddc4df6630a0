import type { Place } from './place.js';

/** What was heard so long ago counts half of what is heard now. Milliseconds. */
const HALF_LIFE_MS = 10_000;

/** Half-lives after which weights are written anew: a double holds a thousand. */
const RESCALE = 100;

/**
 * How long tasks took at each node, from their offer to their end: means that forget, by forward decay (Cormode, Shkapenyuk,
 * Srivastava, Xu 2009): what comes later weighs more, so that nothing need be written again as time goes by.
 */
export class ResponseTimes {
  /** When a weight of 1 was that of one response. */
  #sinceMs = 0;
  #sumMs = 0;
  #weight = 0;

  note(place: Place, tookMs: number, nowMs: number, all: readonly Place[]): void {
    if (nowMs - this.#sinceMs > RESCALE * HALF_LIFE_MS) this.#rescale(nowMs, all);
    const one = this.#one(nowMs);
    place.responseSumMs += one * tookMs;
    place.responseWeight += one;
    this.#sumMs += one * tookMs;
    this.#weight += one;
  }

  /** What is to be expected of each node: of one not heard of lately what all took on the mean; 1 where nothing is known of any. */
  expected(nowMs: number): (place: Place) => number {
    const meanMs = this.#weight > 0 ? this.#sumMs / this.#weight : 1;
    const one = this.#one(nowMs);
    return ({ responseSumMs, responseWeight }) => (responseSumMs + one * meanMs) / (responseWeight + one);
  }

  #one(nowMs: number): number {
    return 2 ** ((nowMs - this.#sinceMs) / HALF_LIFE_MS);
  }

  #rescale(nowMs: number, all: readonly Place[]): void {
    const factor = 1 / this.#one(nowMs);
    for (const place of all) {
      place.responseSumMs *= factor;
      place.responseWeight *= factor;
    }
    this.#sumMs *= factor;
    this.#weight *= factor;
    this.#sinceMs = nowMs;
  }
}
