import { expect } from 'chai';
import type { JobSpec } from '../../src/tasks/spec.js';
import { JOB, specOf } from './support/fixtures.js';
import { Jobs } from './support/jobs.js';

describe('limits of a job that are changed', () => {
  const update = (jobs: Jobs, limits: object) => jobs.hear({ kind: 'job.update', job: JOB, ...limits });
  /** Two shards of one task, a few of which may have told how they stand. */
  const two = (spec: Partial<JobSpec>, ...said: readonly object[]) => {
    const jobs = new Jobs();
    jobs.create(2, 1, ['a', 'b'], { spec: specOf(spec) });
    jobs.sync();
    for (const [shard, counts] of said.entries()) jobs.answer(shard, 1, counts);
    jobs.sync();
    return jobs;
  };
  const takeOver = (jobs: Jobs) => {
    jobs.registers.close(JOB, 'elsewhere');
    return jobs.registers.takeOver(jobs.registers.known.registers);
  };

  it('should be durable when that is answered', () => {
    const jobs = two({});
    expect(update(jobs, { maxFails: 1 })).to.deep.equal(['write job1: job']);
    expect(jobs.sync()).to.deep.equal(['job.updated to gate']);
    expect(jobs.registers.known.registers.get(JOB)?.entries.get('job')).to.deep.include({ limits: { maxFails: 1 } });
  });

  it('should end at once what has failed more than it now may', () => {
    const jobs = two({}, { failed: 1 }, { running: 1 });
    update(jobs, { maxFails: 0 });
    expect(jobs.sync()).to.deep.equal(['job.updated to gate', 'write job1: job', 'shard.cancel 1 to b']);
    jobs.report(1, 2, { cancelled: 1 });
    expect(jobs.query(0)).to.deep.equal(['failed: failed 1, cancelled 1, more than 0 of its tasks did not succeed']);
  });

  it('should bear more than it was to, also with whoever takes it over', () => {
    const jobs = two({ maxFails: 0 });
    update(jobs, { maxFails: 1 });
    jobs.sync();
    takeOver(jobs);
    jobs.answer(0, 1, { failed: 1 });
    expect(jobs.sync()).to.deep.equal([]);
  });

  it('should have a deadline from now, in place of any before, also with whoever takes it over', () => {
    const jobs = two({ deadlineMs: 5_000 }, { running: 1 }, { running: 1 });
    jobs.nowMs = 4_000;
    update(jobs, { deadlineMs: 60_000 });
    jobs.sync();
    takeOver(jobs);
    jobs.fire('deadlines', 59_999);
    expect(jobs.sync()).to.deep.equal([]);
    jobs.fire('deadlines', 1);
    expect(jobs.sync().filter((shown) => shown.includes('expired'))).to.have.length(2);
  });

  it('should leave to the next run what may fail of it, and no deadline', () => {
    const jobs = two({}, { failed: 1 }, { running: 1 });
    update(jobs, { maxFails: 1, notAfterMs: 9_000 });
    jobs.sync();
    jobs.fire('deadlines', 9_000);
    jobs.sync();
    jobs.report(1, 2, { expired: 1 });
    jobs.sync();
    jobs.hear({ kind: 'job.retry', job: JOB, token: 't', failedOnly: true, isRepeat: false });
    jobs.sync();
    const { limits, retry } = jobs.registers.known.registers.get(JOB)?.entries.get('job') as {
      readonly limits: object;
      readonly retry: object;
    };
    expect(retry).to.include({ run: 1 });
    expect(limits).to.deep.equal({ maxFails: 1 });
    update(jobs, { notAfterMs: 20_000 });
    jobs.sync();
    jobs.fire('deadlines', 20_000);
    expect(jobs.sync().filter((shown) => shown.includes('expired'))).to.have.length(2);
  });

  it('should be refused of what has ended or is cancelled, and not take a cancel back that is on its way', () => {
    const ended = two({}, { succeeded: 1 }, { succeeded: 1 });
    expect(update(ended, { maxFails: 1 })).to.deep.equal(['job.updated to gate']);
    for (const message of [
      { kind: 'job.update', job: JOB, maxFails: 1 },
      { kind: 'job.hold', job: JOB, isHeld: true },
    ]) {
      const jobs = two({}, { running: 1 }, { running: 1 });
      jobs.hear({ kind: 'job.cancel', job: JOB });
      expect(jobs.hear(message)[0]).to.match(/^elsewhere/);
      jobs.sync();
      expect(jobs.registers.known.registers.get(JOB)?.entries.get('job')).to.include({ cancelled: true });
    }
    const cancelled = two({}, { running: 1 }, { running: 1 });
    cancelled.hear({ kind: 'job.cancel', job: JOB });
    cancelled.sync();
    expect(update(cancelled, { maxFails: 1 })).to.deep.equal(['job.updated to gate']);
  });
});
