import { compareText, type NodeId } from '../kernel/ids.js';
import { isLive, isOnRing } from '../membership/member.js';
import { REPLICAS_MAX, type ReplicaSet } from '../tasks/register/replica-set.js';
import type { FlockPort, Standing } from '../tasks/replication/relocation.js';
import type { FlockView } from './flock-view.js';

/** So many may hold a job: two of these can be dead, and a majority of a set of three is left. */
const WINDOW = REPLICAS_MAX + 2;

/** How many replicas a register has: as many as there are members that have not left, up to three (register.md, rule 8). */
export function replicaCount(view: FlockView): number {
  let count = 0;
  for (const { state } of view.members()) if (state !== 'left' && ++count === REPLICAS_MAX) break;
  return count;
}

/**
 * The nodes of which a new job's replicas may be chosen, by anybody: the first few of the ring of all that have not left. Whoever
 * is away or drains stands on it too, so that what a node believes of others does not change it (ADR 27).
 */
export function mayHold(view: FlockView, key: string): NodeId[] {
  return view.wholeRing().preference(key, WINDOW);
}

/** The replicas of a new job: of those that may hold it the alive first, then suspects, then who drains, then the dead. */
export function chooseHolders(view: FlockView, key: string): ReplicaSet {
  const all = mayHold(view, key).map((id) => ({ id, order: reluctance(view, id) }));
  return all
    .sort((a, b) => a.order - b.order)
    .slice(0, replicaCount(view))
    .map(({ id }) => id);
}

function reluctance(view: FlockView, id: NodeId): number {
  const member = view.member(id);
  if (!member || !isLive(member)) return 4;
  return (member.state === 'alive' ? 0 : 1) + (isOnRing(member) ? 0 : 2);
}

/** What the upkeep of replica sets is to know of the flock. */
export class ReplicaFlock implements FlockPort {
  constructor(private readonly view: FlockView) {}

  standingOf(node: NodeId): Standing {
    const member = this.view.member(node);
    if (!member || member.state === 'left') return 'left';
    if (member.draining && member.state !== 'dead') return 'leaving';
    return member.state === 'alive' ? 'here' : member.state;
  }

  /** Up to three that could take a place, by today's ring; not this node where it leaves itself. */
  candidates(key: string): readonly NodeId[] {
    const found: NodeId[] = [];
    for (const node of this.view.ring.walk(key)) {
      if (this.standingOf(node) === 'here') found.push(node);
      if (found.length > REPLICAS_MAX) break;
    }
    return found;
  }

  staying(): number {
    let count = 0;
    for (const { id } of this.view.members()) {
      if (!['leaving', 'left'].includes(this.standingOf(id)) && ++count === REPLICAS_MAX) break;
    }
    return count;
  }
}

/**
 * The replicas of a new shard: from its place on the ring on, the alive first, then suspects, then whoever is not on the
 * ring but has not left (register.md, rule 8).
 *
 * @param first - a node that is to come first
 */
export function chooseReplicas(view: FlockView, key: string, first: NodeId): ReplicaSet {
  const count = replicaCount(view);
  const chosen: NodeId[] = [first];
  const suspects: NodeId[] = [];
  for (const node of view.ring.walk(key)) {
    if (chosen.length >= count) return chosen;
    if (node === first) continue;
    if (view.member(node)?.state === 'alive') chosen.push(node);
    else suspects.push(node);
  }
  chosen.push(...suspects.slice(0, count - chosen.length));
  if (chosen.length >= count) return chosen;
  const rest = [...view.members()].filter(({ id, state }) => state !== 'left' && !chosen.includes(id));
  const order = { alive: 0, suspect: 1, dead: 2, left: 3 };
  rest.sort((a, b) => order[a.state] - order[b.state] || compareText(a.id, b.id));
  return [...chosen, ...rest.slice(0, count - chosen.length).map(({ id }) => id)];
}
