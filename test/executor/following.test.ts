import { expect } from 'chai';
import { Bug } from '../../src/kernel/assert.js';
import { taskId } from '../../src/kernel/ids.js';
import { HOME, JOB, offerOf, resources, Rig, workOf } from './support.js';

describe('An executor that names what is to follow', () => {
  it('should name the head of the queue while all that runs has places as large', () => {
    const rig = new Rig(resources(2));
    rig.give(0, 1);
    expect(rig.next).to.equal(undefined);
    rig.give(2, 3);
    expect(rig.next).to.equal(2);
    const named = rig.effects.find((effect) => effect.kind === 'next')?.next;
    expect(named?.attempt).to.deep.equal({ task: taskId(JOB, 2), epoch: 1 });
    expect(named?.command).to.deep.include({ argv: ['true'] });
    expect(named?.command.env).to.include({ COVEY_INDEX: '2' });
    rig.give(4);
    expect(rig.next, 'it has been said').to.equal(undefined);
  });

  it('should count a follower as started at the end of what it follows, and time it from there', () => {
    const rig = new Rig(resources(1));
    rig.offer(offerOf([{ index: 0 }, { index: 1 }, { index: 2 }], { work: workOf({ timeoutMs: 9_000 }) }));
    rig.monoMs += 700;
    rig.endWithFollower(0, 1);
    expect(rig.started, 'it runs already').to.deep.equal([]);
    expect(rig.results).to.deep.equal(['0: succeeded']);
    expect(rig.effects).to.deep.include({
      ...{ kind: 'started', to: HOME, job: JOB, shard: 0, tasks: [{ index: 1, epoch: 1 }], atMs: rig.now.wallMs },
    });
    const armed = rig.effects.flatMap((e) => (e.kind === 'arm' ? [[e.timer.name, e.afterMs]] : []));
    expect(armed).to.deep.equal([[`timeout ${JOB}/1`, 9_000]]);
    expect(rig.next).to.equal(2);
    expect([rig.executor.running, rig.executor.queued]).to.deep.equal([1, 1]);
    expect(rig.executor.free).to.deep.equal(resources(0));
    rig.revoke({ index: 1, epoch: 1 });
    expect(rig.signals).to.deep.equal(['term 1']);
  });

  it('should start what it named where the runner could not', () => {
    const rig = new Rig(resources(1));
    rig.give(0, 1, 2);
    rig.end(0);
    expect([rig.started, rig.next]).to.deep.equal([[1], 2]);
  });

  it('should name none that needs more than the smallest place, or nothing', () => {
    const rig = new Rig(resources(2));
    rig.give(0);
    rig.offer(offerOf([{ index: 1 }], { work: workOf({ needs: resources(2) }) }));
    expect(rig.next).to.equal(undefined);
    rig.end(0);
    expect([rig.started, rig.next]).to.deep.equal([[1], undefined]);
    rig.give(2);
    expect(rig.next, 'there is room for it in the place of a larger one').to.equal(2);
    rig.endWithFollower(1, 2);
    expect(rig.next).to.equal(null);
    expect(rig.executor.free).to.deep.equal(resources(1));
  });

  it('should take back what is revoked, stolen, offered anew or handed back', () => {
    const rig = new Rig(resources(1));
    rig.give(0, 1, 2);
    rig.revoke({ index: 1, epoch: 1 });
    expect([rig.results, rig.signals, rig.next]).to.deep.equal([['1: cancelled'], [], 2]);
    rig.giveTo(1);
    expect([rig.handedBack, rig.next]).to.deep.equal([[2], null]);
    rig.give(3);
    rig.offer(offerOf([{ index: 3, epoch: 2 }]));
    const renamed = rig.effects.find((effect) => effect.kind === 'next')?.next;
    expect(renamed?.attempt).to.deep.equal({ task: taskId(JOB, 3), epoch: 2 });
    rig.step({ kind: 'leave' });
    expect([rig.handedBack, rig.next]).to.deep.equal([[3], null]);
  });

  it('should name none that can never be a command', () => {
    const rig = new Rig(resources(1));
    const work = workOf({ argv: Array<string>(300).fill('{}') });
    rig.give(0);
    rig.offer(offerOf([{ index: 1, item: 'x'.repeat(60_000) }], { work }));
    expect(rig.next ?? null).to.equal(null);
    rig.end(0);
    expect(rig.results).to.deep.equal(['0: succeeded', '1: failed']);
  });

  it('should not believe a runner that starts what was taken back', () => {
    const rig = new Rig(resources(1));
    rig.give(0, 1, 2);
    rig.revoke({ index: 1, epoch: 1 });
    expect(() => rig.endWithFollower(0, 1)).to.throw(Bug, 'follows in place of');
  });
});
