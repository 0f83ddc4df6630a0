import { expect } from 'chai';
import { jobId } from '../../src/kernel/ids.js';
import type { Schedule } from '../../src/tasks/schedule.js';
import { JOB, specOf } from './support/fixtures.js';
import { Jobs } from './support/jobs.js';

/** The test's clock begins 1 s after 1970, and every schedule comes every ten seconds. */
function scheduled(changes: Partial<Schedule> = {}, tasks = 1): { jobs: Jobs; shown: string[] } {
  const jobs = new Jobs();
  const schedule: Schedule = { cron: '', zone: 'UTC', overlap: 'allow', missed: 'run', ...changes };
  jobs.create(tasks, 1, tasks === 1 ? [] : ['a', 'b'], { spec: specOf({ schedule }), createdAtMs: 1_000 });
  return { jobs, shown: jobs.sync() };
}

const at = (seconds: number) => jobId(`job1${seconds.toString(36)}`);
const made = (jobs: Jobs, seconds: number, outcome = 'made') =>
  jobs.step({ kind: 'child-told', schedule: JOB, job: at(seconds), outcome: outcome as 'made' });
/** How the job of that time stands. */
const told = (jobs: Jobs, seconds: number, finishedAtMs?: number) =>
  jobs.step({
    ...{ kind: 'parent-told', job: at(seconds) },
    info: { job: at(seconds), state: 'running', ...(finishedAtMs === undefined ? {} : { finishedAtMs }) } as never,
  });
/** To so many seconds after 1970. */
const goTo = (jobs: Jobs, seconds: number) => jobs.fire('schedules', seconds * 1000 - 1000 - jobs.nowMs);

