import { expect } from 'chai';
import { at } from './support/brief.js';
import { JOB, specOf } from './support/fixtures.js';
import { Home } from './support/home.js';
import { Jobs } from './support/jobs.js';

describe('a job that is held back', () => {
  const hold = (jobs: Jobs, isHeld = true) => jobs.hear({ kind: 'job.hold', job: JOB, isHeld });
  const two = (changes: object = {}) => {
    const jobs = new Jobs();
    jobs.create(2, 1, ['a', 'b'], changes);
    return { jobs, shown: jobs.sync() };
  };
  const said = (shard: number, held: boolean, counts: object = { pending: 1 }) => ({
    ...{ kind: 'shard.state', version: 1 + shard, endedAtMs: 0, ...(held ? { held } : {}) },
    counts: {
      ...{ pending: 0, queued: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0 },
      ...{ 'timed-out': 0, interrupted: 0, expired: 0, ...counts },
    },
  });

  it('should have its shards hold back, once that is durable', () => {
    const { jobs } = two();
    for (const shard of [0, 1]) jobs.answer(shard, 1, { pending: 1 });
    expect(hold(jobs)).to.deep.equal(['write job1: job']);
    expect(jobs.sync()).to.deep.equal(['job.held to gate', 'shard.hold 0 held to a', 'shard.hold 1 held to b']);
    for (const shard of [0, 1]) expect(jobs.reply(shard, said(shard, true))).to.deep.equal([]);
    expect(hold(jobs, false)).to.deep.equal(['write job1: job']);
    expect(jobs.sync()).to.deep.equal(['job.held to gate', 'shard.hold 0 to a', 'shard.hold 1 to b']);
  });

  it('should tell a shard again until that says so', () => {
    const { jobs } = two();
    hold(jobs);
    jobs.sync();
    expect(jobs.answer(0, 1, { pending: 1 }), 'made before it heard').to.deep.equal(['shard.hold 0 held to a']);
    expect(jobs.reply(0, said(0, false))).to.deep.equal(['shard.hold 0 held to a']);
    expect(jobs.reply(0, said(0, true))).to.deep.equal([]);
    expect(jobs.answer(1, 1, { succeeded: 1 }), 'it has ended').to.deep.equal([]);
  });

  it('should be held from its beginning where that is wished, its only shard too', () => {
    expect(two({ spec: specOf({ held: true }) }).shown).to.deep.equal([
      'created to gate',
      'shard.create 0 held to a',
      'shard.create 1 held to b',
    ]);
    const one = new Jobs();
    one.create(1, 1, [], { spec: specOf({ held: true }) });
    one.sync();
    expect(one.registers.known.registers.get(JOB)?.entries.get('shard')).to.include({ held: true });
  });

  it('should stay so for whoever takes it over, and through a retry', () => {
    const { jobs } = two();
    hold(jobs);
    jobs.sync();
    jobs.registers.close(JOB, 'elsewhere');
    expect(jobs.registers.takeOver(jobs.registers.known.registers)).to.include('shard.create 0 held to a');
    jobs.hear({ kind: 'job.retry', job: JOB, token: 't', failedOnly: true, isRepeat: false });
    expect(jobs.sync()).to.include('shard.create 0 held to a');
  });

  it('should say that it has ended where it has', () => {
    const { jobs } = two();
    for (const shard of [0, 1]) jobs.answer(shard, 1, { succeeded: 1 });
    jobs.sync();
    expect(hold(jobs)).to.deep.equal(['job.held to gate']);
    expect(jobs.sync()).to.deep.equal([]);
  });
});

describe('a shard that is held back', () => {
  const hold = (home: Home, isHeld = true) => home.hear('jobs', { kind: 'shard.hold', job: JOB, shard: 0, isHeld });

  it('should offer nothing more, and call back what has not begun', () => {
    const home = new Home({ x: 2 });
    home.open(5);
    home.pump();
    home.accept('x');
    home.started('x', 0, at(1, 1));
    expect(hold(home)).to.deep.equal(['write shard']);
    expect(home.pump(), 'at once').to.deep.equal([]);
    expect(home.sync()).to.deep.equal(['recall x 1@1.2', 'shard.state to jobs pending 3, queued 1, running 1']);
    home.hear('x', { kind: 'task.handback', job: JOB, shard: 0, tasks: [{ index: 1, epoch: at(1, 2) }] });
    expect(home.home.unplaced).to.equal(0);
    expect(home.pump()).to.deep.equal([]);
    hold(home, false);
    expect(home.pump(), 'not before it is durable').to.deep.equal([]);
    home.sync();
    expect(home.pump()).to.deep.equal(['offer x 1@1.3 2@1.4']);
  });

  it('should call back what is taken up after it was held', () => {
    const home = new Home({ x: 2 });
    home.open(2);
    home.pump();
    hold(home);
    home.sync();
    expect(home.accept('x')).to.include('recall x 0@1.1 1@1.2');
  });

  it('should be held after a restart', () => {
    const home = new Home();
    home.open(2);
    hold(home);
    home.sync();
    const next = new Home({ x: 9 });
    next.registers.takeOver(home.stored());
    expect(next.pump()).to.deep.equal([]);
    expect(hold(next, true)).to.deep.equal(['write shard']);
  });
});
