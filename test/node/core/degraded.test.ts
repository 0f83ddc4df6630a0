import { expect } from 'chai';
import type { JobId, NodeId } from '../../../src/kernel/ids.js';
import { isDegraded } from '../../../src/tasks/register/epochs.js';
import { Flock } from '../../../simnet/world/flock.js';
import { expectQuiet } from './support/checks.js';

const LOST_AFTER_MS = 60_000;
/** A death is believed no later than this after it has happened, and looked at within a second. */
const BELIEVED_MS = 40_000;

const tasksOf = (flock: Flock, at: string, job: JobId) =>
  flock.request(at, { op: 'tasks', job, after: -1, limit: 1_000 }).tasks;
const infoOf = (flock: Flock, at: string, job: JobId) => flock.request(at, { op: 'job', job, waitMs: 0 });

/** Three nodes of two slots with a job of which some has run; n1 and n2 are killed, and n0 has been alone with it for long. */
function lonely(options: { readonly tasks?: number; readonly contract?: 'at-most-once' } = {}) {
  const flock = Flock.formed(3, { cpus: 2 });
  const job = flock.submit('n0', 'sleep 1500', { tasks: 60, ...options });
  flock.untilStarted(Math.min(12, options.tasks ?? 12));
  flock.world.run(2_000);
  for (const id of ['n1', 'n2']) flock.keepAway(id);
  return { flock, job };
}

