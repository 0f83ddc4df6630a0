import { expect } from 'chai';
import fc from 'fast-check';
import { boundsOf } from '../../../simnet/plan/bounds.js';
import { planLpt } from '../../../simnet/plan/lpt.js';
import { planMultifit } from '../../../simnet/plan/multifit.js';
import { planBy } from '../../../simnet/plan/plan.js';
import { batchOf, expectValid, machinesOf, makespanOf, optimalFlowMs, optimalMs } from './support.js';

const durations = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 7 });
const alike = fc.integer({ min: 1, max: 3 }).map((m) => machinesOf(new Array<number>(m).fill(1)));
const unlike = fc.array(fc.constantFrom(1, 1.5, 2, 4), { minLength: 1, maxLength: 3 }).map((s) => machinesOf(s));

describe('LPT', () => {
  for (const m of [2, 3, 4, 7]) {
    it(`should take Graham's 4/3 - 1/(3m) times the best at worst: m = ${m}`, () => {
      // Graham 1969: two each of 2m-1 … m+1, and three of m; the best is 3m.
      const pairs = Array.from({ length: m - 1 }, (_, i) => [2 * m - 1 - i, 2 * m - 1 - i]).flat();
      const batch = batchOf(machinesOf(new Array<number>(m).fill(1)), [...pairs, m, m, m]);
      const plan = planLpt(batch);
      expectValid(batch, plan);
      expect(makespanOf(plan)).to.equal(4 * m - 1);
      expect(boundsOf(batch).makespanMs).to.equal(3 * m);
      expect(makespanOf(planMultifit(batch)), 'MULTIFIT finds the best').to.equal(3 * m);
    });
  }

  it('should never be worse than that', () => {
    fc.assert(
      fc.property(alike, durations, (machines, list) => {
        const batch = batchOf(machines, list);
        const plan = planLpt(batch);
        expectValid(batch, plan);
        const worst = 4 / 3 - 1 / (3 * machines.length);
        expect(makespanOf(plan)).to.be.at.most(worst * optimalMs(batch) + 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it('should be less than twice the best where speeds are unlike', () => {
    fc.assert(
      fc.property(unlike, durations, (machines, list) => {
        const batch = batchOf(machines, list);
        const plan = planLpt(batch);
        expectValid(batch, plan);
        expect(makespanOf(plan)).to.be.below(2 * optimalMs(batch));
      }),
      { numRuns: 40 },
    );
  });

  it('should have each CPU run its shortest task first, as the makespan is the same', () => {
    const batch = batchOf(machinesOf([1]), [5, 1, 3]);
    expect(planLpt(batch).map(({ startMs }) => startMs)).to.deep.equal([4, 0, 1]);
  });
});

describe('MULTIFIT', () => {
  it('should be within 13/11 of the best, and a little', () => {
    fc.assert(
      fc.property(alike, durations, (machines, list) => {
        const batch = batchOf(machines, list);
        const plan = planMultifit(batch);
        expectValid(batch, plan);
        expect(makespanOf(plan)).to.be.at.most((13 / 11 + 2 ** -10) * optimalMs(batch) + 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it('should be within 1.4 of the best where speeds are unlike', () => {
    fc.assert(
      fc.property(unlike, durations, (machines, list) => {
        const batch = batchOf(machines, list);
        const plan = planMultifit(batch);
        expectValid(batch, plan);
        expect(makespanOf(plan)).to.be.at.most((1.4 + 2 ** -9) * optimalMs(batch) + 1e-6);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the lower bounds', () => {
  it('should be below what is best, and so below every plan', () => {
    fc.assert(
      fc.property(unlike, durations, (machines, list) => {
        const batch = batchOf(machines, list);
        const { makespanMs, flowMs } = boundsOf(batch);
        expect(makespanMs).to.be.at.most(optimalMs(batch) + 1e-6);
        expect(flowMs, 'it can be had').to.be.closeTo(optimalFlowMs(batch), 1e-6);
        for (const algorithm of ['lpt', 'multifit', 'heft'] as const) {
          const plan = planBy(algorithm, batch);
          expect(plan.makespanMs).to.be.at.least(makespanMs - 1e-6);
          expect(plan.meanFlowMs).to.be.at.least(flowMs - 1e-6);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('should be the work, the longest task or the longest chain, whichever is most', () => {
    const machines = machinesOf([1, 2]);
    const bound = (list: number[], after: number[][] = []) => {
      const edges = after.map((tasks) => ({ after: tasks.map((task) => ({ task, transferMs: 5 })) }));
      const { workMs, longestMs, pathMs, makespanMs } = boundsOf(batchOf(machines, list, edges));
      return [workMs, longestMs, pathMs, makespanMs];
    };
    expect(bound([6, 6, 6])).to.deep.equal([6, 3, 3, 6]);
    expect(bound([12, 3])).to.deep.equal([5, 6, 6, 6]);
    expect(bound([6, 6, 6], [[], [0], [1]])).to.deep.equal([6, 3, 9, 9]);
  });
});

describe('tasks of several CPUs', () => {
  it('should have them at the same time, on one machine that has them', () => {
    const task = fc.record({ ms: fc.integer({ min: 1, max: 20 }), cpus: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.array(task, { minLength: 1, maxLength: 12 }), (list) => {
        const machines = [...machinesOf([1, 2], 4), ...machinesOf([3], 2).map((m) => ({ ...m, kind: 2 }))];
        const batch = batchOf(
          machines,
          list.map(({ ms }) => ms),
          list,
        );
        const { makespanMs, flowMs } = boundsOf(batch);
        for (const algorithm of ['lpt', 'multifit', 'heft'] as const) {
          const plan = planBy(algorithm, batch);
          expectValid(batch, plan.placements);
          expect(plan.makespanMs).to.be.at.least(makespanMs - 1e-6);
          expect(plan.meanFlowMs).to.be.at.least(flowMs - 1e-6);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('should let small ones into the gaps that wide ones leave', () => {
    const batch = batchOf(machinesOf([1], 2), [4, 3, 2], [{}, { cpus: 2 }, {}]);
    const plan = planLpt(batch);
    expect(plan.map(({ startMs, lanes }) => [startMs, lanes])).to.deep.equal([
      [0, [0]],
      [4, [0, 1]],
      [0, [1]],
    ]);
  });
});
