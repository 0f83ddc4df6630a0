import { assertNever } from '../../src/kernel/assert.js';
import type { Prng } from '../../src/kernel/prng.js';

/** When tasks come. */
export type Arrivals =
  /** All at once. */
  | { readonly kind: 'batch' }
  /** `uniform`: at equal steps. */
  | { readonly kind: 'poisson' | 'uniform'; readonly perS: number };

/** For a while tasks come `factor` times as fast. Where surges overlap the factors multiply. */
export interface Surge {
  readonly atMs: number;
  readonly forMs: number;
  readonly factor: number;
}

/** @returns the times of `n` arrivals, ascending, in ms */
export function arrivalTimes(n: number, arrivals: Arrivals, surges: readonly Surge[], prng: Prng): Float64Array {
  const times = new Float64Array(n);
  switch (arrivals.kind) {
    case 'batch':
      return times;
    case 'poisson':
    case 'uniform': {
      const clock = new SurgingClock(surges);
      const stepMs = 1000 / arrivals.perS;
      for (let i = 0; i < n; i++) {
        const gapMs = arrivals.kind === 'uniform' ? stepMs : -stepMs * Math.log(1 - prng.float());
        times[i] = clock.after(i === 0 && arrivals.kind === 'uniform' ? 0 : gapMs);
      }
      return times;
    }
    default:
      return assertNever(arrivals);
  }
}

/** Counts the time that passes between arrivals: in a surge it runs faster. */
class SurgingClock {
  #nowMs = 0;
  /** Where the factor changes. */
  readonly #edges: readonly number[];

  constructor(private readonly surges: readonly Surge[]) {
    this.#edges = surges.flatMap(({ atMs, forMs }) => [atMs, atMs + forMs]).sort((a, b) => a - b);
  }

  after(gapMs: number): number {
    let left = gapMs;
    for (const edge of this.#edges) {
      if (edge <= this.#nowMs) continue;
      const factor = this.#factor();
      const untilEdge = (edge - this.#nowMs) * factor;
      if (untilEdge > left) break;
      left -= untilEdge;
      this.#nowMs = edge;
    }
    this.#nowMs += left / this.#factor();
    return this.#nowMs;
  }

  #factor(): number {
    return this.surges.reduce((product, { atMs, forMs, factor }) => {
      return this.#nowMs >= atMs && this.#nowMs < atMs + forMs ? product * factor : product;
    }, 1);
  }
}
