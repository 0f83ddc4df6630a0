import { known } from '../kernel/assert.js';
import type { NodeId } from '../kernel/ids.js';

/** Between two tries that cannot be expected to find anything new. */
const PAUSE_MS = 250;
/** Hints that are followed without a pause; nodes that point at each other must not keep the network busy. */
const HOPS_MAX = 3;

/** Whom to ask about a register, after `asked` was asked in vain `hops` times in a row. */
export interface NextAsked {
  readonly to: NodeId;
  readonly delayMs: number;
}

/**
 * A coordinator may be any node of a replica set, and another one soon: what `asked` points at is asked at once, else the next
 * of the set after a pause.
 *
 * @param hints - nodes that the one asked has named; none where it did not answer
 */
export function nextAsked(set: readonly NodeId[], asked: NodeId, hints: readonly NodeId[], hops: number): NextAsked {
  const hint = hints.find((node) => node !== asked);
  if (hint !== undefined) return { to: hint, delayMs: hops < HOPS_MAX ? 0 : PAUSE_MS };
  const next = set[(set.indexOf(asked) + 1) % set.length];
  return { to: known(next, 'a node of an empty replica set'), delayMs: PAUSE_MS };
}
