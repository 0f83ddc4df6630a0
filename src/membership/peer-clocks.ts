import type { NodeId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';

/** A node whose wall clock is further off the median of the flock's does not go by it. */
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

  /** By how many ms the own wall clock is ahead of the median of all that are known, itself included. */
  aheadMs({ wallMs, monoMs }: Now): number {
    const peers = (this.#sorted ??= [...this.#readings.values()].sort((a, b) => a - b));
    const own = wallMs - monoMs;
    // In their order with the own one, the median lies between these two.
    const [below, above] = [peers[(peers.length >> 1) - 1] ?? -Infinity, peers[peers.length >> 1] ?? Infinity];
    const middle = Math.min(Math.max(own, below), above);
    if (peers.length % 2 === 0) return own - middle;
    const other = own < above ? Math.max(own, below) : Math.min(own, peers[(peers.length >> 1) + 1] ?? Infinity);
    return own - (above + other) / 2;
  }

  /** The time to go by: the own, or that of the flock where the own clock is off. */
  flockTime(now: Now): Now {
    const aheadMs = this.aheadMs(now);
    return Math.abs(aheadMs) > CLOCK_OFF_MAX_MS ? { ...now, wallMs: now.wallMs - aheadMs } : now;
  }
}
