import { expect } from 'chai';
import { noCounts } from '../../src/kernel/states.js';
import type { JobSpec } from '../../src/tasks/spec.js';
import { at } from './support/brief.js';
import { JOB, specOf } from './support/fixtures.js';
import { Home, successor } from './support/home.js';
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
    expect(jobs.registers.known.registers.get(JOB)!.entries.get('job')).to.deep.include({ limits: { maxFails: 1 } });
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
    const { limits, retry } = jobs.registers.known.registers.get(JOB)!.entries.get('job') as {
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
      expect(jobs.registers.known.registers.get(JOB)!.entries.get('job')).to.include({ cancelled: true });
    }
    const cancelled = two({}, { running: 1 }, { running: 1 });
    cancelled.hear({ kind: 'job.cancel', job: JOB });
    cancelled.sync();
    expect(update(cancelled, { maxFails: 1 })).to.deep.equal(['job.updated to gate']);
  });
});

describe('terms of a job that are changed', () => {
  const update = (jobs: Jobs, terms: object) => jobs.hear({ kind: 'job.update', job: JOB, terms });
  const shardsOf = (n: number, spec: Partial<JobSpec> = {}) => {
    const jobs = new Jobs();
    jobs.create(n, 1, ['a', 'b'], { spec: specOf(spec) });
    jobs.sync();
    return jobs;
  };
  const said = (version: number, terms: number, counts: object, share?: number) => ({
    ...{ kind: 'shard.state', version, endedAtMs: 1, terms, ...(share === undefined ? {} : { share }) },
    counts: { ...noCounts(), ...counts },
  });

  it('should reach each shard once they are durable, until it says that it has them', () => {
    const jobs = shardsOf(2);
    jobs.answer(0, 1, { running: 1 });
    expect(update(jobs, { timeoutMs: 9 })).to.deep.equal(['write job1: job']);
    expect(jobs.sync()).to.deep.equal(['job.updated to gate', 'shard.update 0 to a']);
    expect(jobs.answer(1, 1, { pending: 1 }), 'made before it heard').to.deep.equal(['shard.update 1 to b']);
    expect(jobs.reply(0, said(2, 1, { running: 1 }))).to.deep.equal([]);
    expect(jobs.reply(1, said(2, 1, { pending: 1 }))).to.deep.equal([]);
    update(jobs, { timeoutMs: 9 });
    jobs.sync();
    expect(jobs.reply(0, said(3, 1, { running: 1 })), 'the same again changes nothing').to.deep.equal([]);
  });

  it('should stay so for whoever takes it over, and through a retry', () => {
    const one = new Jobs();
    one.create(1, 1, []);
    one.sync();
    update(one, { retries: 3, retryOn: [7] });
    one.sync();
    one.registers.close(JOB, 'elsewhere');
    expect(one.registers.takeOver(one.registers.known.registers)).to.include('shard.update 0 to me');
    const jobs = shardsOf(2);
    update(jobs, { priority: 5 });
    jobs.sync();
    for (const shard of [0, 1]) jobs.answer(shard, 1, { failed: 1 });
    jobs.hear({ kind: 'job.retry', job: JOB, token: 't', failedOnly: true, isRepeat: false });
    jobs.sync();
    const { limits } = jobs.registers.known.registers.get(JOB)!.entries.get('job') as { readonly limits: object };
    expect(limits).to.deep.equal({ terms: { changed: { priority: 5 }, version: 1 } });
  });

  it('should leave no more places than now wished, first come first served, and pass them on', () => {
    const jobs = shardsOf(3, { maxParallel: 3 });
    for (const shard of [0, 1, 2]) jobs.answer(shard, 1, { running: 1 });
    update(jobs, { maxParallel: 2 });
    expect(jobs.sync()).to.deep.equal([
      'job.updated to gate',
      ...['shard.update 0 share 1 to a', 'shard.update 1 share 1 to b', 'shard.update 2 share 0 to a'],
    ]);
    for (const shard of [0, 1, 2]) jobs.reply(shard, said(2, 1, { running: 1 }, shard < 2 ? 1 : 0));
    expect(jobs.report(0, 3, { succeeded: 1 })).to.include('shard.update 2 share 1 to a');
  });

  it('should have more shards made where more may run', () => {
    const jobs = shardsOf(3, { maxParallel: 1 });
    jobs.answer(0, 1, { running: 1 });
    update(jobs, { maxParallel: 6 });
    expect(jobs.sync()).to.deep.equal([
      'job.updated to gate',
      ...['shard.update 0 share 2 to a', 'shard.create 1 share 2 to b', 'shard.create 2 share 2 to a'],
    ]);
  });

  it('should hold back shards that an earlier width had made, also with whoever takes it over', () => {
    const jobs = shardsOf(3, { maxParallel: 3 });
    update(jobs, { maxParallel: 1 });
    jobs.sync();
    jobs.registers.close(JOB, 'elsewhere');
    expect(jobs.registers.takeOver(jobs.registers.known.registers)).to.deep.equal([
      ...['shard.create 0 share 1 to a', 'shard.create 1 share 0 to b', 'shard.create 2 share 0 to a'],
    ]);
  });
});

