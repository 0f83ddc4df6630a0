import { expect } from 'chai';
import { HOME, JOB, offerOf, resources, Rig, SET, THIEF, workOf } from './support.js';

describe('An executor that gives tasks away', () => {
  it('should give the newest queued, in the order they came, to their coordinator for the thief', () => {
    const rig = new Rig(resources(1));
    rig.give(0, 1, 2, 3, 4);
    expect(rig.giveTo(2)).to.equal(2);
    expect(rig.effects).to.deep.equal([
      {
        kind: 'handback',
        to: HOME,
        set: SET,
        job: JOB,
        shard: 0,
        tasks: [3, 4].map((index) => ({ index, epoch: 1 })),
        thief: THIEF,
      },
    ]);
    expect(rig.executor.queued).to.equal(2);
  });

  it('should give nothing that runs, and no more than there is', () => {
    const rig = new Rig(resources(2));
    rig.give(0, 1, 2);
    expect(rig.giveTo(10)).to.equal(1);
    expect(rig.handedBack).to.deep.equal([2]);
    expect(rig.giveTo(10)).to.equal(0);
    expect(rig.giveTo(0)).to.equal(0);
    expect(rig.executor.running).to.equal(2);
  });

  it('should pass over tasks that may not be taken', () => {
    const rig = new Rig(resources(1));
    rig.offer(offerOf([{ index: 0 }, { index: 1, steals: 1 }, { index: 2, steals: 5 }, { index: 3, steals: 5 }]));
    expect(rig.giveTo(2, ({ steals }) => steals < 5)).to.equal(1);
    expect(rig.handedBack).to.deep.equal([1]);
  });

  it('should start what stood behind a large task that was given away', () => {
    const rig = new Rig(resources(2));
    rig.give(0);
    rig.offer(offerOf([{ index: 1 }], { work: workOf({ needs: resources(2) }) }));
    rig.offer(offerOf([{ index: 2, steals: 5 }]));
    expect(rig.executor.queued).to.equal(2);
    expect(rig.giveTo(1, ({ steals }) => steals < 5)).to.equal(1);
    expect(rig.handedBack).to.deep.equal([1]);
    expect(rig.started).to.deep.equal([2]);
  });

  it('should tell each coordinator of its own tasks only', () => {
    const rig = new Rig(resources(1));
    rig.give(0, 1);
    rig.offer(offerOf([{ index: 0 }], { from: THIEF, job: `${JOB}2` }));
    rig.giveTo(2);
    const told = rig.effects.flatMap((e) => (e.kind === 'handback' ? [`${e.to} ${e.job} ${e.tasks[0]!.index}`] : []));
    expect(told).to.deep.equal([`${HOME} ${JOB} 1`, `${THIEF} ${JOB}2 0`]);
  });
});
