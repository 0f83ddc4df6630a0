import { expect } from 'chai';
import fc from 'fast-check';
import { Bug } from '../../src/kernel/assert.js';
import { WEIGHT_MAX } from '../../src/ring/member.js';
import { Ring } from '../../src/ring/ring.js';
import { NaiveRing } from './naive-ring.js';
import { flock, hashes, memberSets, node, weights, xxh32 } from './support.js';

const keys = fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 20 });

describe('Ring', () => {
  it('should answer every lookup as a sorted list of points does', () => {
    fc.assert(
      fc.property(memberSets, hashes, keys, fc.integer({ min: -1, max: 14 }), (members, hash, asked, n) => {
        const ring = Ring.build(members, hash);
        const naive = new NaiveRing(members, hash);
        expect(pointsOf(ring)).to.deep.equal(naive.points);
        for (const key of asked) {
          const walk = naive.walk(key);
          expect([...ring.walk(key)]).to.deep.equal(walk);
          expect(ring.owner(key)).to.equal(walk[0]);
          expect(ring.preference(key, n)).to.deep.equal(walk.slice(0, Math.max(0, n)));
        }
      }),
    );
  });

  it('should find the owner of each position next to a point, and of both ends', () => {
    fc.assert(
      fc.property(memberSets, hashes, (members, hash) => {
        const ring = Ring.build(members, hash);
        const { points } = new NaiveRing(members, hash);
        const edges = points.flatMap(({ position }) => [position - 1, position, position + 1]);
        for (const position of [0, ...edges.filter((p) => p >= 0 && p < 2 ** 32), 2 ** 32 - 1]) {
          const next = points.find((point) => point.position >= position) ?? points[0];
          expect(ring.ownerAt(position), `owner at ${position}`).to.equal(next?.id);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('should be the same ring whether built at once or changed member by member', () => {
    const changes = fc.array(
      fc.oneof(
        fc.record({ join: fc.record({ id: fc.nat(15).map(node), weight: weights }) }),
        fc.record({ leave: fc.nat(15).map(node) }),
      ),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(memberSets, hashes, changes, (members, hash, steps) => {
        const expected = new Map(members.map((member) => [member.id, member]));
        let ring = Ring.build(members, hash);
        for (const step of steps) {
          if ('join' in step) {
            expected.set(step.join.id, step.join);
            ring = ring.with(step.join);
          } else {
            expected.delete(step.leave);
            ring = ring.without(step.leave);
          }
        }
        expectSame(ring, Ring.build(expected.values(), hash));
      }),
    );
  });

  it('should leave the ring it was made from as it was', () => {
    const ring = Ring.build(flock(5), xxh32);
    ring.with({ id: node(9), weight: 2 });
    ring.without(node(3));
    expectSame(ring, Ring.build(flock(5), xxh32));
  });

  it('should stay the same ring when a stranger leaves', () => {
    const ring = Ring.build(flock(3), xxh32);
    expect(ring.without(node(7))).to.equal(ring);
  });

  it('should know no owner while it is empty', () => {
    const ring = Ring.build([], xxh32);
    expect(ring.size).to.equal(0);
    expect(ring.owner('key')).to.equal(undefined);
    expect(ring.preference('key', 3)).to.deep.equal([]);
    expect(ring.share(node(0))).to.equal(0);
    expectSame(ring.with({ id: node(0), weight: 1 }).without(node(0)), ring);
  });

  it('should give a single node everything', () => {
    const ring = Ring.build(flock(1), xxh32);
    expect(ring.share(node(0))).to.equal(1);
    for (let i = 0; i < 100; i++) expect(ring.preference(`key ${i}`, 3)).to.deep.equal([node(0)]);
  });

  it('should break ties of position by node id, whoever came first', () => {
    const oneSpot = () => 7;
    const [a, b, c] = flock(3);
    for (const order of [
      [a!, b!, c!],
      [c!, a!, b!],
      [b!, c!, a!],
    ]) {
      expect(Ring.build(order, oneSpot).preference('key', 3)).to.deep.equal([a!.id, b!.id, c!.id]);
      const grown = order.reduce((ring, member) => ring.with(member), Ring.build([], oneSpot));
      expect(grown.preference('key', 3)).to.deep.equal([a!.id, b!.id, c!.id]);
    }
  });

  it('should refuse a member that stands twice and weights without meaning', () => {
    expect(() => Ring.build([...flock(2), ...flock(1)], xxh32)).to.throw(Bug, 'twice');
    for (const weight of [0, -1, NaN, Infinity, WEIGHT_MAX + 1]) {
      expect(() => Ring.build([{ id: node(0), weight }], xxh32)).to.throw(Bug, 'weight');
      expect(() => Ring.build([], xxh32).with({ id: node(0), weight })).to.throw(Bug, 'weight');
    }
  });
});

describe('Ring digest', () => {
  it('should be equal exactly where members and weights are', () => {
    fc.assert(
      fc.property(memberSets, memberSets, fc.array(fc.nat()), (one, other, shuffle) => {
        const shuffled = one.map((member, i) => ({ member, at: shuffle[i] ?? 0 })).sort((a, b) => a.at - b.at);
        const ring = Ring.build(one, xxh32);
        expect(
          Ring.build(
            shuffled.map(({ member }) => member),
            xxh32,
          ).digest,
        ).to.equal(ring.digest);
        expect(Ring.build(other, xxh32).digest === ring.digest).to.equal(canonical(one) === canonical(other));
        for (const { id, weight } of one) {
          expect(ring.with({ id, weight: weight + 0.001 }).digest).to.not.equal(ring.digest);
          expect(ring.without(id).digest).to.not.equal(ring.digest);
        }
      }),
    );
  });

  it('should read as 16 hexadecimal digits', () => {
    expect(Ring.build([], xxh32).digest).to.equal('0000000000000000');
    expect(Ring.build(flock(3), xxh32).digest).to.match(/^[0-9a-f]{16}$/);
  });
});

function pointsOf(ring: Ring) {
  return Array.from(ring.points.positions, (position, i) => ({
    position,
    id: ring.members[ring.points.owners[i]!]!.id,
  }));
}

function expectSame(ring: Ring, expected: Ring): void {
  expect(ring.members).to.deep.equal(expected.members);
  expect(pointsOf(ring)).to.deep.equal(pointsOf(expected));
  expect(ring.digest).to.equal(expected.digest);
  for (const { id } of expected.members) expect(ring.share(id)).to.equal(expected.share(id));
  for (let i = 0; i < 50; i++) expect([...ring.walk(`key ${i}`)]).to.deep.equal([...expected.walk(`key ${i}`)]);
}

function canonical(members: readonly { readonly id: string; readonly weight: number }[]): string {
  return members
    .map(({ id, weight }) => `${id}=${weight}`)
    .sort()
    .join();
}
