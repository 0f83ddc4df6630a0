/**
 * Finds the point that follows a position on the ring: a table over the position's leading bits, then a short scan.
 * Positions are hashes, hence even, and the table has about one bucket per point: a lookup touches two cache lines where
 * a binary search over 128,000 points takes 17 steps, each an unpredictable branch (docs/adr/0003).
 */
export class PointIndex {
  readonly #positions: Uint32Array;
  /** Per bucket, the index of the first point in it or after it. */
  readonly #starts: Uint32Array;
  readonly #shift: number;

  /** @param positions ascending; kept, not copied */
  constructor(positions: Uint32Array) {
    const points = positions.length;
    // At least one bit: a shift by 32 would be a shift by none.
    const bits = Math.max(1, Math.ceil(Math.log2(points)));
    const shift = 32 - bits;
    // Counted, then summed up: moving on through the points while filling buckets mispredicts a branch per bucket.
    const starts = new Uint32Array(2 ** bits);
    for (let point = 0; point < points; point++) {
      const bucket = (positions[point] ?? 0) >>> shift;
      starts[bucket] = (starts[bucket] ?? 0) + 1;
    }
    let before = 0;
    for (let bucket = 0; bucket < starts.length; bucket++) {
      const inside = starts[bucket] ?? 0;
      starts[bucket] = before;
      before += inside;
    }
    this.#positions = positions;
    this.#starts = starts;
    this.#shift = shift;
  }

  /** The index of the first point at or after `position`, going clockwise: after the last comes the first. */
  after(position: number): number {
    const positions = this.#positions;
    let point = this.#starts[position >>> this.#shift] ?? 0;
    while (point < positions.length && (positions[point] ?? 0) < position) point++;
    return point < positions.length ? point : 0;
  }
}
