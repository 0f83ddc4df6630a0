import { expect } from 'chai';
import { expectQuiet, expectRerunsOnlyOf, jobHome, shardHomes } from './support/checks.js';
import { Flock } from '../../../simnet/world/flock.js';

describe('a cancelled job', () => {
  it('should end soon, with no attempt left and none to come', () => {
    const flock = Flock.formed(5);
    const job = flock.submit('n0', 'sleep 300-900', { tasks: 300 });
    flock.untilStarted(60);
    flock.request('n4', { op: 'cancel', job });
    const answeredMs = flock.world.nowMs;
    const { counts } = flock.finish('n1', job, 2_000);
    expect(counts.succeeded + counts.cancelled).to.equal(300);
    expect(counts.cancelled).to.be.above(200);
    flock.world.run(30_000);
    expect(flock.history.attempts.filter(({ startMs }) => startMs > answeredMs + 20)).to.deep.equal([]);
    expectQuiet(flock);
  });

  it('should end while its tasks are offered, refused and stolen', () => {
    for (let afterMs = 1; afterMs < 60; afterMs += 3) {
      const flock = Flock.formed(4, { seed: afterMs });
      const submission = flock.submission('sleep 50', { tasks: 200, key: 'hot' });
      const pending = flock.ask('n0', submission);
      flock.world.run(afterMs + 6);
      expect(pending.result).to.include({ isOk: true });
      flock.request('n1', { op: 'cancel', job: submission.job });
      const { counts } = flock.finish('n1', submission.job, 5_000);
      expect(counts.succeeded + counts.cancelled, `cancelled after ${afterMs} ms`).to.equal(200);
    }
  });

  it('should be killed where it does not end when it is asked to', () => {
    const flock = Flock.formed(3);
    const job = flock.submit('n0', 'stubborn 600000', { tasks: 6 });
    flock.untilStarted(6);
    flock.request('n0', { op: 'cancel', job });
    expect(flock.finish('n0', job, 6_000).counts.cancelled).to.equal(6);
    flock.world.run(1_000);
    expectQuiet(flock);
  });

  it('should stay cancelled over a restart of all its homes', () => {
    const flock = Flock.formed(4);
    const job = flock.submit('n0', 'sleep 1000', { tasks: 200 });
    flock.untilStarted(8);
    flock.request('n0', { op: 'cancel', job });
    for (const id of flock.ids) flock.node(id).die();
    flock.world.run(1_000);
    for (const id of flock.ids) flock.start(id);
    expect(flock.finish('n0', job, 30_000).counts.cancelled).to.equal(200);
  });

  it('should end though messages get lost', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const flock = Flock.formed(4, { seed });
      const job = flock.submit('n0', 'sleep 200', { tasks: 200, key: 'hot' });
      flock.network.options.loss = 0.1;
      flock.untilStarted(20);
      const pending = flock.ask('n0', { op: 'cancel', job });
      flock.world.runUntil('an answer', 20_000, () => pending.result !== undefined);
      flock.world.run(20_000);
      flock.network.options.loss = 0;
      const { counts } = flock.finish('n0', job, 40_000);
      expect(counts.succeeded + counts.cancelled, `seed ${seed}`).to.equal(200);
      flock.world.run(20_000);
      expectQuiet(flock);
    }
  });

  it('should tell of a job that is over that there is nothing to cancel', () => {
    const flock = Flock.formed(3);
    const job = flock.submit('n0', 'sleep 10', { tasks: 10 });
    flock.finish('n0', job, 5_000);
    expect(flock.request('n1', { op: 'cancel', job })).to.deep.equal({ tasks: 0, degraded: false });
    expect(flock.finish('n0', job, 5_000).counts.succeeded).to.equal(10);
  });
});

describe('a cancelled task', () => {
  it('should end alone', () => {
    const flock = Flock.formed(3);
    const job = flock.submit('n0', 'sleep 500', { tasks: 30 });
    flock.untilStarted(6);
    const [running] = flock.history.running();
    const index = Number(running!.task.split('/')[1]);
    for (const one of [index, 29]) flock.request('n2', { op: 'cancel', job, index: one });
    const { counts } = flock.finish('n0', job, 20_000);
    expect(counts).to.include({ cancelled: 2, succeeded: 28 });
  });

  it('should not run on after a restart of its coordinator', () => {
    const flock = Flock.formed(4);
    const job = flock.submit('n0', 'stubborn 3000', { tasks: 8 });
    flock.untilStarted(8);
    const home = shardHomes(flock, job).find((id) => id !== jobHome(flock, job))!;
    const [mine] = flock.request('n0', { op: 'tasks', job, after: -1, limit: 8 }).tasks.filter(({ index }) => {
      return flock.request('n0', { op: 'task', job, index }).coordinator === home;
    });
    flock.request('n0', { op: 'cancel', job, index: mine!.index });
    flock.node(home).die();
    flock.world.run(500);
    flock.start(home);
    const { counts } = flock.finish('n0', job, 60_000);
    expect(counts).to.include({ cancelled: 1, succeeded: 7 });
    expectRerunsOnlyOf(flock, home);
  });
});
