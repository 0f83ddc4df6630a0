import { expect } from 'chai';
import fc from 'fast-check';
import { indexAt, ordinalAfter, ordinalOf, shardOf, shardRange } from '../../src/tasks/range.js';

const ranges = fc.record({
  first: fc.nat(1000),
  step: fc.integer({ min: 1, max: 50 }),
  count: fc.integer({ min: 1, max: 300 }),
});

describe('a range of tasks', () => {
  it('should find an index by its ordinal, and back', () => {
    fc.assert(
      fc.property(ranges, fc.nat(20_000), (range, index) => {
        const all = Array.from({ length: range.count }, (_, i) => range.first + i * range.step);
        const naive = all.indexOf(index);
        expect(ordinalOf(range, index)).to.equal(naive < 0 ? undefined : naive);
        const above = all.findIndex((each) => each > index);
        expect(Math.min(ordinalAfter(range, index), range.count)).to.equal(above < 0 ? range.count : above);
        all.forEach((each, i) => expect(indexAt(range, i)).to.equal(each));
      }),
      { numRuns: 50 },
    );
  });

  it('should be cut into shards that hold every task once', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 64 }), (range, size) => {
        const shards = Array.from({ length: Math.ceil(range.count / size) }, (_, k) => shardRange(range, size, k));
        const seen = shards.flatMap((part, k) =>
          Array.from({ length: part.count }, (_, i) => {
            const index = indexAt(part, i);
            expect(shardOf(range, size, index)).to.equal(k);
            return index;
          }),
        );
        expect(seen).to.deep.equal(Array.from({ length: range.count }, (_, i) => indexAt(range, i)));
      }),
      { numRuns: 50 },
    );
  });

  it('should refuse what lies outside', () => {
    const range = { first: 1, step: 2, count: 5 };
    expect(() => indexAt(range, 5)).to.throw(/outside 0\.\.4/);
    expect(() => shardRange(range, 2, 3)).to.throw(/beyond 5 tasks/);
    expect([0, 2, 11, -1, 1.5].map((index) => ordinalOf(range, index))).to.deep.equal(Array(5).fill(undefined));
    expect(ordinalOf({ ...range, step: 0 }, 3), 'a peer may send anything').to.equal(undefined);
  });
});