describe('a node that is left alone by the majority', () => {
  it('should go on with what was accepted, marked, and have its outcomes committed when the others return', () => {
    const { flock, job } = lonely();
    flock.world.run(LOST_AFTER_MS - 1_000);
    expect(flock.total('degraded'), 'too early').to.equal(0);
    flock.world.run(BELIEVED_MS);
    expect(flock.total('degraded')).to.be.greaterThan(0);
    const info = flock.finish('n0', job, 300_000);
    expect(info.degraded).to.equal(true);
    expect(info.counts.succeeded).to.equal(60);
    const alone = tasksOf(flock, 'n0', job);
    const provisional = alone.filter(({ degraded }) => degraded === true);
    expect(provisional.length).to.be.within(1, 60);
    expect(provisional.some(({ epoch }) => isDegraded(epoch))).to.equal(true);
    const explained = flock.request('n0', { op: 'explain', job, index: provisional[0]!.index });
    expect(explained.more.degraded).to.include({ gone: 2, replicas: 3, missing: 1 });

    const ran = flock.history.attempts.length;
    for (const id of ['n1', 'n2']) flock.comeBack(id);
    flock.world.runUntil('it is healed', 60_000, () => infoOf(flock, 'n2', job).degraded !== true);
    const healed = flock.finish('n2', job, 120_000);
    expect(healed).to.include({ state: 'succeeded' });
    expect(healed.degraded).to.equal(undefined);
    const tasks = tasksOf(flock, 'n1', job);
    expect(tasks.map(({ degraded }) => degraded)).to.deep.equal(tasks.map(() => undefined));
    expect(flock.history.attempts.length, 'nothing runs again').to.equal(ran);
    for (const [i, { state, epoch, exitCode }] of tasks.entries()) {
      expect({ state, epoch, exitCode }).to.deep.equal({ state: 'succeeded', epoch: alone[i]!.epoch, exitCode: 0 });
    }
    flock.world.run(10_000);
    for (const id of flock.ids) expect(flock.disk(id).range('degraded/')).to.deep.equal([]);
    expectQuiet(flock);
  });

  it('should say what a cancel has ended, though it was asked for before anybody could record it', () => {
    const flock = Flock.formed(3, { cpus: 2 });
    flock.submit('n0', 'sleep 600000', { tasks: 6 });
    flock.untilStarted(6);
    const jobs = Array.from({ length: 60 }, () => flock.submit('n0', 'sleep 600000'));
    flock.world.run(1_000);
    for (const id of ['n1', 'n2']) flock.keepAway(id);
    const cancel = (job: JobId) => flock.ask('n0', { op: 'cancel', job });
    const asks = new Map<JobId, ReturnType<typeof cancel>>();
    const answers = new Map<JobId, unknown>();
    const unconfirmed = new Set<JobId>();
    const untilMs = flock.world.nowMs + LOST_AFTER_MS + 2 * BELIEVED_MS;
    for (; answers.size < jobs.length && flock.world.nowMs < untilMs; flock.world.run(500)) {
      const next = jobs[asks.size];
      if (next) asks.set(next, cancel(next));
      for (const [job, { result }] of asks) {
        if (result === undefined || result === 'node-died') continue;
        if (result.isOk) answers.set(job, result.value);
        else {
          unconfirmed.add(job);
          asks.set(job, cancel(job));
        }
      }
    }
    const isTold = (job: JobId) => (answers.get(job) as { tasks: number }).tasks === 1;
    for (const job of jobs) {
      expect(infoOf(flock, 'n0', job)).to.include({ state: 'cancelled', degraded: true });
      expect(isTold(job) || unconfirmed.has(job), `${job}: by an earlier cancel, which was not confirmed`).to.equal(
        true,
      );
    }
    expect(jobs.filter((job) => !isTold(job)).length, 'asked again after it was carried out').to.be.below(5);
  });

  it('should leave what it has not come to for later, under higher epochs, and run nothing again that has ended', () => {
    const { flock, job } = lonely({ tasks: 200 });
    flock.world.runUntil('it is alone', 120_000, () => flock.total('degraded') > 0);
    flock.world.run(15_000);
    const alone = new Map(tasksOf(flock, 'n0', job).map((task) => [task.index, task]));
    const ended = [...alone.values()].filter(({ state }) => state === 'succeeded');
    expect(ended.length).to.be.within(10, 199);
    const ran = flock.history.attempts.length;
    for (const id of ['n1', 'n2']) flock.comeBack(id);
    expect(flock.finish('n0', job, 300_000).counts.succeeded).to.equal(200);
    flock.world.runUntil('it is healed', 60_000, () => infoOf(flock, 'n1', job).degraded !== true);
    const after = flock.history.attempts.slice(ran).map(({ task }) => task);
    for (const { index, epoch } of ended) {
      expect(after).not.to.include(`${job}/${index}`);
      expect(tasksOf(flock, 'n1', job)[index]!.epoch).to.equal(epoch);
    }
    for (const task of flock.history.reruns()) {
      const epochs = flock.history.of(task).map(({ epoch }) => epoch);
      expect(epochs, task).to.deep.equal(epochs.toSorted((a, b) => a - b));
    }
    flock.world.run(10_000);
    expectQuiet(flock);
  });

  it('should keep over its own restart what it has recorded alone', () => {
    const { flock, job } = lonely({ tasks: 40 });
    flock.world.run(LOST_AFTER_MS + BELIEVED_MS);
    const ended = tasksOf(flock, 'n0', job).filter(({ state }) => state === 'succeeded');
    flock.node('n0').die();
    flock.start('n0');
    const ran = flock.history.attempts.length;
    flock.world.runUntil('it is alone again', 180_000, () => flock.total('degraded') > 0);
    expect(flock.finish('n0', job, 300_000)).to.include({ degraded: true, state: 'succeeded' });
    const tasks = tasksOf(flock, 'n0', job);
    for (const { index, epoch } of ended) expect(tasks[index]!.epoch).to.equal(epoch);
    const again = flock.history.attempts.slice(ran).map(({ task }) => task);
    expect(again.filter((task) => ended.some(({ index }) => task === `${job}/${index}`))).to.deep.equal([]);
    for (const id of ['n1', 'n2']) flock.comeBack(id);
    flock.world.runUntil('it is healed', 60_000, () => infoOf(flock, 'n1', job).degraded !== true);
    expect(flock.finish('n1', job, 60_000).counts.succeeded).to.equal(40);
    flock.world.run(10_000);
    expectQuiet(flock);
  });

  it('should give way to what a majority has recorded without it', () => {
    const flock = Flock.formed(3, { cpus: 2 });
    const job = flock.submit('n0', 'sleep 1500', { tasks: 40 });
    flock.untilStarted(8);
    flock.network.split(['n0'] as NodeId[], ['n1', 'n2'] as NodeId[]);
    expect(flock.finish('n1', job, 300_000).degraded).to.equal(undefined);
    const theirs = tasksOf(flock, 'n1', job);
    flock.world.runUntil('it is alone', 120_000, () => flock.node('n0').core.stats()['degraded']! > 0);
    expect(flock.finish('n0', job, 300_000).degraded).to.equal(true);
    flock.network.heal();
    flock.world.runUntil('it is healed', 120_000, () => flock.isWhole() && flock.total('degraded') === 0);
    flock.world.run(20_000);
    expect(infoOf(flock, 'n0', job).degraded).to.equal(undefined);
    expect(tasksOf(flock, 'n0', job)).to.deep.equal(theirs);
    for (const id of flock.ids) expect(flock.disk(id).range('degraded/')).to.deep.equal([]);
    expectQuiet(flock);
  });

  it('should not take the word of another that is as alone', () => {
    const flock = Flock.formed(3, { cpus: 2 });
    const job = flock.submit('n0', 'sleep 1500', { tasks: 30 });
    flock.untilStarted(6);
    // Until all three have all of it on disk: each goes on with what it has.
    flock.world.run(2_000);
    flock.network.split(...['n0', 'n1', 'n2'].map((id) => [id as NodeId]));
    flock.world.run(LOST_AFTER_MS + BELIEVED_MS);
    for (const id of ['n0', 'n1', 'n2']) expect(flock.finish(id, job, 400_000).degraded, id).to.equal(true);
    const epochs = flock.history.attempts.map(({ task, epoch }) => `${task} ${epoch}`);
    expect(new Set(epochs).size, 'each has epochs of its own').to.equal(epochs.length);
    flock.network.heal();
    flock.world.runUntil('it is healed', 120_000, () => flock.isWhole() && flock.total('degraded') === 0);
    flock.world.run(20_000);
    const [a, b, c] = ['n0', 'n1', 'n2'].map((id) => tasksOf(flock, id, job));
    expect(a!.map(({ state, degraded }) => [state, degraded])).to.deep.equal(a!.map(() => ['succeeded', undefined]));
    expect(b).to.deep.equal(a);
    expect(c).to.deep.equal(a);
    for (const id of flock.ids) expect(flock.disk(id).range('degraded/')).to.deep.equal([]);
    expectQuiet(flock);
  });

  it('should cancel provisionally, and for good once it is healed', () => {
    const { flock, job } = lonely({ tasks: 200 });
    flock.world.runUntil('it is alone', 120_000, () => flock.total('degraded') > 0);
    flock.world.run(2_000);
    expect(flock.request('n0', { op: 'cancel', job }).degraded).to.equal(true);
    const { counts } = flock.finish('n0', job, 60_000);
    expect(counts.cancelled).to.be.greaterThan(0);
    for (const id of ['n1', 'n2']) flock.comeBack(id);
    flock.world.runUntil('it is healed', 60_000, () => infoOf(flock, 'n1', job).degraded !== true);
    flock.world.run(20_000);
    expect(flock.finish('n1', job, 60_000)).to.deep.include({ counts });
    expectQuiet(flock);
  });

  it('should never go on alone with what runs at most once, and take nothing new', () => {
    const { flock, job } = lonely({ contract: 'at-most-once' });
    flock.world.run(LOST_AFTER_MS + BELIEVED_MS);
    const ran = flock.history.attempts.length;
    expect(flock.total('degraded')).to.equal(0);
    expect(() => flock.submit('n0', 'true')).to.throw('only 1 of the 3 nodes that would hold it are up');
    flock.world.run(60_000);
    expect(flock.history.attempts.length).to.equal(ran);
    for (const id of ['n1', 'n2']) flock.comeBack(id);
    const { counts } = flock.finish('n0', job, 300_000);
    expect(counts.succeeded + counts.interrupted).to.equal(60);
    expect(flock.history.reruns()).to.deep.equal([]);
  });
});
