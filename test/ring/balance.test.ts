import { expect } from 'chai';
import fc from 'fast-check';
import { Ring } from '../../src/ring/ring.js';
import { arcsOf, flock, hashes, memberSets, node, weights, xxh32 } from './support.js';

describe('Ring balance', () => {
  it('should give the fullest of 1,000 nodes about a third more than the average', () => {
    const arcs = [...arcsOf(Ring.build(flock(1000), xxh32)).values()];
    expect(arcs.reduce((sum, arc) => sum + arc, 0)).to.be.closeTo(1, 1e-9);
    expect(Math.max(...arcs) * 1000, 'peak over average').to.be.within(1.2, 1.45);
    expect(Math.min(...arcs) * 1000, 'least over average').to.be.within(0.6, 0.8);
  });

  it('should give each node of a kind its share of the keys by weight', () => {
    const members = [0.5, 1, 2, 4].flatMap((weight, kind) =>
      Array.from({ length: 50 }, (_, i) => ({ id: node(kind * 50 + i), weight })),
    );
    const ring = Ring.build(members, xxh32);
    const arcs = arcsOf(ring);
    for (const kind of [0, 1, 2, 3]) {
      const ofKind = members.slice(kind * 50, kind * 50 + 50);
      const owned = ofKind.reduce((sum, { id }) => sum + arcs.get(id)!, 0);
      const share = ofKind.reduce((sum, { id }) => sum + ring.share(id), 0);
      expect(owned / share, `kind ${kind}`).to.be.within(0.92, 1.08);
    }
  });

  it('should have shares that add up to one', () => {
    fc.assert(
      fc.property(memberSets, (members) => {
        const ring = Ring.build(members, xxh32);
        const sum = members.reduce((total, { id }) => total + ring.share(id), 0);
        expect(sum).to.be.closeTo(members.length === 0 ? 0 : 1, 1e-9);
      }),
    );
  });

  it('should keep the least of weights on the ring', () => {
    const ring = Ring.build([...flock(3), { id: node(3), weight: 0.0001 }], xxh32);
    expect(arcsOf(ring).get(node(3))).to.be.above(0);
  });
});

describe('Ring movement', () => {
  it('should give keys only to who joins, and take them only from who leaves', () => {
    fc.assert(
      fc.property(memberSets, weights, hashes, (members, weight, hash) => {
        const joined = node(31);
        const before = Ring.build(members, hash);
        const after = before.with({ id: joined, weight });
        const gained = [...after.points.positions].filter((p) => before.ownerAt(p) !== after.ownerAt(p));
        for (const position of gained) expect(after.ownerAt(position)).to.equal(joined);
        for (const position of after.points.positions) {
          const owner = after.ownerAt(position);
          if (owner !== joined) expect(after.without(joined).ownerAt(position)).to.equal(owner);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('should move 1/(n+1) of the keys to a newcomer, on the average of twenty', () => {
    const ring = Ring.build(flock(100), xxh32);
    const moved = Array.from({ length: 20 }, (_, i) => {
      const id = node(100 + i);
      return arcsOf(ring.with({ id, weight: 1 })).get(id)! * 101;
    });
    expect(moved.reduce((sum, part) => sum + part, 0) / moved.length).to.be.within(0.9, 1.1);
    expect(Math.max(...moved), 'a single join').to.be.below(1.4);
  });

  it('should keep the rest of a preference list in order when one of it leaves', () => {
    fc.assert(
      fc.property(memberSets, hashes, fc.string(), (members, hash, key) => {
        const ring = Ring.build(members, hash);
        const walk = [...ring.walk(key)];
        const [first] = walk;
        if (first !== undefined) expect([...ring.without(first).walk(key)]).to.deep.equal(walk.slice(1));
      }),
    );
  });
});
