import { expect } from 'chai';
import fc from 'fast-check';
import { Shares } from '../../src/tasks/shares.js';
import { ShardsInTurn } from '../../src/tasks/shard-queue.js';
import type { JobSpec } from '../../src/tasks/spec.js';
import { at } from './support/brief.js';
import { JOB, specOf } from './support/fixtures.js';
import { Home } from './support/home.js';
import { Jobs } from './support/jobs.js';

/** A coordinator of a job of one task a shard, those of the shards being a and b in turn. */
function jobsOf(tasks: number, spec: Partial<JobSpec>): Jobs {
  const jobs = new Jobs();
  jobs.create(tasks, 1, ['a', 'b'], { spec: specOf(spec) });
  return jobs;
}

describe('how many tasks of a job may fail', () => {
  it('should be no more than that: the rest is cancelled, with the reason', () => {
    const jobs = jobsOf(4, { maxFails: 1 });
    jobs.sync();
    jobs.answer(0, 1, { failed: 1 });
    expect(jobs.sync(), 'one may').to.deep.equal([]);
    jobs.answer(1, 1, { 'timed-out': 1 });
    expect(jobs.sync()).to.deep.equal([
      'withdraw 2',
      'shard.create 2 cancelled to a',
      'withdraw 3',
      'shard.create 3 cancelled to b',
    ]);
    for (const shard of [2, 3]) jobs.answer(shard, 1, { cancelled: 1 });
    expect(jobs.query(0)).to.deep.equal([
      'failed: failed 1, cancelled 2, timed-out 1, more than 1 of its tasks did not succeed',
    ]);
  });

  it('should count neither what succeeded nor what somebody cancelled, and no limit is none', () => {
    const jobs = jobsOf(3, { maxFails: 0 });
    jobs.sync();
    jobs.answer(0, 1, { succeeded: 1 });
    jobs.answer(1, 1, { cancelled: 1 });
    expect(jobs.sync()).to.deep.equal([]);
    const without = jobsOf(2, {});
    without.sync();
    without.answer(0, 1, { failed: 1 });
    expect(without.sync()).to.deep.equal([]);
  });

  it('should be counted anew when they are started again, and not where one of many is', () => {
    for (const index of [undefined, 0]) {
      const jobs = jobsOf(3, { maxFails: 0 });
      jobs.sync();
      jobs.answer(0, 1, { failed: 1 });
      jobs.sync();
      for (const shard of [1, 2]) jobs.answer(shard, 1, { failed: 1 });
      jobs.sync();
      jobs.hear({ kind: 'job.retry', job: JOB, token: 't', failedOnly: true, index, isRepeat: false });
      jobs.sync();
      for (const shard of [0, 1, 2]) jobs.answer(shard, 1, { failed: 1 });
      const retried = { retried: { run: 1, tasks: 1 } };
      jobs.hear({ ...reportOf(0, { succeeded: 1 }), ...retried }, 'a');
      expect(jobs.sync(), 'all that failed before do not count').to.deep.equal([]);
      jobs.hear({ ...reportOf(1, { failed: 1 }), ...retried }, 'b');
      expect(jobs.sync().some((shown) => shown.includes('cancel'))).to.equal(index === undefined);
    }
  });
});

function reportOf(shard: number, counts: object) {
  const none = { pending: 0, queued: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0 };
  const all = { ...none, 'timed-out': 0, interrupted: 0, expired: 0, ...counts };
  return { kind: 'shard.report', job: JOB, shard, version: 9, endedAtMs: 1, counts: all };
}

describe('a deadline', () => {
  it('should end what has not ended, as expired', () => {
    const jobs = jobsOf(2, { deadlineMs: 30_000 });
    jobs.sync();
    jobs.answer(0, 1, { succeeded: 1 });
    jobs.answer(1, 1, { running: 1 });
    jobs.fire('deadlines', 29_999 - 1_000);
    expect(jobs.sync(), 'not yet').to.deep.equal([]);
    jobs.fire('deadlines', 10);
    expect(jobs.sync()).to.deep.equal(['shard.cancel 1 expired to b']);
    jobs.report(1, 2, { expired: 1 });
    expect(jobs.query(0)).to.deep.equal(['expired: succeeded 1, expired 1, its deadline has passed']);
  });

  it('should hold by the wall clock too, and for whoever takes the job over', () => {
    const jobs = jobsOf(2, { notAfterMs: 5_000 });
    jobs.sync();
    jobs.registers.close(JOB, 'elsewhere');
    jobs.registers.takeOver(jobs.registers.known.registers);
    jobs.fire('deadlines', 4_001);
    expect(jobs.sync().slice(-1)).to.deep.equal(['shard.create 1 cancelled expired to b']);
  });

  it('should be none of what has ended, is cancelled or is started again', () => {
    const jobs = jobsOf(2, { deadlineMs: 1_000 });
    jobs.sync();
    for (const shard of [0, 1]) jobs.answer(shard, 1, { failed: 1 });
    jobs.sync();
    jobs.hear({ kind: 'job.retry', job: JOB, token: 't', failedOnly: true, isRepeat: false });
    jobs.sync();
    jobs.fire('deadlines', 2_000);
    expect(jobs.sync().filter((shown) => shown.includes('expired'))).to.deep.equal([]);
  });

  it('should be said of the tasks of a shard, touched or not, over a restart', () => {
    const home = new Home({ x: 1 });
    home.open(3);
    home.pump();
    home.accept('x');
    home.started('x', 0, at(1, 1));
    home.cancel(1);
    home.sync();
    home.hear('gate', { kind: 'shard.cancel', job: JOB, shard: 0, expired: true });
    home.sync();
    home.result('x', 0, at(1, 1), 'cancelled');
    expect(home.sync().at(-1)).to.contain('cancelled 1, expired 2');
    expect(home.record(0)?.state).to.equal('expired');
    const next = new Home();
    next.registers.takeOver(home.stored());
    expect(next.cancel()).to.deep.equal(['shard.state to gate cancelled 1, expired 2']);
  });
});

