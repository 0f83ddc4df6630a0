import { expect } from 'chai';
import fc from 'fast-check';
import type { NodeId } from '../../src/kernel/ids.js';
import { RingCache } from '../../src/ring/ring-cache.js';
import { Ring } from '../../src/ring/ring.js';
import { flock, memberSets, node, weights, xxh32 } from './support.js';

const changes = fc
  .array(fc.tuple(fc.nat(40).map(node), fc.option(weights, { nil: undefined })), { maxLength: 40 })
  .map((entries) => new Map<NodeId, number | undefined>(entries));

function changed(members: Ring['members'], by: ReadonlyMap<NodeId, number | undefined>): Ring {
  const after = new Map(members.map(({ id, weight }) => [id, weight]));
  for (const [id, weight] of by) {
    if (weight === undefined) after.delete(id);
    else after.set(id, weight);
  }
  return Ring.build(
    [...after].map(([id, weight]) => ({ id, weight })),
    xxh32,
  );
}

describe('Ring changed at many places', () => {
  it('should be the ring of the members that result, and have the digest foretold', () => {
    fc.assert(
      fc.property(memberSets, changes, (members, by) => {
        const before = Ring.build(members, xxh32);
        const built = changed(before.members, by);
        const after = before.after(by);
        expect(after.members).to.deep.equal(built.members);
        expect(after.points).to.deep.equal(built.points);
        expect(after.digest).to.equal(built.digest);
        expect(before.digestAfter(by)).to.equal(built.digest);
        expect(before.hasAll(by)).to.equal(before.digest === built.digest);
      }),
      { numRuns: 50 },
    );
  });
});

describe('Ring cache', () => {
  const joins = (...ids: number[]) => new Map(ids.map((i) => [node(i), 1]));

  it('should give nodes that come to the same members by different ways one ring', () => {
    const cache = new RingCache(xxh32);
    const straight = cache.follow(cache.empty, joins(1, 2, 3));
    const around = cache.follow(
      cache.follow(cache.empty, joins(3, 4, 1)),
      new Map([...joins(2), [node(4), undefined]]),
    );
    expect(around).to.equal(straight);
    expect(cache.follow(straight, joins(2))).to.equal(straight);
  });

  it('should find the ring of before when a node comes back', () => {
    const cache = new RingCache(xxh32);
    const before = cache.follow(cache.empty, joins(1, 2, 3));
    const without = cache.follow(before, new Map([[node(2), undefined]]));
    expect(without.size).to.equal(2);
    expect(cache.follow(without, joins(2))).to.equal(before);
  });

  it('should keep no more points than it may, those used last', () => {
    const cache = new RingCache(xxh32, 10 * 128);
    const members = flock(4).map(({ id }) => [id, 1] as const);
    const four = cache.follow(cache.empty, new Map(members));
    const three = cache.follow(four, new Map([[members[0]![0], undefined]]));
    expect(cache.size).to.equal(2);
    expect(cache.follow(three, new Map(members))).to.equal(four);
    const five = cache.follow(four, joins(9));
    expect(cache.size).to.equal(2);
    expect(cache.follow(five, new Map([[node(9), undefined]]))).to.equal(four);
    const again = cache.follow(four, new Map([[members[0]![0], undefined]]));
    expect(again).to.not.equal(three);
    expect(again.digest).to.equal(three.digest);
  });

  it('should keep a ring larger than it may keep', () => {
    const cache = new RingCache(xxh32, 1);
    const ring = cache.follow(cache.empty, joins(1));
    expect(cache.follow(cache.empty, joins(1))).to.equal(ring);
    expect(cache.size).to.equal(1);
  });
});
