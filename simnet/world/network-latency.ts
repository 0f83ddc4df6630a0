import { assertNever } from '../../src/kernel/assert.js';
import type { Prng } from '../../src/kernel/prng.js';

/** How long something takes, in milliseconds, drawn anew each time. Nothing takes less than no time. */
export type Latency =
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'uniform'; readonly lowMs: number; readonly highMs: number }
  | { readonly kind: 'normal'; readonly meanMs: number; readonly sdMs: number }
  /** What round trips over the internet look like: most near the median, a few far above. */
  | { readonly kind: 'lognormal'; readonly medianMs: number; readonly sigma: number };

/** Of pairs of zones, each pair named `a b` in the order of text; `a a` is within a zone. */
export type ZoneLatency = Readonly<Record<string, Latency>>;

export function sampleMs(latency: Latency, prng: Prng): number {
  switch (latency.kind) {
    case 'constant':
      return latency.ms;
    case 'uniform':
      return latency.lowMs + (latency.highMs - latency.lowMs) * prng.float();
    case 'normal':
      return Math.max(0, latency.meanMs + latency.sdMs * gaussian(prng));
    case 'lognormal':
      return latency.medianMs * Math.exp(latency.sigma * gaussian(prng));
    default:
      return assertNever(latency);
  }
}

/** @throws RangeError where a number can be no time, or no spread of one */
export function checkLatency(latency: Latency): void {
  for (const [name, value] of Object.entries(latency)) {
    if (name === 'kind') continue;
    if (!Number.isFinite(value) || Number(value) < 0) throw new RangeError(`${name} of a latency is ${value}`);
  }
  if (latency.kind === 'uniform' && latency.lowMs > latency.highMs) {
    throw new RangeError(`a latency of ${latency.lowMs} to ${latency.highMs} ms`);
  }
}

export function zonePair(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

/** Box-Muller, of which one value is used: a spare one would tie a draw to who drew before. */
function gaussian(prng: Prng): number {
  return Math.sqrt(-2 * Math.log(1 - prng.float())) * Math.cos(2 * Math.PI * prng.float());
}
