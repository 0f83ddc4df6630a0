import type { Distribution } from './result.js';

/** Steps of a per cent in the body, and of a twentieth of a decade in the tail. */
const TAIL_PER_DECADE = 20;

const NONE: Distribution = { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, curve: [] };

/** Quantiles by nearest rank, so that each is a value that occurred. All zero where there is nothing. */
export function distributionOf(values: ArrayLike<number>): Distribution {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  if (count === 0) return NONE;
  const at = (part: number): number => sorted[rankOf(part, count)] ?? 0;
  return {
    count,
    mean: sorted.reduce((sum, v) => sum + v, 0) / count,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    max: sorted[count - 1] ?? 0,
    curve: curveOf(sorted),
  };
}

/** Closer and closer to one, as a plot of the tail needs it; at most ~200 points for a million values. */
function curveOf(sorted: Float64Array): (readonly [number, number])[] {
  const count = sorted.length;
  const body = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
  const decades = Math.max(0, Math.log10(count) - 2);
  const tail = Array.from(
    { length: Math.floor(decades * TAIL_PER_DECADE) },
    (_, i) => 1 - 10 ** (-2 - i / TAIL_PER_DECADE),
  );
  const ranks = new Set([0, ...[...body, ...tail].map((part) => rankOf(part, count)), count - 1]);
  return [...ranks].sort((a, b) => a - b).map((rank) => [sorted[rank] ?? 0, (rank + 1) / count] as const);
}

function rankOf(part: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.ceil(part * count - 1e-9) - 1));
}
