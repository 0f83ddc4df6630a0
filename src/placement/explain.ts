import type { NodeId } from '../kernel/ids.js';
import type { Resources } from '../kernel/resources.js';
import type { BoundedRing, Standing } from './bounded-ring.js';
import type { FlockView } from './flock-view.js';

export interface Candidate extends Omit<Standing, 'room'> {
  readonly node: NodeId;
  /** Place in the ring's order for the key, from 0. */
  readonly order: number;
}

/** Candidates shown: more than any walk looks at. */
const SHOWN_MAX = 20;

/** Who would run a task of this key, in order, and what speaks against each. */
export function candidatesFor(view: FlockView, policy: BoundedRing, key: string, needs: Resources): Candidate[] {
  return view.ring.preference(key, SHOWN_MAX).map((node, order) => {
    const { room, out, ...standing } = policy.standing(node, needs);
    const reason = out ?? (room < 1 ? 'at its bound' : undefined);
    return { node, order, ...standing, ...(reason === undefined ? {} : { out: reason }) };
  });
}
