import { expect } from 'chai';
import type { JobId } from '../../../src/kernel/ids.js';
import { isDegraded } from '../../../src/tasks/register/epochs.js';
import { Flock } from '../../../simnet/world/flock.js';
import { expectQuiet } from './support/checks.js';

const LOST_AFTER_MS = 60_000;
/** A death is believed no later than this after it has happened, and looked at within a second. */
const BELIEVED_MS = 30_000;

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
    const before = flock.history.attempts.length;
    flock.world.run(BELIEVED_MS);
    expect(flock.history.attempts.length, 'it starts more').to.be.greaterThan(before);
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
});
