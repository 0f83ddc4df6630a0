import { expect } from 'chai';
import { Breakers } from '../../../src/placement/breakers.js';
import type { Candidate, ScoredTask, Scorer } from '../../../src/placement/policies/custom.js';
import { demandOf, node, resources } from '../support.js';
import { busy, picks, placementOf, tally, type Some } from './support.js';

function scoring(nodes: readonly Some[], score?: Scorer) {
  return placementOf(nodes, 1, () => 400, new Breakers({ nowMs: () => 0, size: () => 3, chance: () => 0 }), { score });
}

describe('The policy custom', () => {
  const NODES = [{ cpus: 2 }, { cpus: 4, load: busy(4, 2, { waiting: 100 }) }, { cpus: 1, labels: { cost: '3' } }];

  it('should pick the least score of those that take the task, never Infinity, and any of equals', () => {
    const by =
      (scores: Readonly<Record<string, number>>): Scorer =>
      (_, nodes) =>
        nodes.map(({ id }) => scores[id] ?? Infinity);
    const { placement } = scoring(NODES, by({ [node(0)]: 3, [node(1)]: 2, [node(2)]: 1 }));
    expect(picks(placement, 'custom', 1)).to.deep.equal([2]);
    expect(picks(placement, 'custom', 1, { needs: resources(2) }), 'too large for the last').to.deep.equal([1]);
    expect(picks(placement, 'custom', 1, { closed: (id) => id !== node(0) })).to.deep.equal([0]);
    expect(picks(scoring(NODES, by({})).placement, 'custom', 1)).to.deep.equal([-1]);
    const equal = scoring(NODES, (_, nodes) => nodes.map(() => 0)).placement;
    expect(Object.keys(tally(Array.from({ length: 60 }, () => picks(equal, 'custom', 1)[0]!)))).to.have.length(3);
  });

  it('should be told of the task, and of each node what its coordinator believes', () => {
    const calls: [ScoredTask, readonly Candidate[]][] = [];
    const { placement } = scoring(NODES, (task, nodes) => {
      calls.push([task, nodes]);
      return nodes.map(() => 1);
    });
    const offers = new Map([[node(2), 1]]);
    placement.choose(demandOf('key', { policy: 'custom', needs: resources(1, { memBytes: 0 }), batch: 5, offers }));
    const [[task, nodes] = []] = calls;
    expect(task).to.deep.equal({ key: 'key', name: 'work', cpus: 1, memBytes: 0, gpus: 0, workMs: 400, batch: 5 });
    expect(nodes?.find(({ id }) => id === node(1))).to.include({ running: 4, queued: 2, free: 0, cpus: 4, offered: 0 });
    expect(nodes?.find(({ id }) => id === node(2))).to.include({
      price: 3,
      watts: 0,
      offered: 1,
      speed: 1,
      responseMs: 1,
    });
  });

  it('should be the bounded ring where there is none, or where it fails, and that is counted', () => {
    for (const score of [undefined, () => undefined]) {
      const { placement } = scoring([{ cpus: 1 }, { cpus: 1 }, { cpus: 1 }], score);
      const keys = Array.from({ length: 20 }, (_, i) => `key ${i}`);
      const [custom, ring] = (['custom', 'bounded-ring'] as const).map((policy) =>
        keys.map((key) => placement.choose(demandOf(key, { policy }))),
      );
      expect(custom).to.deep.equal(ring);
      expect(placement.unscored).to.equal(20);
    }
  });

  it('should look at no more than some in a wide flock', () => {
    let most = 0;
    const nodes = Array.from({ length: 400 }, () => ({ cpus: 1 }));
    const { placement } = scoring(nodes, (_, candidates) => {
      most = Math.max(most, candidates.length);
      return candidates.map(() => 0);
    });
    expect(picks(placement, 'custom', 3)).to.not.include(-1);
    expect(most).to.equal(128);
  });
});