describe('a shard whose terms are changed', () => {
  const update = (home: Home, changed: object, { version = 1, ...more }: { version?: number; share?: number } = {}) =>
    home.hear('jobs', { kind: 'shard.update', job: JOB, shard: 0, terms: { version, changed }, ...more });
  const handBack = (home: Home, ...tasks: { index: number; epoch: number }[]) =>
    home.hear('x', { kind: 'task.handback', job: JOB, shard: 0, tasks });
  /** What the last offer said of its tasks. */
  const offered = (home: Home) => home.offers.at(-1)?.spec;

  it('should call back what stands in queues once that is durable, leave what runs, and offer by the new ones', () => {
    const home = new Home({ x: 2 });
    home.open(2, { timeoutMs: 1 });
    home.pump();
    home.accept('x');
    home.started('x', 0, at(1, 1));
    expect(update(home, { timeoutMs: 5 })).to.deep.equal(['write shard']);
    expect(home.sync()).to.deep.equal(['recall x 1@1.2', 'shard.state to jobs queued 1, running 1']);
    handBack(home, { index: 1, epoch: at(1, 2) });
    expect(home.pump()).to.deep.equal(['offer x 1@1.3']);
    expect(offered(home)).to.include({ timeoutMs: 5 });
    expect(home.accept('x'), 'offered by the new ones').to.deep.equal([]);
  });

  it('should call back what is taken up after it was changed', () => {
    const home = new Home({ x: 2 });
    home.open(1);
    home.pump();
    update(home, { priority: 3 });
    home.sync();
    expect(home.accept('x')).to.include('recall x 0@1.1');
  });

  it('should go by them with whoever takes it over, who calls back what he finds in queues', () => {
    const home = new Home({ x: 2 });
    home.open(1);
    home.pump();
    home.accept('x');
    update(home, { priority: 3 });
    home.sync();
    const { home: next } = successor(home.stored(), ['x'], { x: 2 });
    const held = [{ job: JOB, shard: 0, index: 0, epoch: at(1, 1), state: 'queued', attempt: 1, steals: 0 }];
    expect(next.answer('held.ask', 'x', { kind: 'held.tell', boot: 1, held })).to.include('recall x 0@1.1');
    handBack(next, { index: 0, epoch: at(1, 1) });
    next.pump();
    expect(offered(next)).to.include({ priority: 3 });
  });

  it('should start a task again as often as it now may', () => {
    const home = new Home({ x: 1 });
    home.open(1);
    home.pump();
    home.accept('x');
    home.started('x', 0, at(1, 1));
    update(home, { retries: 1 });
    home.sync();
    expect(home.result('x', 0, at(1, 1), 'failed')).to.include('write 0 pending');
  });

  it('should place no more at a time than it now may, and no less', () => {
    const home = new Home({ x: 9 });
    home.create(5, { share: 3 });
    home.sync();
    home.pump();
    home.accept('x');
    for (const index of [0, 1]) home.started('x', index, at(1, index + 1));
    update(home, { maxParallel: 1 }, { share: 1 });
    expect(home.sync()).to.include('recall x 2@1.3');
    handBack(home, { index: 2, epoch: at(1, 3) });
    expect(home.pump()).to.deep.equal([]);
    update(home, { maxParallel: 4 }, { version: 2, share: 4 });
    home.sync();
    expect(home.pump()).to.deep.equal(['offer x 2@1.4 3@1.5']);
  });

  it('should not go back to earlier ones', () => {
    const home = new Home({ x: 1 });
    home.open(1);
    update(home, { priority: 2 }, { version: 2 });
    home.sync();
    expect(update(home, { priority: 1 })).to.deep.equal(['shard.state to jobs pending 1']);
    home.pump();
    expect(offered(home)).to.include({ priority: 2 });
  });
});
