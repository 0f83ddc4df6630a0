import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
import { HOME, JOB, offerOf, resources, Rig, THIEF, workOf } from './support.js';

const REMEMBERED_MS = 40_000;

describe('An executor that is offered tasks', () => {
  it('should say which resource it has too little of, whatever is free', () => {
    const rig = new Rig(resources(2, { memBytes: 100, gpus: 1, custom: { licence: 1 } }));
    const refused = {
      cpus: resources(2.5),
      mem: resources(1, { memBytes: 101 }),
      gpus: resources(1, { gpus: 2 }),
      licence: resources(0, { custom: { licence: 2 } }),
      tape: resources(0, { custom: { tape: 1 } }),
    };
    Object.entries(refused).forEach(([what, needs], index) => {
      expect(rig.offer(offerOf([{ index }], { work: workOf({ needs }) }))).to.deep.equal({
        accepted: [],
        reason: `it has too little ${what}`,
      });
    });
  });

  it('should take what a free slot can start even far over its bounds, and then no more', () => {
    const rig = new Rig(resources(2), {}, { bound: () => 0, workBoundMs: () => -1 });
    expect(rig.give(0, 1, 2)).to.deep.equal({ accepted: [0, 1], reason: 'it is at its bound' });
  });

  it('should take tasks up to its bound, queued and running', () => {
    const rig = new Rig(resources(1), {}, { bound: () => 3 });
    expect(rig.give(0, 1, 2, 3, 4)).to.deep.equal({ accepted: [0, 1, 2], reason: 'it is at its bound' });
    rig.end(0);
    expect(rig.give(5, 6)).to.deep.equal({ accepted: [5], reason: 'it is at its bound' });
  });

  it('should never queue more than its queue holds', () => {
    const rig = new Rig(resources(1), { queueMax: 2 });
    expect(rig.give(0, 1, 2, 3)).to.deep.equal({ accepted: [0, 1, 2], reason: 'its queue is full' });
    expect([rig.executor.running, rig.executor.queued]).to.deep.equal([1, 2]);
  });

  it('should bound the work of what it holds, the new task in view', () => {
    const asked: number[] = [];
    const workBoundMs = (estimateMs: number) => {
      asked.push(estimateMs);
      return 1_500;
    };
    const rig = new Rig(resources(1), {}, { workBoundMs });
    rig.give(0);
    rig.monoMs += 1_000;
    rig.end(0);
    expect(rig.give(1, 2, 3)).to.deep.equal({ accepted: [1, 2], reason: 'its work is at its bound' });
    expect(asked).to.deep.equal([1_000, 1_000]);
  });

  describe('again, in words that may have been lost', () => {
    const phases: [string, (rig: Rig) => void][] = [
      ['runs', () => undefined],
      ['is being ended', (rig) => rig.revoke({ index: 0, epoch: 1 })],
      ['has ended', (rig) => rig.end(0)],
      ['is recorded', (rig) => [rig.end(0), rig.record(0)]],
    ];
    for (const [phase, bring] of phases) {
      it(`should give the same answer and start nothing while the task ${phase}`, () => {
        const rig = new Rig(resources(1));
        rig.give(0);
        bring(rig);
        rig.monoMs += REMEMBERED_MS - 1;
        expect(rig.give(0)).to.deep.equal({ accepted: [0] });
        expect(rig.effects).to.deep.equal([]);
      });
    }

    it('should stand by what it accepted after it was queued, stolen, revoked or handed back', () => {
      const rig = new Rig(resources(1));
      rig.give(0, 1, 2, 3);
      expect(rig.giveTo(1)).to.equal(1);
      rig.revoke({ index: 2, epoch: 1 });
      rig.record(2);
      rig.step({ kind: 'leave' });
      rig.end(0, { exitCode: 143 });
      expect(rig.executor.isIdle).to.equal(true);
      expect(rig.give(0, 1, 2, 3)).to.deep.equal({ accepted: [0, 1, 2, 3] });
      expect(rig.executor.isIdle).to.equal(true);
    });

    it('should stand by a refusal, though by now the task would fit', () => {
      const rig = new Rig(resources(1), {}, { bound: () => 1 });
      expect(rig.give(0, 1)).to.deep.equal({ accepted: [0], reason: 'it is at its bound' });
      rig.end(0);
      expect(rig.give(1)).to.deep.equal({
        accepted: [],
        reason: 'it has refused this attempt, or was told to drop it',
      });
      expect(rig.offer(offerOf([{ index: 1, epoch: 2 }]))).to.deep.equal({ accepted: [1] });
    });

    it('should refuse an offer that comes after the word to drop it', () => {
      const rig = new Rig(resources(1));
      expect(rig.revoke({ index: 0, epoch: 1 })).to.deep.equal([0]);
      expect(rig.give(0).accepted).to.deep.equal([]);
      expect(rig.executor.isIdle).to.equal(true);
    });

    it('should refuse an attempt earlier than the latest it knew', () => {
      const rig = new Rig(resources(1));
      rig.offer(offerOf([{ index: 0, epoch: 5 }]));
      expect(rig.offer(offerOf([{ index: 0, epoch: 4 }])).reason).to.equal('it holds a later attempt');
      rig.end(0, {}, 5);
      rig.record(0, 5);
      expect(rig.offer(offerOf([{ index: 0, epoch: 4 }])).accepted).to.deep.equal([]);
    });
  });

  describe('under a higher epoch than it holds', () => {
    it('should replace what is queued', () => {
      const rig = new Rig(resources(1));
      rig.give(0, 1);
      expect(rig.offer(offerOf([{ index: 1, epoch: 2 }]))).to.deep.equal({ accepted: [1] });
      expect(rig.executor.queued).to.equal(1);
      rig.end(0);
      expect(rig.effects.find(({ kind }) => kind === 'start')).to.deep.include({
        attempt: { task: `${JOB}/1`, epoch: 2 },
      });
      expect(rig.give(1), 'the attempt that was replaced').to.deep.equal({ accepted: [1] });
      expect(rig.effects).to.deep.equal([]);
    });

    it('should end what runs first, and refuse until its result is recorded', () => {
      const rig = new Rig(resources(2));
      rig.give(0);
      const refusal = { accepted: [], reason: 'it is ending an earlier attempt' };
      expect(rig.offer(offerOf([{ index: 0, epoch: 2 }]))).to.deep.equal(refusal);
      expect(rig.signals).to.deep.equal(['term 0']);
      rig.end(0, { exitCode: 143 });
      expect(rig.results).to.deep.equal(['0: cancelled']);
      expect(rig.offer(offerOf([{ index: 0, epoch: 3 }]))).to.deep.equal(refusal);
      rig.record(0);
      expect(rig.offer(offerOf([{ index: 0, epoch: 4 }]))).to.deep.equal({ accepted: [0] });
    });
  });

  describe('by a coordinator that restarted', () => {
    const STALE = 'the offer is older than its coordinator';

    it('should refuse what its earlier boot offered, once it has asked what is held', () => {
      const rig = new Rig(resources(1));
      rig.give(0, 1);
      const other = offerOf([{ index: 7 }], { from: THIEF });
      rig.offer(other);
      const held = rig.executor.held(HOME, 2).map(({ assignment, state }) => `${assignment.index} ${state}`);
      expect(held).to.deep.equal(['0 running', '1 queued']);
      expect(rig.give(2)).to.deep.equal({ accepted: [], reason: STALE });
      expect(rig.give(0, 1), 'what it holds already').to.deep.equal({ accepted: [0, 1] });
      expect(rig.offer(offerOf([{ index: 8 }], { from: THIEF })).accepted).to.deep.equal([8]);
      expect(rig.offer(offerOf([{ index: 3 }], { boot: 2 })).accepted).to.deep.equal([3]);
    });

    it('should refuse what its earlier boot offered, once the later has offered anything', () => {
      const rig = new Rig(resources(1));
      rig.offer(offerOf([{ index: 0 }], { boot: 2 }));
      expect(rig.give(1)).to.deep.equal({ accepted: [], reason: STALE });
      rig.executor.held(HOME, 1);
      expect(rig.give(2).reason, 'a late question of the earlier boot').to.equal(STALE);
    });

    it('should tell of results that nobody recorded as of tasks that run', () => {
      const rig = new Rig(resources(1));
      rig.give(0);
      rig.end(0);
      expect(rig.executor.held(HOME, 2).map(({ state }) => state)).to.deep.equal(['running']);
      expect(rig.executor.held(nodeId('stranger'), 2)).to.deep.equal([]);
    });
  });
});
