import { expect } from 'chai';
import { noCounts, type TaskState } from '../../src/kernel/states.js';
import { jobState } from '../../src/tasks/states.js';

const counts = (changes: Partial<Record<TaskState, number>>) => ({ ...noCounts(), ...changes });

describe('the state of a job', () => {
  const cases: [Partial<Record<TaskState, number>>, TaskState][] = [
    [{ pending: 3 }, 'pending'],
    [{ pending: 2, queued: 1 }, 'queued'],
    [{ pending: 2, succeeded: 1 }, 'queued'],
    [{ pending: 1, queued: 1, running: 1 }, 'running'],
    [{ succeeded: 3 }, 'succeeded'],
    [{ succeeded: 2, cancelled: 1 }, 'cancelled'],
    [{ cancelled: 1, expired: 1, 'timed-out': 1 }, 'timed-out'],
    [{ 'timed-out': 2, failed: 1 }, 'failed'],
    [{ failed: 2, interrupted: 1 }, 'interrupted'],
  ];

  for (const [given, state] of cases) {
    it(`should be ${state} with ${JSON.stringify(given)}`, () => {
      expect(jobState(counts(given), 3)).to.equal(state);
    });
  }

  it('should be a bug where there are more outcomes than tasks', () => {
    expect(() => jobState(counts({ failed: 4 }), 3)).to.throw(/4 outcomes for 3 tasks/);
  });
});
