import { expect } from 'chai';
import { HOME, JOB, offerOf, resources, Rig, SET, workOf } from './support.js';

const REVOKED = { index: 0, epoch: 1 };

function timed(timeoutMs: number): Rig {
  const rig = new Rig(resources(1), { graceMs: 300 });
  rig.offer(offerOf([{ index: 0 }, { index: 1 }], { work: workOf({ timeoutMs }) }));
  return rig;
}

describe('An executor that ends tasks', () => {
  it('should ask a task that runs too long to end, and kill it after its grace', () => {
    const rig = timed(2_000);
    expect(rig.fire()).to.deep.equal([
      { kind: 'signal', attempt: { task: `${JOB}/0`, epoch: 1 }, how: 'term' },
      { kind: 'arm', timer: { owner: 'executor', name: `grace ${JOB}/0`, serial: 2 }, afterMs: 300 },
    ]);
    expect(rig.fire()).to.deep.equal([{ kind: 'signal', attempt: { task: `${JOB}/0`, epoch: 1 }, how: 'kill' }]);
    expect(rig.executor.free.cpus, 'until it is gone, it holds what it holds').to.equal(0);
    rig.end(0, { exitCode: 137 });
    expect(rig.results).to.deep.equal(['0: timed-out']);
    expect(rig.started).to.deep.equal([1]);
  });

  it('should give the timers up with the task', () => {
    const rig = timed(2_000);
    const late = rig.effects.find((effect) => effect.kind === 'arm')!.timer;
    rig.end(0);
    expect(rig.effects[0]).to.deep.equal({ kind: 'disarm', timer: late });
    expect(rig.step({ kind: 'timer', timer: late }), 'a timer that fires all the same').to.deep.equal([]);
  });

  it('should take a late timer of an earlier attempt for nothing to do with the next', () => {
    const rig = timed(2_000);
    const late = rig.effects.find((effect) => effect.kind === 'arm')!.timer;
    rig.end(0);
    rig.record(0);
    rig.end(1);
    rig.offer(offerOf([{ index: 0, epoch: 2 }], { work: workOf({ timeoutMs: 2_000 }) }));
    expect(rig.executor.running).to.equal(1);
    expect(rig.step({ kind: 'timer', timer: late })).to.deep.equal([]);
  });

  it('should end a revoked task in whatever phase it is', () => {
    const rig = new Rig(resources(1));
    expect(rig.revoke(REVOKED), 'never heard of').to.deep.equal([0]);

    rig.give(5, 1);
    expect(rig.revoke({ index: 1, epoch: 1 }), 'queued').to.deep.equal([]);
    expect(rig.results).to.deep.equal(['1: cancelled']);
    expect(rig.executor.queued).to.equal(0);

    expect(rig.revoke({ index: 5, epoch: 1 }), 'running').to.deep.equal([]);
    expect(rig.signals).to.deep.equal(['term 5']);
    expect(rig.revoke({ index: 5, epoch: 1 }), 'ending').to.deep.equal([]);
    expect(rig.effects).to.deep.equal([]);

    rig.end(5, { exitCode: 143 });
    expect(rig.results).to.deep.equal(['5: cancelled']);
    expect(rig.revoke({ index: 5, epoch: 1 }), 'not recorded yet').to.deep.equal([]);
    rig.record(5);
    expect(rig.revoke({ index: 5, epoch: 1 }), 'recorded').to.deep.equal([5]);
  });

  it('should leave other attempts of a revoked task alone', () => {
    const rig = new Rig(resources(1));
    const tasks = [0, 1].map((index) => ({ index, epoch: 3 }));
    rig.offer(offerOf(tasks));
    for (const epoch of [2, 4]) {
      expect(rig.revoke(...[0, 1].map((index) => ({ index, epoch })))).to.deep.equal([0, 1]);
      expect(rig.effects).to.deep.equal([]);
    }
    expect([rig.executor.running, rig.executor.queued]).to.deep.equal([1, 1]);
  });

  it('should start what stood behind a large task, once that is revoked', () => {
    const rig = new Rig(resources(2));
    rig.give(0);
    rig.offer(offerOf([{ index: 1 }], { work: workOf({ needs: resources(2) }) }));
    rig.give(2);
    rig.revoke({ index: 1, epoch: 1 });
    expect(rig.started).to.deep.equal([2]);
  });

  it('should keep to the first reason of an end', () => {
    const rig = timed(2_000);
    rig.fire();
    expect(rig.revoke(REVOKED)).to.deep.equal([]);
    rig.step({ kind: 'leave' });
    expect(rig.signals).to.deep.equal([]);
    rig.end(0, { exitCode: 143 });
    expect(rig.results).to.deep.equal(['0: timed-out']);
  });

  it('should let a timeout that comes while it cancels change nothing', () => {
    const rig = timed(2_000);
    const timeout = rig.effects.find((effect) => effect.kind === 'arm')!.timer;
    rig.revoke(REVOKED);
    expect(rig.step({ kind: 'timer', timer: timeout })).to.deep.equal([]);
    rig.end(0, { exitCode: 143 });
    expect(rig.results).to.deep.equal(['0: cancelled']);
  });
});

describe('An executor that leaves', () => {
  it('should hand back at once what is queued, shard by shard, and what runs once it has ended', () => {
    const rig = new Rig(resources(1));
    rig.give(0, 1);
    rig.offer(offerOf([{ index: 300, epoch: 4 }], { shard: 1 }));
    rig.give(2);
    rig.step({ kind: 'leave' });
    const back = { kind: 'handback', to: HOME, set: SET, job: JOB, thief: undefined };
    expect(rig.effects.slice(0, 2)).to.deep.equal([
      { ...back, shard: 0, tasks: [1, 2].map((index) => ({ index, epoch: 1 })) },
      { ...back, shard: 1, tasks: [{ index: 300, epoch: 4 }] },
    ]);
    expect(rig.signals).to.deep.equal(['term 0']);
    expect(rig.fire(), 'a task that will not go').to.deep.include({
      kind: 'signal',
      attempt: { task: `${JOB}/0`, epoch: 1 },
      how: 'kill',
    });
    rig.end(0, { exitCode: 137 });
    expect(rig.effects).to.deep.equal([{ ...back, shard: 0, tasks: [{ index: 0, epoch: 1 }] }]);
    expect([rig.executor.isIdle, rig.executor.workMs]).to.deep.equal([true, 0]);
  });

  it('should take nothing more, and hand back nothing twice', () => {
    const rig = new Rig(resources(1));
    rig.give(0, 1);
    rig.step({ kind: 'leave' });
    expect(rig.step({ kind: 'leave' })).to.deep.equal([]);
    expect(rig.give(2)).to.deep.equal({ accepted: [], reason: 'it is leaving' });
    expect(rig.giveTo(5)).to.equal(0);
    rig.end(0, { exitCode: 143 });
    expect(rig.give(3)).to.deep.equal({ accepted: [], reason: 'it is leaving' });
  });

  it('should still wait until results are recorded', () => {
    const rig = new Rig(resources(1));
    rig.give(0);
    rig.end(0);
    rig.step({ kind: 'leave' });
    expect(rig.effects).to.deep.equal([]);
    expect(rig.executor.isIdle).to.equal(false);
  });
});
