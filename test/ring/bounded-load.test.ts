import { expect } from 'chai';
import fc from 'fast-check';
import { Bug } from '../../src/kernel/assert.js';
import type { NodeId } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';
import { BOUNDED_LOAD, boundedOwner, loadBound, takes } from '../../src/ring/bounded-load.js';
import { Ring } from '../../src/ring/ring.js';
import { flock, memberSets, xxh32 } from './support.js';

type NextKey = () => string;

describe('Bounded load', () => {
  it('should bound a node at c times its share of the load, the new task included', () => {
    expect(BOUNDED_LOAD.c).to.equal(1.25);
    expect(loadBound(0, 1)).to.equal(2);
    expect(loadBound(99, 0.1)).to.equal(13);
    expect(loadBound(99, 0.1, 2)).to.equal(20);
    expect(loadBound(0, 1 / 1000)).to.equal(1);
  });

  it('should not raise a bound by the noise of a rounded share', () => {
    for (let n = 1; n <= 2000; n++) {
      expect(loadBound(4 * n - 1, 1 / n), `${n} nodes, four tasks each`).to.equal(5);
    }
  });

  it('should refuse a c that leaves tasks without a node', () => {
    expect(() => loadBound(10, 0.5, 0.99)).to.throw(Bug, 'c is 0.99');
  });

  it('should let a node take a task while it has a free slot or is under its bound', () => {
    expect(takes({ load: 9, freeSlots: 1, bound: 5 })).to.equal(true);
    expect(takes({ load: 4, freeSlots: 0, bound: 5 })).to.equal(true);
    expect(takes({ load: 5, freeSlots: 0, bound: 5 })).to.equal(false);
  });

  const sources: [string, (prng: Prng) => NextKey][] = [
    ['uniform keys', (prng) => () => `key ${prng.below(2 ** 31)}`],
    ['Zipf keys', zipf],
    ['one hot key', () => () => 'hot'],
  ];
  for (const [name, source] of sources) {
    it(`should keep the fullest of equal nodes within ceil(1.25 · average) after every task, for ${name}`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 20 }), fc.integer(), (nodes, seed) => {
          const ring = Ring.build(flock(nodes), xxh32);
          place(ring, source(new Prng(seed)), 200, (loads, total) => {
            expect(Math.max(...loads.values())).to.be.at.most(Math.ceil((1.25 * total) / nodes));
          });
        }),
        { numRuns: 20 },
      );
    });

    it(`should keep each node within 1.25 times its share by weight, for ${name}`, () => {
      fc.assert(
        fc.property(memberSets, fc.integer(), (members, seed) => {
          fc.pre(members.length > 0);
          const ring = Ring.build(members, xxh32);
          place(ring, source(new Prng(seed)), 100, (loads, total) => {
            for (const [id, load] of loads) {
              expect(load).to.be.at.most(Math.ceil(1.25 * total * ring.share(id)));
            }
          });
        }),
        { numRuns: 20 },
      );
    });
  }

  it('should find a node whatever the loads are, and the first on the walk that is under its bound', () => {
    const loads = fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(memberSets, loads, fc.string(), fc.constantFrom(1, 1.01, 1.25, 3), (members, given, key, c) => {
        const ring = Ring.build(members, xxh32);
        const loadOf = (id: NodeId) => given[ring.members.findIndex((member) => member.id === id)]!;
        const total = ring.members.reduce((sum, { id }) => sum + loadOf(id), 0);
        const under = [...ring.walk(key)].filter((id) => loadOf(id) < loadBound(total, ring.share(id), c));
        expect(boundedOwner(ring, key, loadOf, total, c)).to.equal(under[0]);
        expect(under.length > 0).to.equal(ring.size > 0);
      }),
    );
  });
});

/** Places `tasks` one by one, none ending, and calls `check` after each. */
function place(
  ring: Ring,
  nextKey: NextKey,
  tasks: number,
  check: (loads: Map<NodeId, number>, total: number) => void,
) {
  const loads = new Map(ring.members.map(({ id }) => [id, 0]));
  for (let total = 0; total < tasks; total++) {
    const id = boundedOwner(ring, nextKey(), (at) => loads.get(at)!, total)!;
    loads.set(id, loads.get(id)! + 1);
    check(loads, total + 1);
  }
}

/** Keys of rank 1..1000, each drawn with a probability proportional to 1/rank. */
function zipf(prng: Prng): NextKey {
  const sums: number[] = [];
  for (let rank = 1; rank <= 1000; rank++) sums.push((sums.at(-1) ?? 0) + 1 / rank);
  return () => {
    const drawn = prng.float() * sums.at(-1)!;
    return `key ${sums.findIndex((sum) => drawn < sum)}`;
  };
}
