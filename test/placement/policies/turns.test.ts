import { expect } from 'chai';
import fc from 'fast-check';
import { QUEUE_MAX } from '../../../src/kernel/load.js';
import { demandOf, load, member, node, resources } from '../support.js';
import { busy, indexOf, picks, placementOf, tally } from './support.js';

const ONE_EACH = Array.from({ length: 4 }, () => ({ cpus: 1 }));

describe('Round-robin', () => {
  it('should go around in the order of ids, however loaded they are, and begin anywhere', () => {
    const starts = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const { placement, view } = placementOf(ONE_EACH, seed);
      load(view, node(2), busy(1, 100));
      const [first = -1, ...rest] = picks(placement, 'round-robin', 9);
      starts.add(first);
      expect(rest).to.deep.equal(rest.map((_, i) => (first + i + 1) % 4));
    }
    expect(starts.size).to.equal(4);
  });

  it('should leave out who is full or closed, and go on where it was when members come and go', () => {
    const { placement, view } = placementOf(ONE_EACH);
    load(view, node(1), busy(1, QUEUE_MAX));
    const closed = (id: string) => id === node(3);
    const [first] = picks(placement, 'round-robin', 1, { closed });
    expect(picks(placement, 'round-robin', 4, { closed })).to.deep.equal([2 - first!, first, 2 - first!, first]);
    load(view, node(1), busy(1, 0));
    if (first === 0) picks(placement, 'round-robin', 2);
    else picks(placement, 'round-robin', 3);
    view.forget(node(0));
    view.update(member(node(5)));
    const next = picks(placement, 'round-robin', 8);
    const order = [1, 2, 3, 5];
    const from = order.indexOf(next[0]!);
    expect(next).to.deep.equal(next.map((_, i) => order[(from + i) % 4]));
  });
});

describe('Weighted round-robin', () => {
  /** As nginx documents it. */
  function smooth(weights: readonly number[], n: number): number[] {
    const credit = weights.map(() => 0);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return Array.from({ length: n }, () => {
      weights.forEach((weight, i) => (credit[i]! += weight));
      const best = credit.indexOf(Math.max(...credit));
      credit[best]! -= total;
      return best;
    });
  }

  it("should be nginx's example: of weights 5, 1 and 1 comes a a b a c a a", () => {
    const { placement } = placementOf([{ cpus: 5 }, { cpus: 1 }, { cpus: 1 }]);
    expect(picks(placement, 'weighted-round-robin', 14)).to.deep.equal([0, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 2, 0, 0]);
  });

  it('should do what its definition says', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }), (cpus) => {
        const { placement } = placementOf(cpus.map((each) => ({ cpus: each })));
        expect(picks(placement, 'weighted-round-robin', 60)).to.deep.equal(smooth(cpus, 60));
      }),
      { numRuns: 50 },
    );
  });

  it('should owe a node that was full no more than a round, and nothing to one that cannot run the task', () => {
    const { placement, view } = placementOf([{ cpus: 2 }, { cpus: 2 }, { cpus: 1 }]);
    const needs = resources(2);
    load(view, node(0), busy(2, QUEUE_MAX));
    expect(tally(picks(placement, 'weighted-round-robin', 50, { needs }))).to.deep.equal({ 1: 50 });
    load(view, node(0), busy(2, 0));
    const after = picks(placement, 'weighted-round-robin', 40, { needs });
    expect(tally(after)[0], 'of its turns it gets a few back').to.be.within(20, 23);
    expect(after).not.to.include(2);
  });
});

describe('Random choice', () => {
  it('should give each node that takes the task the same part', () => {
    const { placement, view } = placementOf([...ONE_EACH, { cpus: 1, state: 'suspect' }]);
    load(view, node(0), busy(1, 100));
    const counts = tally(Array.from({ length: 4_000 }, () => picks(placement, 'random', 1)[0]!));
    expect(Object.keys(counts)).to.deep.equal(['0', '1', '2', '3']);
    // Six standard deviations of 1,000.
    for (const count of Object.values(counts)) expect(count).to.be.within(835, 1_165);
  });

  it('should find the only one of many that takes it', () => {
    const { placement } = placementOf(
      Array.from({ length: 300 }, (_, i) => ({ cpus: 1, load: i === 77 ? null : busy(1, QUEUE_MAX) })),
    );
    expect(picks(placement, 'random', 1)).to.deep.equal([77]);
    expect(picks(placement, 'two-choices', 1)).to.deep.equal([77]);
  });
});

