import type { NodeId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';

/** A node whose wall clock is further off the median of the flock's does not go by it. */
export const CLOCK_OFF_MAX_MS = 2_000;
/** A reading is wrong by up to half of it. */
const ROUND_TRIP_MAX_MS = 1_000;
/** Peers whose clocks are kept, those heard last: their median is as good as that of a thousand, and cheap to know. */
const READINGS_MAX = 31;

/**
 * What the wall clocks of the others show beside this node's own. Readings are kept against the own monotonic clock, so that a
 * jump of the own wall clock shows at once.
 */
export class PeerClocks {
  /** Wall clock of the peer less monotonic clock of this node, in ms. */
  readonly #readings = new Map<NodeId, number>();
  readonly #sorted: number[] = [];

  /**
   * A peer has answered. An answer that was long under way, or waited for this process to go on, says little.
   *
   * @param wallMs - what its clock showed, at some time between these
   * @param sentMs - when it was asked, on the own monotonic clock
   * @param heardMs - when its answer came
   */
  heard(peer: NodeId, wallMs: number, sentMs: number, heardMs: number): void {
    if (heardMs - sentMs > ROUND_TRIP_MAX_MS) return;
    this.forget(peer);
    const [oldest] = this.#readings.keys();
    if (this.#readings.size >= READINGS_MAX && oldest !== undefined) this.forget(oldest);
    const reading = wallMs - (sentMs + heardMs) / 2;
    this.#readings.set(peer, reading);
    const above = this.#sorted.findIndex((other) => other > reading);
    this.#sorted.splice(above < 0 ? this.#sorted.length : above, 0, reading);
  }

  forget(peer: NodeId): void {
    const reading = this.#readings.get(peer);
    if (reading === undefined) return;
    this.#readings.delete(peer);
    this.#sorted.splice(this.#sorted.indexOf(reading), 1);
  }

  /** By how many ms the own wall clock is ahead of the median of all that are known, itself included. */
  aheadMs({ wallMs, monoMs }: Now): number {
    const peers = this.#sorted;
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
