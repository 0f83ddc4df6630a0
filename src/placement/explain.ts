import type { NodeId } from '../kernel/ids.js';
import type { Resources } from '../kernel/resources.js';
import type { Shunned } from '../tasks/placer.js';
import type { BoundedRing, Standing } from './policies/bounded-ring.js';
import type { FlockView } from './flock-view.js';

export interface Candidate extends Omit<Standing, 'room'> {
  readonly node: NodeId;
  /** Place in the ring's order for the key, from 0. */
  readonly order: number;
  /** Of one of its cores beside others. */
  readonly speed: number;
}

/** How many members of the flock one thing speaks against, or nothing does. */
export interface Filtered {
  readonly nodes: number;
  readonly out?: string;
}

/** Candidates shown: more than any walk looks at. */
const SHOWN_MAX = 20;

/**
 * Who would run a task of this key, in order, and what speaks against each.
 *
 * @param shunned - by whoever places it
 */
export function candidatesFor(
  view: FlockView,
  policy: BoundedRing,
  key: string,
  needs: Resources,
  shunned: readonly Shunned[] = [],
): Candidate[] {
  return view.ring.preference(key, SHOWN_MAX).map((node, order) => {
    const standing = policy.standing(node, needs);
    const { load, bound, free } = standing;
    const breaker = shunned.find((each) => each.node === node);
    const { out = breaker && `${breakerText(breaker)}: ${breaker.failed} of ${breaker.ended} tasks failed` } =
      reasonIn(standing);
    const speed = view.member(node)?.profile.speed ?? 1;
    return { node, order, load, bound, free, speed, ...(out === undefined ? {} : { out }) };
  });
}

/** All members by what speaks against them, those that could take such a task first, then the most common reason. */
export function filteredBy(
  view: FlockView,
  policy: BoundedRing,
  needs: Resources,
  shunned: readonly Shunned[] = [],
): Filtered[] {
  const counts = new Map<string | undefined, number>();
  for (const { id } of view.members()) {
    const breaker = shunned.find((each) => each.node === id);
    const { out = breaker && breakerText(breaker) } = reasonIn(policy.standing(id, needs));
    counts.set(out, (counts.get(out) ?? 0) + 1);
  }
  return [...counts]
    .map(([out, nodes]) => ({ nodes, ...(out === undefined ? {} : { out }) }))
    .sort((a, b) => Number('out' in a) - Number('out' in b) || b.nodes - a.nodes);
}

function breakerText({ forMs }: Shunned): string {
  return `circuit breaker ${forMs === undefined ? 'half-open' : 'open'}`;
}

function reasonIn({ room, out }: Standing): Pick<Candidate, 'out'> {
  const reason = out ?? (room < 1 ? 'at its bound' : undefined);
  return reason === undefined ? {} : { out: reason };
}
