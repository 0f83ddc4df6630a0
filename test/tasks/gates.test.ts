import { expect } from 'chai';
import { jobId, type JobId } from '../../src/kernel/ids.js';
import type { TaskState } from '../../src/kernel/states.js';
import type { Start } from '../../src/tasks/gate.js';
import { JOB, specOf } from './support/fixtures.js';
import { Jobs } from './support/jobs.js';

const [PARENT, OTHER] = [jobId('parent'), jobId('other')];

function after(on: 'ok' | 'any' | 'fail', ...parents: readonly JobId[]): Start {
  return { after: parents.map((job) => ({ job, on })) };
}

/** A coordinator that has just been given a job, of one shard unless said otherwise. */
function waiting(start: Start, tasks = 1, changes: object = {}): { jobs: Jobs; shown: string[] } {
  const jobs = new Jobs();
  jobs.create(tasks, 1, tasks === 1 ? [] : ['a', 'b'], { spec: specOf({ start }), ...changes });
  return { jobs, shown: jobs.sync() };
}

/** How a parent stands by the word of its coordinator; without a state it goes on. */
function told(jobs: Jobs, job: JobId, state?: TaskState, changes: object = {}): string[] {
  const info = { job, state: state ?? 'running', ...(state ? { finishedAtMs: 5 } : {}), ...changes };
  return jobs.step({ kind: 'parent-told', job, info: info as never });
}

/** What its next coordinator does with what is on record. */
function takenOver({ registers }: Jobs): string[] {
  registers.close(JOB, 'elsewhere');
  return registers.takeOver(registers.known.registers);
}

