import { Prng } from '../src/kernel/prng.js';

/** Tail index of the durations: heavy, with a finite mean. */
const ALPHA = 1.5;

/** `n` Pareto durations, capped, and scaled to the mean that is asked for. */
export function pareto(n: number, mean: number, cap: number, seed: number): number[] {
  const prng = new Prng(seed);
  const drawn = Array.from({ length: n }, () => (1 - prng.float()) ** (-1 / ALPHA));
  let scale = mean;
  for (let round = 0; round < 20; round++) {
    const sum = drawn.reduce((total, value) => total + Math.min(cap, value * scale), 0);
    scale *= (mean * n) / sum;
  }
  return drawn.map((value) => Math.min(cap, value * scale));
}
