import { expect } from 'chai';
import fc from 'fast-check';
import { keepsDemand } from '../../../simnet/plan/demand.js';
import { planPeriodic } from '../../../simnet/plan/periodic.js';
import { planBy, unfit } from '../../../simnet/plan/plan.js';
import { batchOf, machinesOf } from './support.js';

type Row = readonly [ms: number, periodMs: number, deadlineMs?: number];

function periodic(speeds: readonly number[], rows: readonly Row[]) {
  return batchOf(
    machinesOf(speeds),
    rows.map(([ms]) => ms),
    rows.map(([, periodMs, deadlineMs = periodMs]) => ({ periodMs, deadlineMs })),
  );
}

function verdictOf(speeds: readonly number[], ...rows: readonly Row[]) {
  return planPeriodic(periodic(speeds, rows)).verdict;
}

const rows = fc.array(
  fc
    .record({ ms: fc.integer({ min: 1, max: 5 }), periodMs: fc.constantFrom(4, 5, 6, 8, 10, 12), cut: fc.nat(3) })
    .map(({ ms, periodMs, cut }): Row => [ms, periodMs, periodMs - cut]),
  { minLength: 1, maxLength: 4 },
);

describe('EDF of periodic tasks', () => {
  it('should take all of one CPU, and no more (Liu and Layland 1973)', () => {
    expect(verdictOf([1], [2, 4], [5, 10])).to.deep.equal({
      answer: 'feasible',
      because: 'processor demand test, utilisation 1.000 of 1',
    });
    expect(verdictOf([1], [2, 4], [5.1, 10])).to.deep.equal({
      answer: 'infeasible',
      because: 'utilisation 1.010 of 1',
    });
    expect(verdictOf([2], [4, 4], [10, 10]).answer).to.equal('feasible');
  });

  it('should see by the demand what the utilisation does not say', () => {
    const { answer, because } = verdictOf([1], [2, 6, 3], [2, 6, 3]);
    expect([answer, because]).to.deep.equal(['infeasible', 'processor demand test, utilisation 0.667 of 1']);
    expect(verdictOf([1], [3, 6, 2]).because).to.equal('t0 takes longer than until its deadline');
  });

  it('should interrupt a job for one that is due earlier', () => {
    const { stretches } = planPeriodic(
      periodic(
        [1],
        [
          [1, 4, 2],
          [4, 8],
        ],
      ),
    );
    const shown = stretches.map(({ task, startMs, endMs }) => `${task}: ${startMs}-${endMs}`);
    expect(shown).to.deep.equal(['0: 0-1', '1: 1-4', '0: 4-5', '1: 5-6']);
  });

  it('should tell of Dhall: light tasks before a heavy one, on several CPUs', () => {
    const { answer, because } = verdictOf([1, 1], [1, 9], [1, 9], [10, 10]);
    expect([answer, because]).to.deep.equal(['undecided', '3 of 29 releases of a hyperperiod are late']);
  });

  it('should fall back on the density where the hyperperiod is too long', () => {
    const primes = [101, 103, 107, 109, 113];
    const light = verdictOf([1, 1], ...primes.map((period): Row => [10, period]));
    expect(light.answer).to.equal('feasible');
    expect(light.because).to.match(/^density test, density 0.470 of 2;/);
    const heavy = verdictOf([1, 1], ...primes.map((period): Row => [39, period]));
    expect(heavy.answer).to.equal('undecided');
  });

  it('should say on one CPU what a run through the hyperperiod shows', () => {
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(fc.constantFrom(1, 2), rows, (speed, list) => {
        const batch = periodic([speed], list);
        const { late } = planBy('edf', batch);
        const used = list.reduce((sum, [ms, periodMs]) => sum + ms / periodMs / speed, 0);
        if (used > 1 + 1e-9) return;
        expect(keepsDemand(batch.tasks, speed)).to.equal(late === 0);
        seen.add(late === 0);
      }),
      { numRuns: 150 },
    );
    expect(seen.size).to.equal(2);
  });

  it('should run each job for its time, one at a time on a CPU and on one CPU at a time', () => {
    fc.assert(
      fc.property(fc.constantFrom([1], [1, 1], [1, 2]), rows, (speeds, list) => {
        const { stretches, jobs } = planPeriodic(periodic(speeds, list));
        const done = stretches.reduce(
          (sum, { machine, startMs, endMs }) => sum + (endMs - startMs) * speeds[machine]!,
          0,
        );
        const wanted = jobs.reduce((sum, { task }) => sum + list[task]![0], 0);
        expect(done).to.be.closeTo(wanted, 1e-6);
        for (const key of ['task', 'machine'] as const) {
          const last = new Map<number, number>();
          for (const one of [...stretches].sort((a, b) => a.startMs - b.startMs)) {
            if (key === 'machine' || jobs.every(({ endMs, deadlineMs }) => endMs <= deadlineMs)) {
              expect(one.startMs).to.be.at.least((last.get(one[key]) ?? 0) - 1e-6);
            }
            last.set(one[key], one.endMs);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('should be the only one that is fit for them', () => {
    const batch = periodic([1], [[1, 2]]);
    expect(unfit('lpt', batch)).to.equal('tasks are released again and again');
    expect(unfit('edf', batch)).to.equal(undefined);
  });
});
