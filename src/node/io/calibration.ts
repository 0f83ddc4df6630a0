/** Rounds in a millisecond of a core that has speed 1: what one of a cloud's machines did in 2026. */
const ROUNDS_PER_MS = 80_000;
/** A few milliseconds each. The first ones warm up, and a machine that others use lets some of them through undisturbed. */
const [TRIALS, ROUNDS] = [8, 200_000];
/** Numbers that are written to, 128 KiB: more than the nearest cache holds. */
const CELLS = 2 ** 14;

/**
 * How fast one core of this machine is beside others: the best of some short runs of whole-number, floating-point and memory work, with two
 * digits. It stops the thread for some 25 ms.
 *
 * @param nowMs - monotonic, with fractions
 * @returns speed, where 1 is a usual core; 0.01 to 1000
 */
export function calibrate(nowMs: () => number = () => performance.now()): number {
  const cells = new Float64Array(CELLS);
  let best = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const sinceMs = nowMs();
    run(cells);
    const tookMs = nowMs() - sinceMs;
    if (tookMs > 0) best = Math.max(best, ROUNDS / tookMs / ROUNDS_PER_MS);
  }
  return Number(Math.min(1000, Math.max(0.01, best)).toPrecision(2));
}

/** Marsaglia's xorshift names the cells; what comes of it is kept, so that no compiler leaves it out. */
function run(cells: Float64Array): void {
  let x = 123_456_789;
  for (let i = 0; i < ROUNDS; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    const cell = x & (CELLS - 1);
    cells[cell] = ((cells[cell] ?? 0) * 0.5 + i) % 1e6;
  }
}
