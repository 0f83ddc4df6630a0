import { assert } from '../kernel/assert.js';
import type { NodeId } from '../kernel/ids.js';
import type { Ring } from './ring.js';

export interface BoundedLoadConfig {
  /** How far above its share of the load a node may go; at least 1. */
  readonly c: number;
}

/**
 * c = 1.25: the fullest of many nodes carries a quarter more than the average, where a plain ring of 128 points gives it
 * a third more and hot keys any amount. A smaller c evens the load out further, at the price of longer walks and of keys
 * that change place more often, hence colder caches.
 */
export const BOUNDED_LOAD: BoundedLoadConfig = { c: 1.25 };

/** Takes rounding noise off a product before it is rounded up: 1.25 · 800 · (1/1000) must bound at 1, not at 2. */
const NOISE = 1 - 1e-12;

/**
 * The load under which a node takes one more: ceil(c · (total + 1) · share), after Mirrokni, Thorup and Zadimoghaddam,
 * "Consistent Hashing with Bounded Loads" (2018), with shares of capacity in place of 1/n. The bounds of all nodes add
 * up to more than `total`, so somewhere there is a node under its own.
 *
 * @param total load of all nodes, before the one to be placed (tasks, or seconds of work)
 * @param share the node's part of all capacity, 0..1
 */
export function loadBound(total: number, share: number, c = BOUNDED_LOAD.c): number {
  assert(c >= 1, () => `c is ${c}: bounds below the average leave tasks without a node`);
  return Math.ceil(c * (total + 1) * share * NOISE);
}

export interface Capacity {
  readonly load: number;
  /** Slots with nothing to run: a node with one takes a task whatever the bound, for waiting elsewhere serves nobody. */
  readonly freeSlots: number;
  readonly bound: number;
}

/** Whether a node takes one more task. */
export function takes({ load, freeSlots, bound }: Capacity): boolean {
  return freeSlots > 0 || load < bound;
}

/**
 * The first node clockwise from `key` that is under its bound, all slots being taken.
 *
 * @param total sum of `loadOf` over the ring's members
 * @returns undefined for an empty ring, or where `total` is less than that sum
 */
export function boundedOwner(
  ring: Ring,
  key: string,
  loadOf: (id: NodeId) => number,
  total: number,
  c = BOUNDED_LOAD.c,
): NodeId | undefined {
  for (const id of ring.walk(key)) {
    if (takes({ load: loadOf(id), freeSlots: 0, bound: loadBound(total, ring.share(id), c) })) return id;
  }
  return undefined;
}
