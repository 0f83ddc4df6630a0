import type { Hash32 } from '../kernel/hash.js';
import { Ring, type RingChanges } from './ring.js';

/** Virtual nodes that a node's own cache keeps: the ring before a member died is asked for again when it comes back. */
const OWN_POINTS_MAX = 2 ** 20;

/**
 * Rings by their digests, so that a ring is built once and then found. One node gains little by it; in a simulated flock
 * one cache serves all nodes, and those that agree on their members hold the same ring.
 */
export class RingCache {
  readonly empty: Ring;
  /** From the one used longest ago. */
  readonly #rings = new Map<string, Ring>();
  #points = 0;

  /** @param pointsMax - kept in all, at some 12 bytes each; the ring used last is kept in any case */
  constructor(
    hash: Hash32,
    private readonly pointsMax = OWN_POINTS_MAX,
  ) {
    this.empty = Ring.build([], hash);
  }

  get size(): number {
    return this.#rings.size;
  }

  /** `base` with `changes` made. */
  follow(base: Ring, changes: RingChanges): Ring {
    if (base.hasAll(changes)) return base;
    const digest = base.digestAfter(changes);
    const kept = this.#rings.get(digest);
    const ring = kept ?? base.after(changes);
    this.#use(digest, ring, kept !== undefined);
    return ring;
  }

  #use(digest: string, ring: Ring, isKept: boolean): void {
    this.#rings.delete(digest);
    this.#rings.set(digest, ring);
    if (isKept) return;
    this.#points += pointsOf(ring);
    for (const [oldest, old] of this.#rings) {
      if (this.#points <= this.pointsMax || old === ring) break;
      this.#rings.delete(oldest);
      this.#points -= pointsOf(old);
    }
  }
}

function pointsOf(ring: Ring): number {
  return ring.points.positions.length;
}
