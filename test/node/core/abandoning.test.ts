import { expect } from 'chai';
import type { CoveyError } from '../../../src/kernel/errors.js';
import { isTerminal } from '../../../src/kernel/states.js';
import type { JobId, NodeId } from '../../../src/kernel/ids.js';
import { coreKey } from '../../../src/tasks/register/stored.js';
import { Flock } from '../../../simnet/world/flock.js';
import { expectQuiet } from './support/checks.js';

const LOST_AFTER_MS = 60_000;
/** A death is believed no later than this after it has happened, and looked at within a second. */
const BELIEVED_MS = 40_000;

const infoOf = (flock: Flock, at: string, job: JobId) => flock.request(at, { op: 'job', job, waitMs: 0 });
const tasksOf = (flock: Flock, at: string, job: JobId) =>
  flock.request(at, { op: 'tasks', job, after: -1, limit: 1_000 }).tasks;
const abandon = (flock: Flock, job: JobId) => flock.request('n0', { op: 'abandon', job });
const refusal = (flock: Flock, job: JobId): CoveyError => {
  try {
    abandon(flock, job);
  } catch (error) {
    return error as CoveyError;
  }
  throw new Error('it was not refused');
};

/** Three nodes of two slots with a job of which some has run; n1 and n2 are killed. */
function lonely(contract: 'at-most-once' | 'at-least-once', tasks = 30) {
  const flock = Flock.formed(3, { cpus: 2 });
  const job = flock.submit('n0', 'sleep 20000', { tasks, contract });
  flock.untilStarted(6);
  flock.world.run(2_000);
  for (const id of ['n1', 'n2']) flock.keepAway(id);
  return { flock, job };
}

function comeBack(flock: Flock, job: JobId): void {
  for (const id of ['n1', 'n2']) flock.comeBack(id);
  flock.world.runUntil('it is healed', 120_000, () => flock.isWhole() && infoOf(flock, 'n1', job).degraded !== true);
  flock.world.run(20_000);
}

describe('a job that is abandoned', () => {
  it('should end at its survivor though it runs at most once, start nothing more, and be cancelled for all when they return', () => {
    const { flock, job } = lonely('at-most-once');
    flock.world.run(BELIEVED_MS);
    expect(refusal(flock, job)).to.include({
      code: 'conflict',
      message: `2 of 3 replicas of ${job} are gone, and not for long yet`,
    });
    flock.world.run(LOST_AFTER_MS);
    expect(flock.total('degraded')).to.equal(0);
    const ran = flock.history.attempts.length;
    const told = abandon(flock, job);
    expect(told.degraded).to.equal(true);
    expect(told.tasks).to.be.within(20, 30);
    const info = flock.finish('n0', job, 60_000);
    expect(info).to.include({ degraded: true, reason: 'abandoned: 2 of 3 replicas are gone' });
    expect(info.counts.cancelled).to.be.within(20, told.tasks);
    expect(abandon(flock, job), 'again').to.deep.equal({ tasks: info.counts.cancelled, degraded: true });

    flock.node('n0').die();
    flock.start('n0');
    flock.world.runUntil('it is alone again', 180_000, () => flock.total('degraded') > 0);
    expect(flock.finish('n0', job, 60_000).counts, 'after a restart').to.deep.equal(info.counts);
    expect(flock.history.attempts.length, 'nothing was started').to.equal(ran);

    comeBack(flock, job);
    const healed = flock.finish('n1', job, 60_000);
    expect(healed.counts).to.deep.equal(info.counts);
    expect(flock.history.reruns()).to.deep.equal([]);
    for (const id of flock.ids) expect(flock.disk(id).range('degraded/')).to.deep.equal([]);
    expectQuiet(flock);
  });

  it('should keep what came of it alone, provisionally', () => {
    const { flock, job } = lonely('at-least-once');
    const ended = () => tasksOf(flock, 'n0', job).filter(({ state }) => state === 'succeeded');
    flock.world.runUntil('it is alone', 240_000, () => flock.total('degraded') > 0);
    flock.world.run(30_000);
    const before = ended().map(({ index }) => index);
    expect(before.length).to.be.within(2, 28);
    expect(abandon(flock, job).degraded).to.equal(true);
    const { counts } = flock.finish('n0', job, 60_000);
    expect(counts.cancelled).to.be.greaterThan(0);
    expect(ended().map(({ index }) => index)).to.include.members(before);
    comeBack(flock, job);
    expect(flock.finish('n1', job, 60_000).counts).to.deep.equal(counts);
    expectQuiet(flock);
  });

  it('should end for good where only shards of it were lost, whether one replica of them is left or none', () => {
    const flock = Flock.formed(6, { cpus: 2 });
    const job = flock.submit('n0', 'sleep 200000', { tasks: 60, contract: 'at-most-once' });
    const shards = setsOf(flock, job);
    const ofJob = flock.ids.filter((id) =>
      flock
        .disk(id)
        .range(coreKey(job))
        .some(({ key }) => key === coreKey(job)),
    );
    const of = (set: readonly string[], ids: readonly string[]) => set.filter((id) => ids.includes(id)).length;
    const gone = shards.find((set) => !set.includes('n0' as NodeId) && of(ofJob, set) < 2)!;
    expect(shards.some((set) => of(set, gone) === 2)).to.equal(true);
    flock.world.run(5_000);
    expect(refusal(flock, job).message).to.equal(`nothing of ${job} has lost most of its replicas for good`);
    for (const id of gone) flock.keepAway(id);
    flock.world.run(BELIEVED_MS);
    expect(refusal(flock, job).code).to.equal('conflict');
    flock.world.run(LOST_AFTER_MS);
    expect(infoOf(flock, 'n0', job).finishedAtMs).to.equal(undefined);
    expect(abandon(flock, job).degraded).to.equal(false);
    const info = flock.finish('n0', job, 120_000);
    expect(info.degraded).to.equal(undefined);
    expect(info.reason).to.match(/^abandoned: [23] of 3 replicas are gone of a part of it$/);
    flock.world.run(20_000);
    expect(refusal(flock, job)).to.include({ code: 'conflict', message: `job ${job} has ended` });

    for (const id of gone) flock.comeBack(id);
    flock.world.runUntil('all are back', 60_000, () => flock.isWhole());
    flock.world.run(40_000);
    expect(infoOf(flock, gone[0]!, job)).to.deep.include({ counts: info.counts, reason: info.reason });
    expect(tasksOf(flock, 'n0', job).filter(({ state }) => !isTerminal(state))).to.deep.equal([]);
    expect(flock.history.reruns()).to.deep.equal([]);
    for (const id of flock.ids) expect(flock.disk(id).range('degraded/')).to.deep.equal([]);
    expectQuiet(flock);
  });

  it('should be refused where it has ended, or nobody has it', () => {
    const flock = Flock.formed(3, { cpus: 2 });
    const job = flock.submit('n0', 'sleep 100');
    flock.finish('n0', job, 60_000);
    expect(refusal(flock, job)).to.include({ code: 'conflict', message: `job ${job} has ended` });
    expect(refusal(flock, 'nowhere' as JobId)).to.include({ code: 'not-found' });
  });
});

/** The replicas of each shard. */
function setsOf(flock: Flock, job: JobId): (readonly NodeId[])[] {
  const sets = new Map<string, readonly NodeId[]>();
  for (let index = 0; index < 60; index++) {
    const { registered } = flock.request('n0', { op: 'explain', job, index });
    sets.set(registered.register, registered.set);
  }
  return [...sets.values()];
}
