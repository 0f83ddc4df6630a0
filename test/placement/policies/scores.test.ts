import { expect } from 'chai';
import fc from 'fast-check';
import { QUEUE_MAX } from '../../../src/kernel/load.js';
import { BUILT_IN_POLICIES, isBounded, type PolicyName } from '../../../src/kernel/policies.js';
import type { Standing } from '../../../src/placement/policies/bounded-ring.js';
import { demandOf, node, resources } from '../support.js';
import { indexOf, placementOf, type Some } from './support.js';

interface Told {
  readonly cpus: number;
  readonly speed: number;
  readonly state: 'alive' | 'suspect';
  readonly load: { running: number; queued: number; free: number; workMs: number };
  readonly offered: number;
  readonly isClosed: boolean;
}

const WORK_MS = 700;

/** Of each policy that has a score: its definition, written down once more. The least is to be picked. */
const SCORES: Partial<Record<PolicyName, (told: Told, needs: number) => number>> = {
  'least-loaded': ({ load, offered, cpus }) => (load.running + load.queued + offered) / cpus,
  'least-connections': ({ load, offered }) => (load.running + offered) * 10_000 + load.queued,
  // Of whose response times nothing is known.
  'least-response-time': ({ load, offered, cpus }) => 1 + (load.running + load.queued + offered) / cpus,
  spread: ({ load, offered, cpus }, needs) => (cpus - load.free + (load.queued + offered) * needs) / cpus,
  binpack: ({ load, offered, cpus }, needs) =>
    canStart(load, offered, needs)
      ? -(cpus - load.free + offered * needs) / cpus
      : (load.running + load.queued + offered) / cpus,
  'min-completion': ({ load, offered, cpus, speed }, needs) => {
    const own = WORK_MS / speed;
    const held = load.workMs > 0 ? load.workMs : (load.running + load.queued) * own;
    return (canStart(load, offered, needs) ? 0 : (held + offered * own) / cpus) + own;
  },
};

function canStart(load: Told['load'], offered: number, needs: number): boolean {
  return load.queued === 0 && Math.floor(load.free / needs) > offered;
}

const tolds: fc.Arbitrary<Told[]> = fc.array(
  fc.record({
    cpus: fc.constantFrom(1, 2, 4),
    speed: fc.constantFrom(0.5, 1, 4),
    state: fc.constantFrom('alive' as const, 'alive' as const, 'suspect' as const),
    load: fc.record({
      running: fc.nat(6),
      queued: fc.oneof(fc.constant(0), fc.nat(5), fc.nat(QUEUE_MAX)),
      free: fc.constantFrom(0, 0.5, 1),
      workMs: fc.constantFrom(0, 20, 3_000),
    }),
    offered: fc.constantFrom(0, 0, 1, 3),
    isClosed: fc.constantFrom(false, false, true),
  }),
  { maxLength: 7 },
);

function build(flock: readonly Told[], seed: number) {
  const nodes = flock.map(({ cpus, speed, state, load }): Some => ({ cpus, speed, state, load }));
  const offers = new Map(flock.flatMap(({ offered }, i) => (offered > 0 ? [[node(i), offered] as const] : [])));
  const closed = (id: string) => flock.some((told, i) => told.isClosed && node(i) === id);
  return { ...placementOf(nodes, seed, () => WORK_MS), offers, closed };
}

/** Whether a node may be offered the task, by the walk's own word on what room it has. */
function isEligible({ load, offered, isClosed }: Told, { room, out }: Standing, policy: PolicyName, cpus: number) {
  const fits = load.queued === 0 ? Math.floor(load.free / cpus) : 0;
  const left = QUEUE_MAX - load.queued;
  const all = isBounded(policy) ? room : Math.max(fits, 2 * left >= Math.min(load.queued, 32) ? left : 0);
  return out === undefined && !isClosed && all - offered >= 1;
}

describe('Policies', () => {
  it('should pick one of the nodes that take the task wherever there is one, and the least of these by its score', () => {
    fc.assert(
      fc.property(tolds, fc.constantFrom(0.5, 1, 2), fc.nat(1000), (flock, cpus, seed) => {
        const { placement, ring, offers, closed } = build(flock, seed);
        for (const policy of BUILT_IN_POLICIES.filter((name) => name !== 'bounded-ring')) {
          const choice = placement.choose(demandOf('key', { policy, needs: resources(cpus), offers, closed }));
          const may = flock.flatMap((told, i) => {
            return isEligible(told, ring.standing(node(i), resources(cpus)), policy, cpus) ? [i] : [];
          });
          expect(choice !== undefined, `${policy} among ${may.length}`).to.equal(may.length > 0);
          if (!choice) continue;
          const chosen = indexOf(choice.node);
          expect(may, policy).to.include(chosen);
          const score = SCORES[policy];
          if (!score) continue;
          const least = Math.min(...may.map((i) => score(flock[i]!, cpus)));
          expect(score(flock[chosen]!, cpus), policy).to.be.closeTo(least, 1e-9);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('should seek a free slot where they look at loads, and leave the rest to the node', () => {
    const { placement } = placementOf([{ cpus: 2 }]);
    for (const policy of BUILT_IN_POLICIES) {
      const choice = placement.choose(demandOf('key', { policy, seeksSlot: true }));
      const isBlind = ['ring', 'round-robin', 'weighted-round-robin', 'random'].includes(policy);
      expect(choice?.startsNow, policy).to.equal(!isBlind);
    }
  });

  it('should follow what is heard of loads and members', () => {
    const { placement, view } = placementOf([{ cpus: 1 }, { cpus: 1 }]);
    const pick = () => placement.choose(demandOf('key', { policy: 'least-loaded' }))?.node;
    const full = { boot: 1, waiting: 0, workMs: 0, slots: 1, free: 0, draining: false };
    const first = pick()!;
    const other = [node(0), node(1)].find((id) => id !== first)!;
    view.loads.note({ ...full, node: first, seq: 1_000_000, running: 1, queued: 0 });
    expect(pick()).to.equal(other);
    view.update({ ...view.member(other)!, state: 'suspect' });
    expect(pick()).to.equal(first);
    view.forget(first);
    expect(pick()).to.equal(undefined);
    view.update({ ...view.member(other)!, n: 1, state: 'alive' });
    expect(pick()).to.equal(other);
  });
});