describe('The choice of two', () => {
  it('should take the less loaded of two: never the worst of three, and mostly the best', () => {
    const { placement, view } = placementOf([{ cpus: 1 }, { cpus: 1 }, { cpus: 1 }]);
    [0, 1, 2].forEach((i) => load(view, node(i), busy(i, 0, { waiting: 10 })));
    const counts = tally(Array.from({ length: 3_000 }, () => picks(placement, 'two-choices', 1)[0]!));
    // 5/9, 3/9 and, where both draws are the same, 1/9.
    expect(counts[0]).to.be.within(1_500, 1_833);
    expect(counts[1]).to.be.within(845, 1_155);
    expect(counts[2]).to.be.within(230, 437);
  });

  it('should hold the fullest of many nodes far below what chance gives it', () => {
    const most = (policy: 'random' | 'two-choices') => {
      const { placement } = placementOf(
        Array.from({ length: 100 }, () => ({ cpus: 1, load: busy(0, 0, { waiting: 30 }) })),
      );
      return Math.max(...Object.values(tally(picks(placement, policy, 1_000))));
    };
    expect(most('random')).to.be.greaterThan(16);
    expect(most('two-choices')).to.be.lessThan(14);
  });
});

describe('The plain ring', () => {
  it("should keep to the key's owner until its queue is full, then go on to the next", () => {
    const { placement, view } = placementOf(ONE_EACH);
    const [first, second] = view.ring.preference('key', 2);
    const pick = () => placement.choose(demandOf('key', { policy: 'ring' }))?.node;
    load(view, first!, busy(1, 400));
    expect(pick()).to.equal(first);
    load(view, first!, busy(1, QUEUE_MAX));
    expect(pick()).to.equal(second);
  });

  it('should look no further than sixteen nodes', () => {
    const { placement, view } = placementOf(Array.from({ length: 17 }, () => ({ cpus: 1 })));
    const walk = view.ring.preference('key', 17);
    for (const id of walk.slice(0, 15)) load(view, id, busy(1, QUEUE_MAX));
    expect(picks(placement, 'ring', 1, { key: 'key' })).to.deep.equal([indexOf(walk[15]!)]);
    load(view, walk[15]!, busy(1, QUEUE_MAX));
    expect(picks(placement, 'ring', 1, { key: 'key' })).to.deep.equal([-1]);
  });
});

describe('Policies by load', () => {
  it('should be told apart by what they call little', () => {
    const { placement } = placementOf([
      { cpus: 8, load: { running: 4, free: 2, waiting: 20, workMs: 4_000 } },
      { cpus: 4, load: { running: 3, free: 1, workMs: 300 } },
      { cpus: 2, load: { running: 2, free: 0, workMs: 20 } },
    ]);
    expect(picks(placement, 'least-loaded', 1), '0.5, 0.75 and 1 tasks a CPU').to.deep.equal([0]);
    expect(picks(placement, 'least-connections', 1), '4, 3 and 2 run').to.deep.equal([2]);
    expect(picks(placement, 'binpack', 1), 'the fullest with a free CPU').to.deep.equal([0]);
    expect(picks(placement, 'spread', 1), '6/8, 3/4 and 2/2 in use').to.satisfy(
      ([one]: number[]) => one === 0 || one === 1,
    );
  });

  it('should fill one node after the other by binpack, and by spread all alike', () => {
    const nodes = [{ cpus: 2 }, { cpus: 4 }, { cpus: 2 }];
    expect(picks(placementOf(nodes).placement, 'binpack', 8)).to.deep.equal([0, 0, 1, 1, 1, 1, 2, 2]);
    expect(tally(picks(placementOf(nodes).placement, 'spread', 4))).to.deep.equal({ 0: 1, 1: 2, 2: 1 });
  });

  it('should have a task end first by min-completion: rather wait for a fast node than start on a slow one', () => {
    // A second of work: 250 ms on the fast node, after 600 ms of what it has; 1 s on the slow one, at once.
    const fast = { cpus: 1, speed: 4, load: busy(1, 1, { workMs: 600 }) };
    const { placement, view } = placementOf([fast, { cpus: 1, speed: 1 }], 1, (name) => (name === 'work' ? 1_000 : 0));
    expect(picks(placement, 'min-completion', 3)).to.deep.equal([0, 1, 0]);
    load(view, node(0), busy(1, 1, { workMs: 800 }));
    expect(picks(placement, 'min-completion', 1)).to.deep.equal([1]);
    const twice = placementOf([{ cpus: 1, speed: 4 }, { cpus: 1 }]).placement;
    expect(tally(picks(twice, 'min-completion', 10)), 'nothing is known: by speed').to.deep.equal({ 0: 8, 1: 2 });
  });
});
