import { expect } from 'chai';
import fc from 'fast-check';
import { QUEUE_MAX } from '../../src/kernel/load.js';
import { POLICIES, type PolicyName } from '../../src/kernel/policies.js';
import { Breakers } from '../../src/placement/breakers.js';
import { candidatesFor } from '../../src/placement/explain.js';
import type { Candidate } from '../../src/placement/policies/custom.js';
import { placementOf, type Some } from './policies/support.js';
import { demandOf, node, resources } from './support.js';

/** Whose pick is one of the best of all, whatever was drawn. */
const SURE = POLICIES.filter((name) => !['random', 'two-choices', 'batch-sampling'].includes(name));

const somes: fc.Arbitrary<Some[]> = fc.array(
  fc.record({
    cpus: fc.constantFrom(1, 2, 4),
    speed: fc.constantFrom(0.5, 1, 4),
    state: fc.constantFrom('alive' as const, 'alive' as const, 'suspect' as const),
    labels: fc.constantFrom({}, { cost: '2.5' }, { energy: '80' }),
    load: fc.record({
      running: fc.nat(6),
      queued: fc.oneof(fc.constant(0), fc.nat(5), fc.constant(QUEUE_MAX)),
      free: fc.constantFrom(0, 0.5, 1),
      workMs: fc.constantFrom(0, 20, 3_000),
    }),
  }),
  { minLength: 1, maxLength: 7 },
);

const byQueue = (_: unknown, nodes: readonly Candidate[]) => nodes.map(({ queued, speed }) => queued - speed);

function placing(nodes: readonly Some[], seed: number) {
  const breakers = new Breakers({ nowMs: () => 0, size: () => 3, chance: () => 0 });
  return placementOf(nodes, seed, () => 700, breakers, { score: byQueue, roundTripMs: (id) => id.length + seed });
}

describe('Scores of nodes', () => {
  for (const policy of SURE) {
    it(`should be best, of those that take the task, where ${policy} places it`, () => {
      fc.assert(
        fc.property(somes, fc.constantFrom(0.5, 1, 2), fc.nat(99), fc.nat(5), (nodes, cpus, seed, earlier) => {
          const { placement, view, ring } = placing(nodes, seed);
          const needs = resources(cpus);
          for (let i = 0; i < earlier; i++) placement.choose(demandOf(`key ${i}`, { policy, needs }));
          const { measure, scores, ...told } = placement.scores({ key: 'key', name: 'work', policy, needs });
          expect(told.policy).to.equal(policy);
          const choice = placement.choose(demandOf('key', { policy, needs }));
          if (!measure) {
            // Nobody has had a turn: it begins anywhere.
            expect(policy).to.equal('round-robin');
          } else if (choice) {
            const candidates = candidatesFor(view, ring, 'key', { needs, policy }, scores);
            const first = candidates.find(({ out }) => out === undefined)?.score;
            const own = candidates.find((one) => one.node === choice.node)?.score;
            expect(own, `${policy}: ${JSON.stringify(candidates)}`)
              .to.equal(first)
              .and.not.equal(undefined);
          }
        }),
        { numRuns: 60 },
      );
    });
  }

  it('should be the walk of the default, which passes over who has no room', () => {
    const nodes = Array.from({ length: 4 }, () => ({ cpus: 1 }));
    const { placement, view } = placementOf(nodes);
    const { measure, scores } = placement.scores({ key: 'key', name: 'work', needs: resources(1) });
    expect(measure).to.include({ best: 'least', among: 'all' });
    expect(scores).to.deep.equal(view.ring.preference('key', 4).map((id, score) => ({ node: id, score })));
    expect(placement.choose(demandOf('key'))?.node).to.equal(scores[0]?.node);
  });

  it('should be numbers that can be recomputed, the best first', () => {
    const nodes = [
      { cpus: 2, load: { running: 2, queued: 1, free: 0, workMs: 2_000 } },
      { cpus: 4, speed: 2, load: { running: 1, queued: 0, free: 3, workMs: 100 } },
      { cpus: 1, state: 'suspect' as const },
    ];
    const { placement } = placing(nodes, 1);
    const scores = (policy: PolicyName) =>
      placement
        .scores({ key: 'key', name: 'work', policy, needs: resources(1) })
        .scores.filter(({ node: id }) => id !== node(2))
        .map(({ node: id, score }) => [Number(id === node(1)), score]);
    expect(scores('least-loaded')).to.deep.equal([
      [1, 0.25],
      [0, 1.5],
    ]);
    expect(scores('min-completion')).to.deep.equal([
      [1, 350],
      [0, 1_700],
    ]);
    expect(scores('weighted-round-robin')).to.deep.equal([
      [1, 4],
      [0, 2],
    ]);
    expect(scores('binpack')).to.deep.equal([
      [1, -0.25],
      [0, 1.5],
    ]);
    expect(scores('random')).to.deep.equal([]);
  });

  it('should change nothing of what is chosen later', () => {
    const chosen = (isAsked: boolean) => {
      const { placement } = placing(
        Array.from({ length: 6 }, (_, i) => ({ cpus: 1 + (i % 3) })),
        7,
      );
      return Array.from({ length: 60 }, (_, i) => {
        const policy = POLICIES[i % POLICIES.length]!;
        if (isAsked) for (const each of POLICIES) placement.scores({ ...demandOf('key'), policy: each });
        return placement.choose(demandOf(`key ${i}`, { policy }))?.node;
      });
    };
    expect(chosen(true)).to.deep.equal(chosen(false));
  });

  it('should be those of the bounded ring where there is no module, or it fails', () => {
    for (const score of [undefined, () => undefined]) {
      const { placement } = placementOf(
        [{ cpus: 1 }],
        1,
        () => 0,
        new Breakers({ nowMs: () => 0, size: () => 3, chance: () => 0 }),
        { score },
      );
      const told = placement.scores({ key: 'key', name: 'work', policy: 'custom', needs: resources(1) });
      expect(told).to.include({ policy: 'bounded-ring' });
    }
  });
});
