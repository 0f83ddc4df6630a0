import { expect } from 'chai';
import fc from 'fast-check';
import { timeOn } from '../../../simnet/plan/batch.js';
import { judgeEdf, planEdf } from '../../../simnet/plan/edf.js';
import { unfit } from '../../../simnet/plan/plan.js';
import { batchOf, bestOf, expectValid, machinesOf, type Wanted } from './support.js';

function judged(speeds: readonly number[], tasks: readonly (readonly [ms: number, deadlineMs: number])[], cpus = 1) {
  const batch = batchOf(
    machinesOf(speeds, cpus),
    tasks.map(([ms]) => ms),
    tasks.map(([, deadlineMs]): Wanted => ({ deadlineMs })),
  );
  const plan = planEdf(batch);
  expectValid(batch, plan);
  return { batch, plan, verdict: judgeEdf(batch, plan) };
}

describe('EDF of tasks that run once', () => {
  it('should go by deadlines, tasks without one last', () => {
    const { plan, verdict } = judged(
      [1],
      [
        [2, 9],
        [3, Infinity],
        [1, 1],
        [4, 5],
      ],
    );
    expect(plan.map(({ startMs }) => startMs)).to.deep.equal([5, 7, 0, 1]);
    expect(verdict).to.deep.equal({ answer: 'feasible', because: 'the plan keeps all deadlines' });
  });

  it('should say why there is no way', () => {
    expect(judged([1, 2], [[5, 2]]).verdict.because).to.equal('t0 takes longer than until its deadline');
    const three = judged(
      [1, 1],
      [
        [4, 4],
        [3, 4],
        [2, 4],
      ],
    );
    expect(three.verdict).to.deep.equal({
      answer: 'infeasible',
      because: 'more is due by the deadline of t2 than all CPUs can do by then',
    });
  });

  it('should not claim to know what it does not: here another order would do', () => {
    const { verdict } = judged(
      [1, 1],
      [
        [1, 2],
        [1, 2.5],
        [3, 3.5],
      ],
    );
    expect(verdict).to.deep.equal({
      answer: 'undecided',
      because: 't2 is late in this order; on several CPUs another one may do',
    });
  });

  it('should agree with all orders on all CPUs wherever it decides, and decide on one CPU', () => {
    const task = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 20 }));
    const speeds = fc.constantFrom([1], [2], [1, 1], [1, 2]);
    const seen = new Set<string>();
    fc.assert(
      fc.property(speeds, fc.array(task, { minLength: 1, maxLength: 6 }), (powers, tasks) => {
        const { batch, verdict } = judged(powers, tasks);
        // On each CPU the order of deadlines is best.
        const least = bestOf(batch, (lanes) =>
          Math.max(
            ...lanes.map((lane, machine) => {
              let atMs = 0;
              const inOrder = [...lane].sort((a, b) => batch.tasks[a]!.deadlineMs - batch.tasks[b]!.deadlineMs);
              return Math.max(
                -Infinity,
                ...inOrder.map((one) => {
                  atMs += timeOn(batch.tasks[one]!, batch.machines[machine]!);
                  return atMs - batch.tasks[one]!.deadlineMs;
                }),
              );
            }),
          ),
        );
        if (verdict.answer === 'undecided') expect(powers.length).to.be.above(1);
        else expect(verdict.answer).to.equal(least <= 1e-9 ? 'feasible' : 'infeasible');
        seen.add(verdict.answer);
      }),
      { numRuns: 100 },
    );
    expect(seen).to.include.all.keys('feasible', 'infeasible');
  });

  it('should not be for tasks without deadlines, nor for those that wait', () => {
    const machines = machinesOf([1]);
    expect(unfit('edf', batchOf(machines, [1, 2]))).to.equal('no task has a deadline');
    const after = [{ deadlineMs: 3 }, { after: [{ task: 0, transferMs: 0 }] }];
    expect(unfit('edf', batchOf(machines, [1, 2], after))).to.equal('tasks wait for others');
    expect(unfit('edf', batchOf(machines, [1, 2], [{ deadlineMs: 3 }]))).to.equal(undefined);
  });
});
