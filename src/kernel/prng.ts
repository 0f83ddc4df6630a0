import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** Seeds that are near each other give first numbers that are, too: so many are thrown away. */
const RUN_IN = 8;

/** Seeded randomness, the only kind the core has: one seed, one story. */
export class Prng {
  readonly #generator: RandomGenerator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
    for (let i = 0; i < RUN_IN; i++) this.#generator.next();
  }

  /** A whole number in 0..n-1. */
  below(n: number): number {
    return uniformInt(this.#generator, 0, n - 1);
  }

  /** A number in [0, 1). */
  float(): number {
    return (this.#generator.next() >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.float() < probability;
  }

  /** A value in [ms · (1 - spread), ms · (1 + spread)). */
  jitter(ms: number, spread = 0.5): number {
    return ms * (1 - spread + 2 * spread * this.float());
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : items[this.below(items.length)];
  }

  /** Up to `n` different items, in random order (partial Fisher-Yates). */
  sample<T>(items: readonly T[], n: number): T[] {
    const pool = items.slice();
    const taken = Math.min(n, pool.length);
    for (let i = 0; i < taken; i++) {
      const j = i + this.below(pool.length - i);
      const swapped = pool[i] as T;
      pool[i] = pool[j] as T;
      pool[j] = swapped;
    }
    return pool.slice(0, taken);
  }
}
