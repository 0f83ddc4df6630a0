import { expect } from 'chai';
import type { JobId, NodeId } from '../../../src/kernel/ids.js';
import { entryKey } from '../../../src/tasks/register/stored.js';
import { JOB } from '../../../src/tasks/replication/names.js';
import { Flock } from '../../../simnet/world/flock.js';
import { expectEachOnce } from '../../node/core/support/checks.js';

/** A flock in which n0 has one running task of its own. */
function withRunning(command: string): Flock {
  const flock = Flock.formed(3);
  flock.submit('n0', command, { key: 'k' });
  flock.untilStarted(1);
  return flock;
}

/** Nodes that have the job on disk. */
function holders(flock: Flock, job: JobId): NodeId[] {
  return flock.ids.filter((id) => flock.disk(id).get(entryKey(job, JOB)) !== undefined);
}

describe('a simulated process', () => {
  it('should stand still while it is paused, then take all at once, its timers late', () => {
    const flock = Flock.formed(3);
    const node = flock.node('n1');
    const { steps } = node;
    node.pause();
    flock.world.run(900);
    const told = flock.ask('n1', { op: 'job', job: flock.submission('sleep 1').job, waitMs: 0 });
    expect([node.steps, told.result]).to.deep.equal([steps, undefined]);
    expect(node.lag).to.be.above(2);
    node.resume();
    expect([node.lag, node.isPaused]).to.deep.equal([0, false]);
    expect(node.steps).to.be.above(steps + 2);
    flock.world.run(1_000);
    expect(told.result).to.deep.include({ isOk: false });
    expect(flock.isWhole()).to.equal(true);
  });

  it('should be suspected after a long pause, and refute it', () => {
    const flock = Flock.formed(4);
    flock.node('n1').pause();
    flock.world.runUntil('n1 is suspected', 8_000, () => flock.beliefsOf('n1').includes('suspect'));
    flock.world.run(1_000);
    flock.node('n1').resume();
    flock.world.runUntil('n1 is believed again', 5_000, () => flock.isWhole());
  });

  it('should have its tasks go on for ten seconds of a pause, and then lose them', () => {
    for (const [pauseMs, how] of [
      [9_900, 'runs'],
      [10_100, 'died'],
    ] as const) {
      const flock = withRunning('sleep 60000');
      const [attempt] = flock.history.attempts;
      const node = flock.node(attempt!.node);
      node.pause();
      flock.world.run(pauseMs);
      expect(attempt!.how, `after ${pauseMs} ms`).to.equal(how);
      expect(node.runner.size).to.equal(how === 'runs' ? 1 : 0);
    }
  });

  it('should take its time for every step on a slow CPU, and lag behind', () => {
    const flock = Flock.formed(5);
    const machine = flock.machine('n2');
    machine.slowness = 100;
    const node = flock.node('n2');
    const { steps } = node;
    for (let i = 0; i < 50; i++) flock.ask('n2', { op: 'job', job: flock.submission('sleep 1').job, waitMs: 0 });
    flock.world.run(100);
    // 0.1 ms a step, times 100: ten steps in 100 ms.
    expect(node.steps - steps).to.be.within(9, 10);
    expect(node.lag).to.be.above(30);
    machine.slowness = 1;
    flock.world.run(20);
    expect(node.lag).to.equal(0);
  });

  it('should hold itself for ill where its loop lags, as Lifeguard wants', () => {
    const flock = Flock.formed(5);
    flock.machine('n2').slowness = 10_000;
    flock.world.runUntil('n2 doubts itself', 30_000, () => flock.node('n2').core.membership.healthScore > 0);
    flock.machine('n2').slowness = 1;
    flock.world.runUntil('it is well again', 120_000, () => flock.node('n2').core.membership.healthScore === 0, 100);
  });

  it('should tell the time by a wall clock that may be off, and measure by one that is not', () => {
    const flock = Flock.formed(2);
    const machine = flock.machine('n1');
    const before = machine.now();
    machine.skewMs = -3_600_000;
    flock.world.run(1_000);
    const after = machine.now();
    expect(after.monoMs - before.monoMs).to.equal(1_000);
    expect(after.wallMs - before.wallMs).to.be.closeTo(-3_599_000, 0.01);
    const job = flock.submit('n1', 'sleep 500', { tasks: 4 });
    expectEachOnce(flock, flock.finish('n0', job, 10_000));
  });

  it('should number its starts on its disk', () => {
    const flock = Flock.formed(3);
    for (let boot = 2; boot <= 4; boot++) {
      flock.node('n1').die();
      flock.start('n1');
      expect(flock.node('n1').core.membership.self.boot).to.equal(boot);
    }
    expect(flock.disk('n1').get('node/boot')).to.equal(4);
  });

  it('should die between two effects of one step', () => {
    const performed = new Set<number>();
    for (let seed = 1; seed <= 20; seed++) {
      const flock = Flock.formed(3, { seed });
      const node = flock.node('n1');
      const step = node.core.step.bind(node.core);
      let wanted = 0;
      let effects: unknown[] = [];
      node.core.step = (event, now) => {
        const found = step(event, now);
        wanted = found.length;
        effects = found;
        return found;
      };
      node.dieMidway();
      flock.ask('n1', flock.submission('sleep 10', { tasks: 40 }));
      flock.world.runUntil('n1 dies', 5_000, () => !node.isUp);
      expect(effects.length, `seed ${seed}: of ${wanted} effects`).to.be.within(1, wanted - 1);
      performed.add(effects.length);
      flock.start('n1');
      flock.world.runUntil('all are there again', 30_000, () => flock.isWhole());
    }
    expect(performed.size).to.be.above(1);
  });

  it('should be spared where it has not died yet', () => {
    const flock = Flock.formed(3);
    flock.node('n1').dieMidway();
    flock.node('n1').spare();
    flock.world.run(5_000);
    expect(flock.node('n1').isUp).to.equal(true);
  });

  it('should go on while its disk fails, submit by what works only, and write what waited once that works', () => {
    const flock = Flock.formed(3);
    const disk = flock.disk('n1');
    disk.failure = 'failing-fsync';
    const submission = flock.submission('sleep 10', { tasks: 30 });
    const pending = flock.ask('n1', submission);
    flock.world.runUntil('something waits', 10_000, () => (flock.node('n1').core.stats()['held'] ?? 0) > 0);
    const refused = flock.ask('n1', flock.submission('sleep 10'));
    flock.world.run(5_000);
    expect(flock.node('n1').isUp).to.equal(true);
    expect(refused.result).to.have.nested.property('error.code', 'unavailable');
    expect(refused.result).to.have.nested.property('error.message').that.contains('disk takes no writes: fsync');
    // What was sent before the disk was found to fail is accepted by the other two of its replicas.
    expect(pending.result).to.nested.include({ isOk: true, 'value.replicas': 3, 'value.acked': 2 });
    expect(holders(flock, submission.job)).to.deep.equal(['n0', 'n2']);
    disk.failure = undefined;
    flock.world.runUntil('the disk is found well', 1_100, () => flock.node('n1').core.stats()['held'] === 0);
    flock.world.run(100);
    const taken = flock.ask('n1', flock.submission('sleep 10'));
    flock.world.run(1_000);
    expect(taken.result).to.have.property('isOk', true);
    expectEachOnce(flock, flock.finish('n1', submission.job, 30_000));
    flock.world.runUntil('all ends', 30_000, () => flock.total('unfinished') === 0);
    expect(holders(flock, submission.job)).to.deep.equal(['n0', 'n1', 'n2']);
  });

  it('should not begin while its disk fails', () => {
    const flock = Flock.formed(3);
    flock.node('n1').die();
    flock.disk('n1').failure = 'disk-full';
    expect(() => flock.start('n1')).to.throw('n1 cannot start: disk-full');
  });

  it('should die of poison, and come back', () => {
    const flock = Flock.formed(3);
    const deaths: string[] = [];
    flock.onDeath((id, death) => deaths.push(death));
    flock.ask('n0', flock.submission('poison 100'));
    flock.untilStarted(1);
    flock.world.run(150);
    expect(deaths).to.deep.equal(['poison']);
    const [attempt] = flock.history.attempts;
    expect(attempt!.how).to.equal('died');
    flock.world.run(1_000);
    expect(flock.node(attempt!.node).isUp).to.equal(true);
  });
});
