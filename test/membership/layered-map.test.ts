import { expect } from 'chai';
import fc from 'fast-check';
import { LayeredMap } from '../../src/membership/layered-map.js';

type Value = Readonly<{ n: number }>;
const keys = fc.nat(9).map((i) => `k${i}`);
const values = fc.nat(99).map((n): Value => ({ n }));
const step = fc.oneof(
  fc.record({ set: keys, value: values }),
  fc.record({ remove: keys }),
  fc.record({ share: fc.constant(true) }),
);
const sorted = (entries: Iterable<[string, Value]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));

describe('layered map', () => {
  it('should be a map, and leave its base as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, values)), fc.array(step), (first, steps) => {
        const base = new Map(first);
        const map = new LayeredMap(base);
        const twin = new Map(first);
        const bases: [ReadonlyMap<string, Value>, [string, Value][]][] = [[base, sorted(base)]];
        for (const one of steps) {
          if ('set' in one) {
            map.set(one.set, one.value);
            twin.set(one.set, one.value);
          } else if ('remove' in one) expect(map.delete(one.remove)).to.equal(twin.delete(one.remove));
          else {
            const shared = map.shared();
            expect(sorted(shared)).to.deep.equal(sorted(twin));
            bases.push([shared, sorted(shared)]);
          }
          expect(sorted(map)).to.deep.equal(sorted(twin));
          expect([map.size, [...map.keys()].length, [...map.values()].length]).to.deep.equal(Array(3).fill(twin.size));
          for (let i = 0; i < 10; i++) {
            expect(map.get(`k${i}`)).to.equal(twin.get(`k${i}`));
            expect(map.has(`k${i}`)).to.equal(twin.has(`k${i}`));
          }
        }
        for (const [one, was] of bases) expect(sorted(one)).to.deep.equal(was);
      }),
    );
  });
});
