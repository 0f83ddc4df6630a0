import { expect } from 'chai';
import { jobId } from '../../src/kernel/ids.js';
import type { Outcome } from '../../src/executor/assignment.js';
import { unstarted } from '../../src/executor/outcome.js';
import { Results } from '../../src/executor/results.js';
import { assignmentOf } from './support.js';

describe('what came of attempts', () => {
  it('should count the jobs in a row of which one failed, and begin anew where one ends well', () => {
    const results = new Results();
    const outcome = unstarted('failed', { monoMs: 0, wallMs: 0 });
    const counts = (
      [
        ...[['job1', 'failed', 1] as const, ['job1', 'failed', 1] as const, ['job2', 'timed-out', 2] as const],
        ...[['job3', 'cancelled', 2] as const, ['job4', 'lost', 3] as const, ['job5', 'succeeded', 0] as const],
        ['job4', 'failed', 1],
      ] satisfies readonly (readonly [string, Outcome['how'], number])[]
    ).map(([job, how, expected]) => {
      results.add({ assignment: assignmentOf(0, { job: jobId(job) }), outcome: { ...outcome, how } });
      return [job, how, results.failing, expected] as const;
    });
    for (const [job, how, found, expected] of counts) expect(found, `${job} ${how}`).to.equal(expected);
  });
});