describe('exit codes that are worth a retry', () => {
  const failing = (spec: Partial<JobSpec>, how: 'failed' | 'timed-out', exitCode: number) => {
    const home = new Home({ x: 1 });
    home.open(1, { retries: 1, ...spec });
    home.pump();
    home.accept('x');
    home.result('x', 0, at(1, 1), how, { exitCode });
    home.sync();
    return home.record(0)?.state;
  };

  it('should be all, or those that were named, a timeout being 124', () => {
    expect(failing({}, 'failed', 3)).to.equal('pending');
    expect(failing({ retryOn: [3, 4] }, 'failed', 3)).to.equal('pending');
    expect(failing({ retryOn: [4] }, 'failed', 3)).to.equal('failed');
    expect(failing({ retryOn: [143] }, 'timed-out', 143)).to.equal('timed-out');
    expect(failing({ retryOn: [124] }, 'timed-out', 143)).to.equal('pending');
  });
});

describe('how many tasks of a job run at a time', () => {
  it('should be kept by making the shards in turn, each with its share', () => {
    const jobs = jobsOf(5, { maxParallel: 2 });
    expect(jobs.sync()).to.deep.equal([
      'created to gate',
      'shard.create 0 share 1 to a',
      'shard.create 1 share 1 to b',
    ]);
    expect(jobs.answer(1, 1, { running: 1 })).to.deep.equal([]);
    expect(jobs.report(1, 2, { succeeded: 1 }).slice(0, 1)).to.deep.equal(['shard.create 2 share 1 to a']);
    expect(jobs.answer(0, 1, { failed: 1 })).to.deep.equal(['shard.create 3 share 1 to b']);
  });

  it('should be kept by a shard: no more are placed, whoever asks for them', () => {
    const home = new Home({ x: 9, y: 9 });
    home.create(5, { share: 2 });
    home.sync();
    expect(home.pump()).to.deep.equal(['offer x 0@1.1 1@1.2']);
    home.accept('x');
    expect(home.pump()).to.deep.equal([]);
    expect(home.take(home.home.giveTo('y' as never, 5).effects)).to.deep.equal([]);
    home.result('x', 0, at(1, 1), 'succeeded');
    expect(home.pump(), 'not before its end is durable').to.deep.equal([]);
    home.sync();
    expect(home.pump()).to.deep.equal(['offer x 2@1.3']);
  });

  it('should be so for the only shard of a job', () => {
    const jobs = new Jobs();
    jobs.create(3, 3, [], { spec: specOf({ maxParallel: 2 }) });
    jobs.sync();
    const [stored] = [...jobs.registers.known.registers.values()];
    expect(stored?.entries.get('shard')).to.include({ share: 2 });
  });

  it('should pass over shards that have ended before whoever takes over hears of them', () => {
    const over = new Set<number>();
    const queue = new ShardsInTurn(
      3,
      () => 1,
      (shard) => over.has(shard),
    );
    expect(queue.next()).to.deep.equal([0]);
    over.add(0).add(1);
    expect(queue.next()).to.deep.equal([2]);
  });

  it('should hold whatever the order in which shards end, and for whoever takes over', () => {
    const story = fc.record({
      shards: fc.integer({ min: 1, max: 12 }),
      width: fc.integer({ min: 1, max: 15 }),
      steps: fc.array(fc.oneof(fc.nat(11), fc.constant('takeover' as const)), { maxLength: 40 }),
    });
    fc.assert(
      fc.property(story, ({ shards, width, steps }) => {
        const over = new Set<number>();
        const made = new Set<number>();
        const queue = () =>
          new ShardsInTurn(
            shards,
            () => width,
            (shard) => over.has(shard),
          );
        let current = queue();
        let shares = new Shares(shards, (shard) => over.has(shard));
        const look = () => {
          shares = new Shares(shards, (shard) => over.has(shard));
          for (const shard of current.next()) made.add(shard);
          const open = [...made].filter((shard) => !over.has(shard));
          const placed = open.reduce((sum, shard) => sum + shares.of(shard, width), 0);
          expect(placed).to.be.at.most(width);
          expect(open.length, 'somebody goes on').to.be.greaterThan(over.size === shards ? -1 : 0);
        };
        look();
        for (const step of steps) {
          if (step === 'takeover') current = queue();
          else if (made.has(step)) over.add(step);
          look();
        }
      }),
    );
  });
});
