import { COST_WEIGHTS } from '../../../src/kernel/cost-weights.js';
import type { NodeId } from '../../../src/kernel/ids.js';
import type { LoadVector } from '../../../src/kernel/load.js';
import type { PolicyName } from '../../../src/kernel/policies.js';
import { Prng } from '../../../src/kernel/prng.js';
import { Breakers } from '../../../src/placement/breakers.js';
import { Placement, type Known } from '../../../src/placement/placement.js';
import type { Demand } from '../../../src/tasks/placer.js';
import { demandOf, flockOf, load, member, node, resources, type MemberOptions } from '../support.js';

export interface Some extends MemberOptions {
  readonly cpus: number;
  readonly load?: Partial<LoadVector> | null;
}

/** Nodes 0, 1, … as they are given, and whoever places among them. */
export function placementOf(
  nodes: readonly Some[],
  seed = 1,
  workMs: (name: string) => number = () => 0,
  breakers = new Breakers({ nowMs: () => 0, size: () => 3, chance: () => 0 }),
  more: Partial<Known> = {},
) {
  const { view, policy: ring } = flockOf(0);
  nodes.forEach(({ cpus, ...options }, i) => view.update(member(node(i), { capacity: resources(cpus), ...options })));
  nodes.forEach(({ cpus, load: said }, i) => said && load(view, node(i), { slots: cpus, ...said }));
  const clock = { nowMs: 0 };
  const placement = new Placement({
    ...{ view, ring, breakers, prng: new Prng(seed), workMs, nowMs: () => clock.nowMs },
    ...{ roundTripMs: () => undefined, costWeights: COST_WEIGHTS, ...more },
  });
  return { view, ring, placement, clock };
}

/** Where one task after the other goes, each being on offer when the next is placed. */
export function picks(placement: Placement, policy: PolicyName, n: number, more: Partial<Demand> = {}): number[] {
  const offers = new Map<NodeId, number>(more.offers);
  return Array.from({ length: n }, (_, i) => {
    const choice = placement.choose(demandOf(`key ${i}`, { policy, ...more, offers }));
    if (!choice) return -1;
    offers.set(choice.node, (offers.get(choice.node) ?? 0) + 1);
    return indexOf(choice.node);
  });
}

/** The load of a node with nothing free. */
export function busy(running: number, queued: number, more: Partial<LoadVector> = {}): Partial<LoadVector> {
  return { running, queued, free: 0, ...more };
}

export function indexOf(id: NodeId): number {
  return Number(/\d+$/.exec(id)?.[0]);
}

/** How often each node stands in a list. */
export function tally(list: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const one of list) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}
