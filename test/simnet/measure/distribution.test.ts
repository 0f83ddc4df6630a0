import { expect } from 'chai';
import fc from 'fast-check';
import { distributionOf } from '../../../simnet/measure/distribution.js';

describe('the distribution of what was measured', () => {
  it('should give each quantile as the least value that so many do not exceed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
        (values) => {
          const d = distributionOf(values);
          const ascending = [...values].sort((a, b) => a - b);
          const naive = (percent: number): number =>
            ascending.find((v) => ascending.filter((w) => w <= v).length * 1000 >= percent * 10 * values.length)!;
          expect([d.p50, d.p90, d.p99, d.p999, d.max]).to.deep.equal([50, 90, 99, 99.9, 100].map(naive));
          expect(d.count).to.equal(values.length);
        },
      ),
    );
  });

  it('should draw an ascending curve that ends with the largest value at 1', () => {
    const { curve, max } = distributionOf(Array.from({ length: 100_000 }, (_, i) => ((i * 7919) % 100_000) ** 1.5));
    expect(curve.length).to.be.within(100, 200);
    expect(curve.at(-1)).to.deep.equal([max, 1]);
    for (let i = 1; i < curve.length; i++) {
      expect(curve[i]![0]).to.be.at.least(curve[i - 1]![0]);
      expect(curve[i]![1]).to.be.greaterThan(curve[i - 1]![1]);
    }
  });

  it('should say of each point which part is at most its value', () => {
    const values = Array.from({ length: 5_000 }, (_, i) => i + 1);
    for (const [value, part] of distributionOf(values).curve) expect(part).to.be.closeTo(value / 5_000, 1e-12);
  });

  it('should be zero where nothing was measured, and leave the values as they were', () => {
    expect(distributionOf([])).to.deep.equal({ count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, curve: [] });
    const values = [3, 1, 2];
    expect(distributionOf(values).mean).to.equal(2);
    expect(values).to.deep.equal([3, 1, 2]);
  });
});
