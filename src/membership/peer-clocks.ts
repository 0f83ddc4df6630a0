import type { NodeId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';

/** A node whose wall clock is further off the median of the flock's decides nothing that hangs on it. */
export const CLOCK_OFF_MAX_MS = 2_000;

/** A reading is wrong by up to half of it. */
const ROUND_TRIP_MAX_MS = 1_000;

/**
 * What the wall clocks of the others show beside this node's own. Readings are kept against the own monotonic clock, so that a
 * jump of the own wall clock shows at once.
 */
export class PeerClocks {
  /** Wall clock of the peer less monotonic clock of this node, in ms. */
  readonly #readings = new Map<NodeId, number>();
  #sorted: readonly number[] | undefined = [];

  /**
   * A peer has answered. An answer that was long under way, or waited for this process to go on, says little.
   *
   * @param wallMs - what its clock showed, at some time between these
   * @param sentMs - when it was asked, on the own monotonic clock
   * @param heardMs - when its answer came
   */
  heard(peer: NodeId, wallMs: number, sentMs: number, heardMs: number): void {
    if (heardMs - sentMs > ROUND_TRIP_MAX_MS) return;
    this.#readings.set(peer, wallMs - (sentMs + heardMs) / 2);
    this.#sorted = undefined;
  }

  forget(peer: NodeId): void {
    if (this.#readings.delete(peer)) this.#sorted = undefined;
  }

  /** By how many ms the own wall clock is ahead of the median of its peers'; of two medians the nearer one counts. */
  aheadMs({ wallMs, monoMs }: Now): number {
    const sorted = (this.#sorted ??= [...this.#readings.values()].sort((a, b) => a - b));
    const own = wallMs - monoMs;
    const [low = own, high = own] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
    return own - Math.min(Math.max(own, low), high);
  }

  /** Whether what hangs on wall time is better left to others. */
  isOff(now: Now): boolean {
    return Math.abs(this.aheadMs(now)) > CLOCK_OFF_MAX_MS;
  }
}