describe('a job that waits', () => {
  it('should start when the job before it has succeeded', () => {
    const { jobs, shown } = waiting(after('ok', PARENT));
    expect(shown).to.deep.equal(['created to gate', 'watch parent']);
    expect(jobs.query(0)).to.deep.equal(['pending: pending 1, waits for parent (ok)']);
    expect(told(jobs, PARENT, 'succeeded')).to.deep.equal(['shard.release 0 to me']);
    expect(jobs.query(0)).to.deep.equal(['pending: pending 1']);
    expect(told(jobs, PARENT, 'succeeded'), 'told once more').to.deep.equal([]);
  });

  it('should be cancelled, with the reason, when that did not end as was wished', () => {
    const { jobs } = waiting(after('ok', PARENT));
    expect(told(jobs, PARENT, 'failed')).to.deep.equal(['write job1: job']);
    expect(jobs.sync()).to.deep.equal(['shard.cancel 0 to me']);
    jobs.report(0, 1, { cancelled: 1 });
    expect(jobs.query(0)).to.deep.equal(['cancelled: cancelled 1, job parent ended failed']);
  });

  it('should start after an end of any kind, or after a failure only, where that is wished', () => {
    for (const state of ['succeeded', 'failed', 'cancelled'] as const) {
      expect(told(waiting(after('any', PARENT)).jobs, PARENT, state)).to.deep.equal(['shard.release 0 to me']);
    }
    expect(told(waiting(after('fail', PARENT)).jobs, PARENT, 'timed-out')).to.deep.equal(['shard.release 0 to me']);
    expect(told(waiting(after('fail', PARENT)).jobs, PARENT, 'succeeded')).to.deep.equal(['write job1: job']);
  });

  it('should wait for all of several, and note those that are through', () => {
    const { jobs, shown } = waiting(after('ok', PARENT, OTHER), 2);
    expect(shown).to.deep.equal(['created to gate', 'watch parent', 'watch other']);
    expect(told(jobs, OTHER, 'succeeded')).to.deep.equal(['write job1: job']);
    expect(jobs.query(0)).to.deep.equal(['pending: pending 2, waits for parent (ok)']);
    expect(told(jobs, PARENT, 'succeeded')).to.deep.equal([
      'write job1: job',
      'shard.create 0 to a',
      'shard.create 1 to b',
    ]);
  });

  it('should go on where it stood under another coordinator', () => {
    const { jobs } = waiting(after('ok', PARENT, OTHER), 2);
    told(jobs, OTHER, 'succeeded');
    jobs.sync();
    expect(takenOver(jobs)).to.deep.equal(['watch parent']);
    told(jobs, PARENT, 'succeeded');
    jobs.sync();
    expect(takenOver(jobs), 'it had begun').to.deep.equal(['shard.create 0 to a', 'shard.create 1 to b']);
  });

  it('should ask again about a parent that goes on, but no more than once a second', () => {
    const { jobs } = waiting(after('ok', PARENT));
    jobs.nowMs = 60_000;
    expect(told(jobs, PARENT), 'its time was up').to.deep.equal(['watch parent']);
    expect(told(jobs, PARENT), 'nobody knows').to.deep.equal([]);
    expect(jobs.fire('gates', 1_000)).to.deep.equal(['watch parent']);
  });

  it('should not believe a survivor without a majority', () => {
    const { jobs } = waiting(after('ok', PARENT));
    expect(told(jobs, PARENT, 'succeeded', { degraded: true })).to.deep.equal([]);
    expect(jobs.fire('gates', 1_000)).to.deep.equal(['watch parent']);
  });

  it('should be cancelled where nobody will ever know how the parent ended', () => {
    const { jobs } = waiting(after('any', PARENT));
    expect(jobs.step({ kind: 'parent-told', job: PARENT, isGone: true })).to.deep.equal(['write job1: job']);
    expect(jobs.sync()).to.deep.equal(['shard.cancel 0 to me']);
  });

  it('should ask once for many that wait for the same', () => {
    const { jobs } = waiting(after('ok', PARENT));
    jobs.create(1, 1, [], { job: jobId('job2'), spec: specOf({ start: after('ok', PARENT) }) });
    expect(jobs.sync()).to.deep.equal(['created to gate']);
    expect(told(jobs, PARENT, 'succeeded')).to.deep.equal(['shard.release 0 to me', 'shard.release 0 to me']);
  });

  it('should wait for its time, counted from its creation, and look at the clock again every hour', () => {
    const twoHours = { after: [], delayMs: 7_200_000 };
    const { jobs, shown } = waiting(twoHours, 1, { createdAtMs: 1_000 });
    expect(shown).to.deep.equal(['created to gate']);
    expect(jobs.query(0)).to.deep.equal(['pending: pending 1, waits until 7201000']);
    expect(jobs.fire('gates', 3_600_000)).to.deep.equal([]);
    expect(jobs.fire('gates', 3_600_000)).to.deep.equal(['shard.release 0 to me']);
  });

  it('should start at once where its time is past', () => {
    const { shown } = waiting({ after: [], notBeforeMs: 900 });
    expect(shown).to.deep.equal(['created to gate', 'shard.release 0 to me']);
  });

  it('should wait for its parents and its time, whichever comes last', () => {
    const { jobs } = waiting({ ...after('ok', PARENT), notBeforeMs: 6_000 });
    expect(told(jobs, PARENT, 'succeeded'), 'too early').to.deep.equal([]);
    expect(jobs.query(0)).to.deep.equal(['pending: pending 1, waits until 6000']);
    expect(jobs.fire('gates', 5_000)).to.deep.equal(['shard.release 0 to me']);
  });

  it('should end where a user cancels it, and never start', () => {
    const { jobs } = waiting(after('ok', PARENT), 2);
    jobs.hear({ kind: 'job.cancel', job: 'job1' });
    expect(jobs.sync()).to.deep.equal([
      'job.cancelled to gate',
      'shard.create 0 cancelled to a',
      'shard.create 1 cancelled to b',
    ]);
    expect(told(jobs, PARENT, 'succeeded')).to.deep.equal([]);
  });

  it('should run where a user retries it, whatever its parent did', () => {
    const { jobs } = waiting(after('ok', PARENT));
    told(jobs, PARENT, 'failed');
    jobs.sync();
    jobs.answer(0, 1, { cancelled: 1 });
    jobs.hear({ kind: 'job.retry', job: 'job1', token: 't', failedOnly: false, isRepeat: false });
    expect(jobs.sync()).to.deep.equal(['shard.retry 0 to me', 'shard.release 0 to me']);
    expect(jobs.query(0)).to.deep.equal(['pending: pending 1']);
    expect(takenOver(jobs), 'also under another coordinator').to.include('shard.release 0 to me');
  });

  it('should wait on where a user retries it before anything of it has begun', () => {
    const { jobs } = waiting(after('ok', PARENT), 2);
    const retry = { kind: 'job.retry', job: 'job1', token: 't', failedOnly: false, isRepeat: false };
    expect(jobs.hear(retry)).to.deep.equal(['job.retried to gate']);
    expect(jobs.sync()).to.deep.equal([]);
    expect(jobs.query(0)).to.deep.equal(['pending: pending 2, waits for parent (ok)']);
  });
});
