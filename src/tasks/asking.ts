import { known } from '../kernel/assert.js';
import type { NodeId } from '../kernel/ids.js';

/** Between two tries that cannot be expected to find anything new. */
const PAUSE_MS = 250;
/** Hints that are followed in a row, without a pause. */
const HOPS_MAX = 3;

/** Whom to ask about a register, after `asked` was asked in vain `hops` times in a row. */
export interface NextAsked {
  readonly to: NodeId;
  readonly delayMs: number;
}

/**
 * A coordinator may be any node of a replica set, and another one soon: what `asked` points at is asked at once, else the next
 * of the set after a pause. Nodes that know nothing point at each other, and a stub points at a set of which not all know yet:
 * after three hints it is again the turn of the set, of which each member has its own, and then that of the next hint.
 *
 * @param hints - nodes that the one asked has named; none where it did not answer
 */
export function nextAsked(set: readonly NodeId[], asked: NodeId, hints: readonly NodeId[], hops: number): NextAsked {
  const round = Math.floor(hops / (HOPS_MAX + 1));
  const others = hints.filter((node) => node !== asked);
  const hint = others[round % others.length];
  const isTurnOfSet = hops % (HOPS_MAX + 1) === HOPS_MAX;
  if (hint !== undefined && !isTurnOfSet) return { to: hint, delayMs: 0 };
  const isInLine = hint === undefined && set.includes(asked);
  const place = isInLine ? set.indexOf(asked) + 1 : round;
  return { to: known(set[place % set.length], 'a node of an empty replica set'), delayMs: PAUSE_MS };
}
