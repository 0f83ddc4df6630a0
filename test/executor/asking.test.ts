import { expect } from 'chai';
import { nodeId, taskId } from '../../src/kernel/ids.js';
import { GRANT_MS } from '../../src/executor/asking.js';
import { HOME, JOB, offerOf, resources, Rig, workOf } from './support.js';

const NEXT = nodeId('next');

/** An executor of one CPU, and words for tasks that must ask before they start. */
class AskingRig extends Rig {
  constructor(cpus = 1) {
    super(resources(cpus));
  }

  once(index: number, epoch = 1): number[] {
    return this.offer(offerOf([{ index, epoch }], { work: workOf({ contract: 'at-most-once' }) })).accepted;
  }

  /** `index by nonce` of what the latest call asked. */
  get asked(): string[] {
    return this.effects.flatMap((effect) => {
      return effect.kind === 'ask' ? [`${effect.assignment.index} by ${effect.nonce}`] : [];
    });
  }

  answer(index: number, nonce: number, isGranted = true): void {
    this.step({ kind: 'answered', attempt: { task: taskId(JOB, index), epoch: 1 }, nonce, isGranted });
  }

  hold(ballot = 2): string[] {
    const { held, effects } = this.executor.held(NEXT, [{ job: JOB, shard: 0, ballot, set: [NEXT, HOME] }], this.now);
    this.effects = effects;
    return held.map(({ assignment, state }) => `${assignment.index} ${state}`);
  }
}

describe('an executor with a task that runs at most once', () => {
  it('should ask before it starts it, and keep its place meanwhile', () => {
    const rig = new AskingRig();
    expect(rig.once(1)).to.deep.equal([1]);
    expect(rig.asked).to.deep.equal(['1 by 1']);
    expect(rig.started).to.deep.equal([]);
    expect(rig.executor.free.cpus).to.equal(0);
    rig.give(2);
    expect(rig.started).to.deep.equal([]);
    expect([rig.executor.running, rig.executor.queued]).to.deep.equal([1, 1]);
  });

  it('should start it when that is granted', () => {
    const rig = new AskingRig();
    rig.once(1);
    rig.answer(1, 1);
    expect(rig.effects.map(({ kind }) => kind)).to.deep.equal(['disarm', 'start', 'started']);
    rig.end(1);
    expect(rig.results).to.deep.equal(['1: succeeded']);
    expect(rig.executor.free.cpus).to.equal(1);
  });

  it('should start nothing twice under one grant', () => {
    const rig = new AskingRig(2);
    rig.once(1);
    rig.answer(1, 1);
    rig.answer(1, 1);
    expect(rig.effects).to.deep.equal([]);
    rig.end(1);
    rig.answer(1, 1);
    expect(rig.effects).to.deep.equal([]);
  });

  it('should take a grant at the last moment, and discard a later one and say so', () => {
    const [inTime, tooLate] = [new AskingRig(), new AskingRig()];
    for (const rig of [inTime, tooLate]) rig.once(1);
    inTime.monoMs += GRANT_MS;
    inTime.answer(1, 1);
    expect(inTime.started).to.deep.equal([1]);
    tooLate.monoMs += GRANT_MS + 1;
    tooLate.answer(1, 1);
    expect(tooLate.started).to.deep.equal([]);
    expect(tooLate.handedBack).to.deep.equal([1]);
    expect(tooLate.executor.isIdle).to.equal(true);
  });

  it('should hand it back where no answer comes in time, and let others have its place', () => {
    const rig = new AskingRig();
    rig.once(1);
    const { effects } = rig;
    rig.give(2);
    rig.effects = effects;
    rig.fire();
    expect(rig.handedBack).to.deep.equal([1]);
    expect(rig.started).to.deep.equal([2]);
    rig.answer(1, 1);
    expect(rig.effects).to.deep.equal([]);
  });

  it('should let go of it where it is told that it may not', () => {
    const rig = new AskingRig();
    rig.once(1);
    rig.give(2);
    rig.answer(1, 1, false);
    expect(rig.started).to.deep.equal([2]);
    expect([rig.handedBack, rig.results]).to.deep.equal([[], []]);
  });

  it('should not give it to a thief once it asks', () => {
    const rig = new AskingRig();
    rig.once(1);
    rig.once(2);
    expect(rig.giveTo(5)).to.equal(1);
    expect(rig.handedBack).to.deep.equal([2]);
  });

  it('should drop it when it is called back, whatever is granted then', () => {
    const rig = new AskingRig();
    rig.once(1);
    expect(rig.revoke({ index: 1, epoch: 1 })).to.deep.equal([]);
    expect(rig.results).to.deep.equal(['1: cancelled']);
    rig.answer(1, 1);
    expect(rig.started).to.deep.equal([]);
  });

  it('should ask a new coordinator anew: a grant of the one before is void', () => {
    const rig = new AskingRig();
    rig.once(1);
    expect(rig.hold()).to.deep.equal(['1 queued']);
    expect(rig.asked).to.deep.equal(['1 by 2']);
    const [ask] = rig.effects;
    expect(ask?.kind === 'ask' && ask.assignment.coordinator).to.equal(NEXT);
    rig.answer(1, 1);
    expect(rig.effects).to.deep.equal([]);
    rig.answer(1, 2);
    expect(rig.started).to.deep.equal([1]);
    expect(rig.executor.free.cpus).to.equal(0);
  });

  it('should count the time of a new ask from its own beginning', () => {
    const rig = new AskingRig();
    rig.once(1);
    rig.monoMs += GRANT_MS - 1;
    rig.hold();
    rig.monoMs += GRANT_MS;
    rig.answer(1, 2);
    expect(rig.started).to.deep.equal([1]);
  });

  it('should hand it back when it leaves, and say that a started one was lost', () => {
    const rig = new AskingRig(2);
    rig.once(1);
    rig.once(2);
    rig.answer(1, 1);
    rig.step({ kind: 'leave' });
    expect(rig.handedBack).to.deep.equal([2]);
    rig.end(1, { exitCode: 143 });
    expect(rig.handedBack).to.deep.equal([]);
    expect(rig.results).to.deep.equal(['1: lost']);
    rig.answer(2, 2);
    expect(rig.started).to.deep.equal([]);
  });

  it('should forget the ask when a later attempt is offered', () => {
    const rig = new AskingRig();
    rig.once(1, 1);
    rig.once(1, 2);
    expect(rig.asked).to.deep.equal(['1 by 2']);
    rig.answer(1, 1);
    expect(rig.started).to.deep.equal([]);
  });
});
