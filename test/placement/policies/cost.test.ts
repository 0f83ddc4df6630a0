import { expect } from 'chai';
import fc from 'fast-check';
import { COST_WEIGHTS, type CostWeights } from '../../../src/kernel/cost-weights.js';
import { Breakers } from '../../../src/placement/breakers.js';
import type { NodeId } from '../../../src/kernel/ids.js';
import { demandOf, load, node, resources } from '../support.js';
import { busy, indexOf, picks, placementOf, type Some } from './support.js';

const WORK_MS = 10_000;

function costing(
  nodes: readonly Some[],
  trips: readonly (number | undefined)[],
  costWeights: CostWeights = COST_WEIGHTS,
) {
  const more = { costWeights, roundTripMs: (id: string) => trips[indexOf(id as NodeId)] };
  return placementOf(nodes, 1, () => WORK_MS, new Breakers({ nowMs: () => 0, size: () => 3, chance: () => 0 }), more);
}

describe('The policy cost', () => {
  it('should weigh hours, money and kilowatt-hours', () => {
    const told = fc.record({
      speed: fc.constantFrom(0.5, 1, 4),
      cost: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
      energy: fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
      trip: fc.integer({ min: 0, max: 20_000 }),
      queued: fc.nat(2),
    });
    const weights = fc.record({ latency: fc.nat(3), cost: fc.nat(3), energy: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(told, { minLength: 1, maxLength: 6 }), weights, fc.constantFrom(1, 2), (flock, w, cpus) => {
        const scores = flock.map(({ speed, cost = 0, energy = 0, trip, queued }) => {
          const hours = WORK_MS / 1_000 / speed / 3_600;
          const waitHours = queued === 0 ? 0 : ((1 + queued) * hours) / 2;
          const money = cost * cpus * hours;
          const kWh = (energy / 1_000) * cpus * hours;
          return w.latency * (trip / 3.6e6 + waitHours + hours) + w.cost * money + w.energy * kWh;
        });
        const nodes = flock.map(({ speed, cost, energy, queued }): Some => {
          const labels = Object.entries({ cost, energy }).flatMap(([k, v]) =>
            v === undefined ? [] : [[k, `${v}`] as const],
          );
          const said = queued === 0 ? {} : { load: busy(1, queued) };
          return { cpus: 2, speed, labels: Object.fromEntries(labels), ...said };
        });
        const { placement } = costing(
          nodes,
          flock.map(({ trip }) => trip),
          w,
        );
        const chosen = picks(placement, 'cost', 1, { needs: resources(cpus) })[0] ?? -1;
        expect(scores[chosen]).to.be.closeTo(Math.min(...scores), 1e-12);
      }),
      { numRuns: 200 },
    );
  });

  it('should keep to the edge while that is worth the wait, and else pay for the cloud', () => {
    // Here 10 s of work at no cost; there 2.5 s, 80 ms away, for 2 an hour, which is worth two hours: 5 s.
    const edge = { cpus: 1 };
    const cloud = { cpus: 1, speed: 4, labels: { cost: '2', energy: '0' } };
    const { placement, view } = costing([edge, cloud], [0, 80]);
    expect(picks(placement, 'cost', 1)).to.deep.equal([1]);
    const thrifty = costing([edge, cloud], [0, 80], { latency: 1, cost: 2, energy: 0 });
    expect(picks(thrifty.placement, 'cost', 3), 'beyond that the edge would be 20 s').to.deep.equal([0, 1, 1]);
    load(view, node(1), busy(1, 4));
    expect(picks(placement, 'cost', 1)).to.deep.equal([0]);
  });

  it('should take a node whose round trip is not known for one like its zone, and a label that is no number for 0', () => {
    const near = { cpus: 1, zone: 'near' };
    const far = { cpus: 1, zone: 'far', labels: { cost: 'high' } };
    const { placement, clock } = costing([far, far, near, near], [20_000, undefined, 30, undefined]);
    expect(picks(placement, 'cost', 4)).to.satisfy((went: number[]) => went.slice(0, 2).every((i) => i >= 2));
    const trips: (number | undefined)[] = [0, undefined];
    const moving = costing([near, near], trips);
    expect(picks(moving.placement, 'cost', 1)).to.satisfy(([one]: number[]) => one === 0 || one === 1);
    trips[0] = 500;
    trips[1] = 100;
    moving.clock.nowMs += 1_000;
    expect(picks(moving.placement, 'cost', 1)).to.deep.equal([1]);
    expect(clock.nowMs).to.equal(0);
    expect(placement.choose(demandOf('key', { policy: 'cost', seeksSlot: true }))?.startsNow).to.equal(true);
  });
});
