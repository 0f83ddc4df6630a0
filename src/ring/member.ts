import { assert } from '../kernel/assert.js';
import { compareText, type NodeId } from '../kernel/ids.js';

/** A node that takes part in a ring. */
export interface RingMember {
  readonly id: NodeId;
  /** Declared capacity; a normal node has 1. More than 0, at most {@link WEIGHT_MAX}. */
  readonly weight: number;
}

/** Whoever derives weights from what nodes declare must cap them: at 256 a member already has 32,768 points. */
export const WEIGHT_MAX = 256;

/**
 * Sorted by id: the order in which every node numbers the same members.
 *
 * @throws Bug where an id stands twice or a weight is out of range
 */
export function inOrder(members: Iterable<RingMember>): readonly RingMember[] {
  const sorted = [...members].sort((a, b) => compareText(a.id, b.id));
  sorted.forEach(({ id, weight }, i) => {
    assert(weight > 0 && weight <= WEIGHT_MAX, () => `the weight of ${id} is ${weight}`);
    assert(id !== sorted[i + 1]?.id, () => `${id} stands in the ring twice`);
  });
  return sorted;
}
