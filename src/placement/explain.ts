import type { NodeId } from '../kernel/ids.js';
import { isBounded, type PolicyName } from '../kernel/policies.js';
import type { Resources } from '../kernel/resources.js';
import type { Shunned } from '../tasks/placer.js';
import type { BoundedRing, Standing } from './policies/bounded-ring.js';
import type { FlockView } from './flock-view.js';
import { SHOWN_MAX, type NodeScore } from './scores.js';

export interface Candidate extends Omit<Standing, 'room'> {
  readonly node: NodeId;
  /** Place in the ring's order for the key, from 0. */
  readonly order: number;
  /** Of one of its cores beside others. */
  readonly speed: number;
  /** By the policy of the task; what it measures is said beside. */
  readonly score?: number;
}

/** How many members of the flock one thing speaks against, or nothing does. */
export interface Filtered {
  readonly nodes: number;
  readonly out?: string;
}

/** What is to be placed, as far as that is known. */
export interface Wanted {
  readonly needs: Resources;
  /** Absent: the bounded ring. */
  readonly policy?: PolicyName | undefined;
  /** By whoever places it. */
  readonly shunned?: readonly Shunned[] | undefined;
}

/**
 * Who would run a task of this key, in order, and what speaks against each.
 *
 * @param scores - the best first, whose order that is; else it is the ring's
 */
export function candidatesFor(
  view: FlockView,
  ring: BoundedRing,
  key: string,
  wanted: Wanted,
  scores: readonly NodeScore[] = [],
): Candidate[] {
  const walk = view.ring.preference(key, scores.length > 0 ? view.ring.members.length : SHOWN_MAX);
  const orders = new Map(walk.map((node, order) => [node, order]));
  const nodes: readonly { readonly node: NodeId; readonly score?: number }[] =
    scores.length > 0 ? scores : walk.map((node) => ({ node }));
  return nodes.flatMap(({ node, score }) => {
    const order = orders.get(node);
    if (order === undefined) return [];
    const standing = standingOf(ring, node, wanted);
    const { load, bound, free } = standing;
    const breaker = wanted.shunned?.find((each) => each.node === node);
    const { out = breaker && `${breakerText(breaker)}: ${breaker.failed} of ${breaker.ended} tasks failed` } = reasonIn(
      standing,
      wanted,
    );
    const speed = view.member(node)?.profile.speed ?? 1;
    const scored = score === undefined ? {} : { score };
    return [{ node, order, load, bound, free, speed, ...scored, ...(out === undefined ? {} : { out }) }];
  });
}

/** All members by what speaks against them, those that could take such a task first, then the most common reason. */
export function filteredBy(view: FlockView, ring: BoundedRing, wanted: Wanted): Filtered[] {
  const counts = new Map<string | undefined, number>();
  for (const { id } of view.members()) {
    const breaker = wanted.shunned?.find((each) => each.node === id);
    const { out = breaker && breakerText(breaker) } = reasonIn(standingOf(ring, id, wanted), wanted);
    counts.set(out, (counts.get(out) ?? 0) + 1);
  }
  return [...counts]
    .map(([out, nodes]) => ({ nodes, ...(out === undefined ? {} : { out }) }))
    .sort((a, b) => Number('out' in a) - Number('out' in b) || b.nodes - a.nodes);
}

function standingOf(ring: BoundedRing, node: NodeId, { needs, policy }: Wanted): Standing {
  return ring.standing(node, needs, isBounded(policy));
}

function breakerText({ forMs }: Shunned): string {
  return `circuit breaker ${forMs === undefined ? 'half-open' : 'open'}`;
}

function reasonIn({ room, out }: Standing, { policy }: Wanted): Pick<Candidate, 'out'> {
  const reason = out ?? (room < 1 ? (isBounded(policy) ? 'at its bound' : 'its queue is full') : undefined);
  return reason === undefined ? {} : { out: reason };
}
