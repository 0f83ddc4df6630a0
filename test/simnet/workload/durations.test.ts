import { expect } from 'chai';
import { Prng } from '../../../src/kernel/prng.js';
import { DURATION_KINDS, drawerOf, type Durations } from '../../../simnet/workload/durations.js';

const EACH: Readonly<Record<(typeof DURATION_KINDS)[number], Durations>> = {
  constant: { kind: 'constant', meanMs: 500 },
  uniform: { kind: 'uniform', meanMs: 500 },
  exponential: { kind: 'exponential', meanMs: 500 },
  bimodal: { kind: 'bimodal', meanMs: 500, longPart: 0.1, longFactor: 20 },
  pareto: { kind: 'pareto', meanMs: 500, shape: 1.5, capMs: 50_000 },
};

function drawn(durations: Durations, n: number, seed = 1): number[] {
  const [draw, prng] = [drawerOf(durations), new Prng(seed)];
  return Array.from({ length: n }, () => draw(prng));
}

describe('durations', () => {
  for (const kind of DURATION_KINDS) {
    it(`should have the mean that was asked for: ${kind}`, () => {
      const values = drawn(EACH[kind], 200_000);
      // Three standard errors of the widest: a Pareto of shape 1.5 cut off at a hundred means.
      expect(values.reduce((a, b) => a + b, 0) / values.length).to.be.closeTo(500, 15);
      expect(Math.min(...values.slice(0, 1000))).to.be.greaterThan(0);
    });
  }

  it('should cut a Pareto off, and give it the tail of its shape', () => {
    const values = drawn(EACH.pareto, 200_000);
    const least = values.reduce((a, b) => Math.min(a, b));
    expect(values.reduce((a, b) => Math.max(a, b))).to.be.at.most(50_000);
    // P(X > 4 least) / P(X > 16 least) = 4 ** shape, far below the cap.
    const beyond = (times: number) => values.filter((ms) => ms > times * least).length;
    expect(beyond(4) / beyond(16)).to.be.closeTo(8, 0.8);
  });

  it('should have two lengths where there are two modes', () => {
    const values = drawn(EACH.bimodal, 10_000);
    const [short = 0, long = 0, ...more] = [...new Set(values)].sort((a, b) => a - b);
    expect(more).to.have.length(0);
    expect(long / short).to.be.closeTo(20, 1e-9);
    expect(values.filter((ms) => ms === long).length / values.length).to.be.closeTo(0.1, 0.01);
  });
});
