import { expect } from 'chai';
import type { NodeId } from '../../../src/kernel/ids.js';
import { Prng } from '../../../src/kernel/prng.js';
import type { Demand } from '../../../src/tasks/placer.js';
import { demandOf, load, node, resources } from '../support.js';
import { busy, indexOf, placementOf } from './support.js';

type Placing = ReturnType<typeof placementOf>;

/** Where the tasks of a batch go, each being on offer when the next is placed. */
function batch({ placement }: Pick<Placing, 'placement'>, m: number, more: Partial<Demand> = {}): number[] {
  const offers = new Map<NodeId, number>();
  return Array.from({ length: m }, (_, i) => {
    const demand = demandOf('batch', { policy: 'batch-sampling', ...more, batch: m - i, offers });
    const node = placement.choose(demand)?.node;
    if (node === undefined) return -1;
    offers.set(node, (offers.get(node) ?? 0) + 1);
    return indexOf(node);
  });
}

/** P(k or more of n), each with chance p. */
function atLeast(k: number, n: number, p: number): number {
  let term = (1 - p) ** n;
  let below = 0;
  for (let i = 0; i < k; i++) {
    below += term;
    term *= ((n - i) / (i + 1)) * (p / (1 - p));
  }
  return 1 - below;
}

describe('Batch sampling', () => {
  it("should be the paper's: all of a batch find idle nodes where m of the d m that were looked at are idle", () => {
    const M = 8;
    const isIdle = Array.from({ length: 400 }, (_, i) => i % 2 === 0);
    const idle = { cpus: 1 };
    const nodes = isIdle.map((each) => (each ? idle : { cpus: 1, load: busy(1, 0, { waiting: 100 }) }));
    const allIdle = (policy: 'batch-sampling' | 'two-choices') => {
      const placing = placementOf(nodes, 7);
      const rounds = Array.from({ length: 400 }, (_, i) => batch(placing, M, { policy, key: `batch ${i}` }));
      return rounds.filter((went) => went.every((i) => isIdle[i])).length / rounds.length;
    };
    // Each within 3.5 standard deviations or so; two choices a task: (1 - 1/4)^8.
    expect(atLeast(M, 2 * M, 0.5)).to.be.closeTo(0.598, 0.001);
    expect(allIdle('batch-sampling')).to.be.within(0.51, 0.69);
    expect(allIdle('two-choices')).to.be.within(0.04, 0.17);
  });

  it('should do what its definition says with the same draws', () => {
    const N = 60;
    for (let seed = 0; seed < 100; seed++) {
      const dice = new Prng(seed);
      const loads = Array.from({ length: N }, () => dice.below(6));
      const nodes = loads.map((running) => ({ cpus: 1, load: busy(running, 0, { waiting: 500 }) }));
      const m = 1 + dice.below(8);
      const placing = placementOf(nodes, seed);
      const order = [...placing.view.ring.members].map(({ id }) => indexOf(id));
      const prng = new Prng(seed);
      const sample = new Set<number>();
      while (sample.size < 2 * m) sample.add(order[prng.below(N)]!);
      const expected = Array.from({ length: m }, () => {
        const least = Math.min(...[...sample].map((i) => loads[i]!));
        const chosen = [...sample].find((i) => loads[i] === least)!;
        loads[chosen]! += 1;
        return chosen;
      });
      expect(batch(placing, m), `seed ${seed}`).to.deep.equal(expected);
    }
  });

  it('should go by the true least where the sample is the flock, and beyond the sample where that is full', () => {
    const loads = [3, 0, 2, 1];
    const placing = placementOf(loads.map((running) => ({ cpus: 1, load: busy(running, 0, { waiting: 500 }) })));
    expect(batch(placing, 6)).to.have.members([1, 1, 3, 1, 2, 3]);
    const closed = (id: NodeId) => id !== node(2);
    expect(batch(placing, 1, { closed })).to.deep.equal([2]);
    for (let i = 0; i < 10; i++) expect(batch(placing, 1, { closed, key: `key ${i}` })).to.deep.equal([2]);
  });

  it('should draw anew for another batch, for more tasks, and for another flock, and only of nodes that can run it', () => {
    const placing = placementOf(Array.from({ length: 50 }, (_, i) => ({ cpus: i < 25 ? 1 : 4 })));
    const seen = new Set<number>();
    for (let i = 0; i < 40; i++) {
      const [one = -1] = batch(placing, 1, { needs: resources(4) });
      expect(one).to.be.at.least(25);
      seen.add(one);
    }
    expect(seen.size).to.be.greaterThan(10);
    const [one = -1] = batch(placing, 1);
    load(placing.view, node(one), busy(1, 3));
    placing.view.forget(node(one));
    expect(batch(placing, 1)).to.not.include(one);
  });
});
