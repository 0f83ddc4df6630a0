/** How the samples that fall into one step become one: what a peak means must survive, what is a rate is averaged. */
export type Fold = 'mean' | 'max' | 'last' | 'mean of those above zero';

/** Null where the run has no sample: before it began, after it ended. */
export type Samples = (number | null)[];

/** Values at ascending times, brought to an ascending grid; a step without a sample of its own keeps the one before it. */
export function resample(
  atMs: readonly number[],
  values: readonly number[],
  grid: readonly number[],
  fold: Fold,
): Samples {
  const endMs = atMs.at(-1) ?? -1;
  const out: Samples = [];
  let i = 0;
  let before: number | null = null;
  grid.forEach((pointMs, point) => {
    const untilMs = (pointMs + (grid[point + 1] ?? Infinity)) / 2;
    const ended = point > 0 && endMs < (pointMs + (grid[point - 1] ?? 0)) / 2;
    const own: number[] = [];
    for (; i < atMs.length && (atMs[i] ?? 0) < untilMs; i++) own.push(values[i] ?? 0);
    if (own.length > 0) before = folded(own, fold);
    out.push(ended ? null : brief(before));
  });
  return out;
}

/** Four significant digits: more would not be seen, and they are most of the page's size. */
export function brief(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(4));
}

/** At most `pointsMax` points of an ascending curve, its ends among them. */
export function thin<T>(curve: readonly T[], pointsMax: number): T[] {
  if (curve.length <= pointsMax) return [...curve];
  const stride = (curve.length - 1) / (pointsMax - 1);
  return Array.from({ length: pointsMax }, (_, i) => curve[Math.round(i * stride)] as T);
}

function folded(values: readonly number[], fold: Fold): number {
  const counted = fold === 'mean of those above zero' ? values.filter((v) => v > 0) : values;
  if (counted.length === 0) return 0;
  if (fold === 'max') return counted.reduce((a, b) => Math.max(a, b));
  if (fold === 'last') return counted.at(-1) ?? 0;
  return counted.reduce((a, b) => a + b, 0) / counted.length;
}
