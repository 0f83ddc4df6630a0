import type { NodeId } from '../kernel/ids.js';
import { list, NodeIdSchema, record, type Static } from '../kernel/schema.js';
import { ballotOf } from './register/epochs.js';
import { ballotNumber } from './register/version.js';

/** Far more than are dead at a time in the largest flock; of more the last are kept. */
export const GIVEN_UP_MAX = 2_048;

/**
 * Nodes that were taken for dead by a coordinator when it began to place, and its ballot. What such a node held of earlier ballots
 * may have been started again, and only that coordinator knows: for its successors it is void, should the node live after
 * all (ADR 37).
 */
export const GivenUpSchema = list(record({ node: NodeIdSchema, ballot: ballotNumber }), GIVEN_UP_MAX);
export type GivenUp = Static<typeof GivenUpSchema>;

/** What to keep once these are given up under this ballot too: of each node that, and the last ballot before it. */
export function giveUp(before: GivenUp, dead: readonly NodeId[], ballot: number): GivenUp {
  const earlier = new Map<NodeId, number>();
  for (const one of before) {
    if (one.ballot < ballot) earlier.set(one.node, Math.max(one.ballot, earlier.get(one.node) ?? 0));
  }
  const kept = Array.from(earlier, ([node, last]) => ({ node, ballot: last })).sort((a, b) => a.ballot - b.ballot);
  return [...kept, ...dead.map((node) => ({ node, ballot }))].slice(-GIVEN_UP_MAX);
}

/** Whether each of these is given up under this ballot. */
export function areGivenUp(known: GivenUp, dead: readonly NodeId[], ballot: number): boolean {
  const now = new Set(known.filter((one) => one.ballot === ballot).map(({ node }) => node));
  return dead.every((node) => now.has(node));
}

/** Whether an attempt of a node may have been started again by a predecessor of the coordinator of this ballot. */
export function isVoid(known: GivenUp, node: NodeId, epoch: number, ballot: number): boolean {
  return known.some((one) => one.node === node && one.ballot < ballot && ballotOf(epoch) < one.ballot);
}