describe('a schedule', () => {
  it('should have a job made at each of its times, and nothing of it start itself', () => {
    for (const tasks of [1, 4]) {
      const { jobs, shown } = scheduled({}, tasks);
      expect(shown).to.deep.equal(['created to gate']);
      expect(jobs.query(0)).to.deep.equal([`pending: pending ${tasks}, waits until 10000`]);
      expect(goTo(jobs, 10)).to.deep.equal([`submit ${at(10)}`]);
      expect(made(jobs, 10)).to.deep.equal(['write job1: job']);
      expect(jobs.query(0)).to.deep.equal([`pending: pending ${tasks}, waits until 20000`]);
      expect(goTo(jobs, 20)).to.deep.equal([`submit ${at(20)}`]);
    }
  });

  it('should try again until the job is known to be made, each time the same', () => {
    const { jobs } = scheduled();
    goTo(jobs, 10);
    expect(made(jobs, 10, 'unknown')).to.deep.equal([]);
    expect(goTo(jobs, 11)).to.deep.equal([`submit ${at(10)}`]);
    expect(made(jobs, 10)).to.deep.equal(['write job1: job']);
  });

  it('should be kept by whoever takes it over: what was made is asked for once more at most', () => {
    const { jobs } = scheduled();
    goTo(jobs, 10);
    made(jobs, 10);
    jobs.sync();
    goTo(jobs, 20);
    jobs.registers.close(JOB, 'elsewhere');
    jobs.registers.takeOver(jobs.registers.known.registers);
    expect(goTo(jobs, 21), 'that of the predecessor may not have been made').to.deep.equal([`submit ${at(20)}`]);
  });

  it('should make up for the last time that was missed, or for none', () => {
    const { jobs } = scheduled();
    expect(goTo(jobs, 3_605)).to.deep.equal([`submit ${at(3_600)}`]);
    made(jobs, 3_600);
    expect(jobs.query(0)).to.deep.equal(['pending: pending 1, waits until 3610000']);
    for (const [missed, shown] of [
      ['run', [`submit ${at(600)}`]],
      ['skip', ['write job1: job']],
    ] as const) {
      const hourly = scheduled({ missed, cron: '600' }).jobs;
      expect(goTo(hourly, 661), missed).to.deep.equal(shown);
      expect(goTo(scheduled({ missed, cron: '600' }).jobs, 660), 'not so late').to.deep.equal([`submit ${at(600)}`]);
    }
  });

  it('should pass over a time while the job before goes on, run beside it, or end it', () => {
    const begun = (overlap: Schedule['overlap']) => {
      const { jobs } = scheduled({ overlap });
      goTo(jobs, 10);
      made(jobs, 10);
      jobs.sync();
      return { jobs, shown: goTo(jobs, 20) };
    };
    expect(begun('allow').shown).to.deep.equal([`submit ${at(20)}`]);
    const skip = begun('skip');
    expect(skip.shown).to.deep.equal([`watch ${at(10)}`]);
    expect(told(skip.jobs, 10)).to.deep.equal(['write job1: job']);
    expect(skip.jobs.query(0)).to.deep.equal(['pending: pending 1, waits until 30000']);
    expect(goTo(skip.jobs, 30)).to.deep.equal([`watch ${at(10)}`]);
    expect(told(skip.jobs, 10, 25_000)).to.deep.equal([`submit ${at(30)}`]);
    const replace = begun('replace');
    expect(told(replace.jobs, 10)).to.deep.equal([`cancel-job ${at(10)}`]);
    const cancelled = (isDone: boolean) =>
      replace.jobs.step({ kind: 'child-cancelled', schedule: JOB, job: at(10), isDone });
    expect(cancelled(false), 'it may go on').to.deep.equal([]);
    expect(goTo(replace.jobs, 21)).to.deep.equal([`watch ${at(10)}`]);
    expect(told(replace.jobs, 10)).to.deep.equal([`cancel-job ${at(10)}`]);
    expect(cancelled(true)).to.deep.equal([`submit ${at(20)}`]);
    expect(told(begun('replace').jobs, 10, 15_000)).to.deep.equal([`submit ${at(20)}`]);
  });

  it('should ask again where nobody can say how the job before stands', () => {
    const { jobs } = scheduled({ overlap: 'skip' });
    goTo(jobs, 10);
    made(jobs, 10);
    goTo(jobs, 20);
    expect(jobs.step({ kind: 'parent-told', job: at(10) })).to.deep.equal([]);
    expect(goTo(jobs, 21)).to.deep.equal([`watch ${at(10)}`]);
    expect(jobs.step({ kind: 'parent-told', job: at(10), isGone: true })).to.deep.equal([`submit ${at(20)}`]);
  });

  it('should make nothing while it is held, and not make up for that', () => {
    const { jobs } = scheduled();
    jobs.hear({ kind: 'job.hold', job: JOB, isHeld: true });
    jobs.sync();
    expect(goTo(jobs, 10)).to.deep.equal(['write job1: job']);
    jobs.hear({ kind: 'job.hold', job: JOB, isHeld: false });
    jobs.sync();
    expect(goTo(jobs, 20)).to.deep.equal([`submit ${at(20)}`]);
  });

  it('should end when it is cancelled, and stay so', () => {
    for (const tasks of [1, 4]) {
      const { jobs } = scheduled({}, tasks);
      jobs.hear({ kind: 'job.cancel', job: JOB });
      expect(jobs.sync()[0]).to.equal('job.cancelled to gate');
      for (let shard = 0; shard < tasks; shard++) jobs.answer(shard, 1, { cancelled: 1 });
      expect(jobs.query(0)).to.deep.equal([`cancelled: cancelled ${tasks}`]);
      expect(goTo(jobs, 20)).to.deep.equal([]);
    }
  });

  it('should not be started by a retry', () => {
    const { jobs } = scheduled();
    expect(jobs.hear({ kind: 'job.retry', job: JOB, token: 't', failedOnly: false, isRepeat: false })).to.deep.equal([
      'job.retried to gate',
    ]);
  });
});
