import { expect } from 'chai';
import type { CoveyError } from '../../../src/kernel/errors.js';
import type { NodeId } from '../../../src/kernel/ids.js';
import type { Tried } from '../../../src/node/core/gateway/places.js';
import { CRASH_LIMIT } from '../../../src/tasks/task-round.js';
import {
  expectEachOnce,
  expectQuiet,
  expectRerunsOnlyOf,
  idHomedAt,
  jobHome,
  shardHomes,
  startsByNode,
} from './support/checks.js';
import { Flock } from '../../../simnet/world/flock.js';

/** The answer to a submission at n0 some of whose nodes die while its create is on its way to its home. */
function submitAndDie(
  flock: Flock,
  isHome: (node: NodeId) => boolean,
  { dying, isKeyed = false }: { readonly dying: readonly string[]; readonly isKeyed?: boolean },
) {
  const submission = flock.submission('sleep 100', { id: idHomedAt(flock, isHome), tasks: 10, isKeyed });
  const pending = flock.ask('n0', submission);
  flock.world.runUntil('the create is sent', 1_000, () => (flock.network.sent.get('job.create') ?? 0) > 0);
  for (const id of dying) flock.node(id).die();
  flock.world.runUntil('an answer', 20_000, () => pending.result !== undefined);
  return { job: submission.job, submission, result: pending.result };
}

describe('a flock whose nodes crash', () => {
  it('should run again just what ran or waited on an executor that died for good', () => {
    const flock = Flock.formed(4);
    const job = flock.submit('n0', 'sleep 300-900', { tasks: 200 });
    // Who comes later is home to nothing of the job; it gets its part by stealing.
    const { id } = flock.start('late');
    flock.world.runUntil('the newcomer runs something', 20_000, () => (startsByNode(flock).get(id) ?? 0) > 6);
    flock.world.run(50); // Until the result that made room for it is recorded.
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

  it('should accept a submission at another replica where its home died before it was durable, and run it once', () => {
    for (const home of ['n1', 'n2']) {
      const flock = Flock.formed(3);
      const { job, result } = submitAndDie(flock, (node) => node === home, { dying: [home] });
      expect(result).to.nested.include({ isOk: true, 'value.replicas': 3, 'value.acked': 2 });
      expectEachOnce(flock, flock.finish('n0', job, 30_000));
      flock.start(home);
      flock.world.run(30_000);
      expectEachOnce(flock, flock.finish(home, job, 1_000));
      expectQuiet(flock);
    }
  });

  it('should accept a keyed submission by a repeat where its home died before it was durable, and run it once', () => {
    const flock = Flock.formed(3);
    const { job, result, submission } = submitAndDie(flock, (node) => node === 'n1', { dying: ['n1'], isKeyed: true });
    expect(result).to.nested.include({ isOk: false, 'error.code': 'outcome-unknown' });
    const { tried } = (result as { error: CoveyError }).error.details as { tried: Tried };
    flock.request('n2', { ...submission, repeat: { tried } });
    expectEachOnce(flock, flock.finish('n0', job, 30_000));
    flock.start('n1');
    flock.world.run(30_000);
    expect(flock.request('n1', submission)).to.include({ job, existed: true });
    expectEachOnce(flock, flock.finish('n1', job, 1_000));
    expectQuiet(flock);
  });

  it('should not know of a submission whose replicas died but for one, and find it by a repeat once they are back', () => {
    const flock = Flock.formed(3);
    const { job, result, submission } = submitAndDie(flock, (node) => node !== 'n0', { dying: ['n1', 'n2'] });
    expect(result).to.nested.include({ isOk: false, 'error.code': 'outcome-unknown' });
    expect(flock.history.durables.created).to.deep.equal([]);
    for (const other of ['n1', 'n2']) flock.start(other);
    flock.world.runUntil('it is made', 30_000, () => flock.history.durables.created.length > 0);
    flock.world.run(1_000);
    expect(flock.request('n1', { ...submission, repeat: {} })).to.include({
      job,
      existed: true,
      replicas: 3,
      acked: 2,
    });
    expectEachOnce(flock, flock.finish('n0', job, 30_000));
    flock.world.run(30_000);
    expectQuiet(flock);
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
