import { expect } from 'chai';
import { CRASH_LIMIT } from '../../../src/tasks/task-round.js';
import { expectQuiet, expectRerunsOnlyOf, idHomedAt, jobHome, shardHomes, startsByNode } from './support/checks.js';
import { Flock } from '../../../simnet/world/flock.js';

describe('a flock whose nodes crash', () => {
  it('should run again just what ran or waited on an executor that died for good', () => {
    const flock = Flock.formed(4);
    const job = flock.submit('n0', 'sleep 300-900', { tasks: 200 });
    // Who comes later is home to nothing of the job; it gets its part by stealing.
    const { id } = flock.start('late');
    flock.world.runUntil('the newcomer runs something', 20_000, () => (startsByNode(flock).get(id) ?? 0) > 6);
    flock.node('late').die();
    expect(flock.finish('n1', job, 120_000).counts.succeeded).to.equal(200);
    expect(flock.history.reruns()).to.have.length.within(1, 2);
    expectRerunsOnlyOf(flock, 'late');
  });

  it('should not run again what others hold for a coordinator that restarts', () => {
    const flock = Flock.formed(5);
    const job = flock.submit('n0', 'sleep 300-900', { tasks: 200 });
    flock.untilStarted(60);
    const victim = shardHomes(flock, job).find((id) => id !== jobHome(flock, job))!;
    flock.node(victim).die();
    flock.world.run(3_000);
    flock.start(victim);
    expect(flock.finish('n0', job, 120_000).counts.succeeded).to.equal(200);
    expectRerunsOnlyOf(flock, victim);
  });

  it('should keep results for a coordinator that stays away for long', () => {
    const flock = Flock.formed(5);
    const job = flock.submit('n0', 'sleep 300-900', { tasks: 100 });
    flock.untilStarted(60);
    const victim = shardHomes(flock, job).find((id) => id !== jobHome(flock, job))!;
    flock.node(victim).die(true);
    flock.world.run(180_000);
    expect(flock.beliefsOf(victim)).to.deep.equal(['dead', 'dead', 'dead', 'dead']);
    flock.start(victim);
    expect(flock.finish(jobHome(flock, job), job, 120_000).counts.succeeded).to.equal(100);
    expectRerunsOnlyOf(flock, victim);
  });

  it('should finish a job whose home restarts', () => {
    const flock = Flock.formed(5);
    const job = flock.submit('n0', 'sleep 300-900', { tasks: 200 });
    const victim = jobHome(flock, job);
    flock.untilStarted(60);
    flock.node(victim).die();
    flock.world.run(3_000);
    flock.start(victim);
    const other = flock.ids.find((id) => id !== victim)!;
    expect(flock.finish(other, job, 120_000).counts.succeeded).to.equal(200);
    expectRerunsOnlyOf(flock, victim);
  });

  it('should finish a job whose gateway died once it had accepted it', () => {
    const flock = Flock.formed(5);
    const job = flock.submit('n3', 'sleep 2000', { id: idHomedAt(flock, (node) => node !== 'n3') });
    flock.node('n3').die();
    expect(flock.finish('n1', job, 30_000).counts.succeeded).to.equal(1);
  });

  it('should keep nothing of a submission whose home died before it was durable', () => {
    const flock = Flock.formed(3);
    const id = idHomedAt(flock, (node) => node !== 'n0');
    const submission = flock.submission('sleep 100', { id, tasks: 10 });
    const pending = flock.ask('n0', submission);
    flock.world.runUntil('the create arrives', 1_000, () => (flock.network.sent.get('job.create') ?? 0) > 0);
    for (const other of ['n1', 'n2']) flock.node(other).die();
    flock.world.runUntil('an answer', 20_000, () => pending.result !== undefined);
    expect(pending.result).to.nested.include({ isOk: false, 'error.code': 'outcome-unknown' });
    for (const other of ['n1', 'n2']) flock.start(other);
    flock.world.run(30_000);
    expect(() => flock.request('n0', { op: 'job', job: submission.job, waitMs: 0 })).to.throw(`no job ${id}`);
  });

  it('should come back to its work after all nodes went down at once', () => {
    const flock = Flock.formed(5);
    const job = flock.submit('n0', 'sleep 300-900', { tasks: 200 });
    flock.untilStarted(60);
    for (const id of flock.ids) flock.node(id).die();
    flock.world.run(5_000);
    for (const id of flock.ids) flock.start(id);
    expect(flock.finish('n0', job, 120_000).counts.succeeded).to.equal(200);
    flock.world.run(20_000);
    expectQuiet(flock);
  });

  it('should give up a task that took too many nodes with it', () => {
    const flock = Flock.formed(3);
    const needs = { cpus: 4, memBytes: 0, gpus: 0, custom: {} };
    flock.start('big', 4);
    flock.world.runUntil('the flock forms', 60_000, () => flock.isWhole());
    const id = idHomedAt(flock, (node) => node !== 'big');
    const job = flock.submit('n0', 'sleep 60000', { id, needs });
    for (let deaths = 0; deaths < CRASH_LIMIT; deaths++) {
      flock.world.runUntil('it runs', 60_000, () => flock.history.running().length === 1);
      flock.world.run(100);
      flock.node('big').die();
      flock.world.run(2_000);
      flock.start('big', 4);
    }
    expect(flock.finish('n0', job, 60_000).counts.failed).to.equal(1);
    const { task } = flock.request('n0', { op: 'task', job, index: 0 });
    expect(task).to.include({ state: 'failed', attempts: CRASH_LIMIT });
    expect(task.reason).to.contain(`lost ${CRASH_LIMIT} times`);
  });
});
