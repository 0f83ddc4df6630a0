import { assertNever } from '../../src/kernel/assert.js';
import type { Prng } from '../../src/kernel/prng.js';

/** How long tasks run on a node of speed 1. Whatever the kind, `meanMs` is the mean. */
export type Durations =
  | { readonly kind: 'constant' | 'exponential'; readonly meanMs: number }
  /** From half of the mean to one and a half of it. */
  | { readonly kind: 'uniform'; readonly meanMs: number }
  /** Short ones, and a part that takes `longFactor` times as long. */
  | { readonly kind: 'bimodal'; readonly meanMs: number; readonly longPart: number; readonly longFactor: number }
  /** A Pareto distribution cut off at `capMs`: many short, few very long, as batch clusters see them. */
  | { readonly kind: 'pareto'; readonly meanMs: number; readonly shape: number; readonly capMs: number };

export type DurationKind = Durations['kind'];

export const DURATION_KINDS: readonly DurationKind[] = ['constant', 'uniform', 'exponential', 'bimodal', 'pareto'];

/** @returns what draws one duration, in ms */
export function drawerOf(durations: Durations): (prng: Prng) => number {
  const { meanMs } = durations;
  switch (durations.kind) {
    case 'constant':
      return () => meanMs;
    case 'uniform':
      return (prng) => prng.jitter(meanMs);
    case 'exponential':
      return (prng) => -meanMs * Math.log(1 - prng.float());
    case 'bimodal': {
      const { longPart, longFactor } = durations;
      const shortMs = meanMs / (1 - longPart + longPart * longFactor);
      return (prng) => (prng.chance(longPart) ? shortMs * longFactor : shortMs);
    }
    case 'pareto': {
      const { shape, capMs } = durations;
      const leastMs = leastOf(durations);
      const kept = 1 - (leastMs / capMs) ** shape;
      return (prng) => leastMs / (1 - prng.float() * kept) ** (1 / shape);
    }
    default:
      return assertNever(durations);
  }
}

type Pareto = Extract<Durations, { readonly kind: 'pareto' }>;

/** Halvings of an interval until nothing of it is left. */
const HALVINGS = 80;

/** The shortest duration, found from the mean: the mean of a bounded Pareto rises with it, and has no inverse in closed form. */
function leastOf({ meanMs, shape, capMs }: Pareto): number {
  let [low, high] = [0, meanMs];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (boundedMean(middle, capMs, shape) < meanMs) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function boundedMean(least: number, cap: number, shape: number): number {
  const kept = 1 - (least / cap) ** shape;
  return ((least * shape) / (shape - 1) / kept) * (1 - (least / cap) ** (shape - 1));
}
