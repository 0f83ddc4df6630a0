import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
import { isBounded, POLICIES, type PolicyName } from '../../src/kernel/policies.js';
import { JOB, offerOf, resources, Rig, workOf } from './support.js';

const REMEMBERED_MS = 40_000;
/** Who coordinates after HOME. */
const NEXT = nodeId('next');

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

  it('should take tasks beyond its bounds, up to what its queue holds, where their policy regards none', () => {
    const rig = new Rig(resources(1), { queueMax: 3 }, { bound: () => 0, workBoundMs: () => -1 });
    const give = (index: number, policy: PolicyName) => rig.offer(offerOf([{ index }], { work: workOf({ policy }) }));
    expect(give(0, 'least-loaded')).to.deep.equal({ accepted: [0] });
    expect(give(1, 'least-loaded')).to.deep.equal({ accepted: [], reason: 'it is at its bound' });
    for (const [i, policy] of POLICIES.filter((name) => !isBounded(name))
      .slice(0, 3)
      .entries()) {
      expect(give(2 + i, policy), policy).to.deep.equal({ accepted: [2 + i] });
    }
    expect(give(9, 'random')).to.deep.equal({ accepted: [], reason: 'its queue is full' });
  });

  it('should never queue more than its queue holds', () => {
    const rig = new Rig(resources(1), { queueMax: 2 });
    expect(rig.give(0, 1, 2, 3)).to.deep.equal({ accepted: [0, 1, 2], reason: 'its queue is full' });
    expect([rig.executor.running, rig.executor.queued]).to.deep.equal([1, 2]);
  });

  it('should refuse what is to start at once as soon as no slot is free, however far below its bounds', () => {
    const rig = new Rig(resources(2), {}, { bound: () => 9 });
    const offer = offerOf([{ index: 0 }, { index: 1 }, { index: 2 }], { startsNow: true });
    const { accepted, reason } = rig.executor.offer(offer, { monoMs: 0, wallMs: 0 });
    expect({ accepted, reason }).to.deep.equal({ accepted: [0, 1], reason: 'it has no free slot' });
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

  describe('by a coordinator that is none any more', () => {
    const STALE = 'its shard has a later coordinator';

    it('should refuse offers of lower ballots once it has said what it holds', () => {
      const rig = new Rig(resources(1));
      rig.give(0, 1);
      expect(rig.held(2, NEXT)).to.deep.equal(['0 running', '1 queued']);
      expect(rig.give(2)).to.deep.equal({ accepted: [], reason: STALE });
      expect(rig.give(0, 1), 'what it holds already').to.deep.equal({ accepted: [0, 1] });
      expect(rig.offer(offerOf([{ index: 8 }], { shard: 1 })).accepted, 'another shard').to.deep.equal([8]);
      expect(rig.offer(offerOf([{ index: 3 }], { from: NEXT, ballot: 2 })).accepted).to.deep.equal([3]);
    });

    it('should not be taken in by a late question of an earlier one', () => {
      const rig = new Rig(resources(1));
      rig.give(5);
      rig.held(3, NEXT);
      expect(rig.held(2), 'what is held is its successor’s').to.deep.equal([]);
      const told = rig.end(5).flatMap((e) => (e.kind === 'result' ? [e.assignment.coordinator] : []));
      expect(told).to.deep.equal([NEXT]);
      expect(rig.offer(offerOf([{ index: 0 }], { ballot: 2 })).reason).to.equal(STALE);
    });

    it('should tell the later one from then on', () => {
      const rig = new Rig(resources(1));
      rig.give(0, 1);
      rig.held(2, NEXT);
      const told = rig.end(0).flatMap((e) => (e.kind === 'result' ? [e.assignment.coordinator] : []));
      expect(told).to.deep.equal([NEXT]);
      expect(rig.effects.flatMap((e) => (e.kind === 'started' ? [e.to] : []))).to.deep.equal([NEXT]);
    });

    it('should tell the later one of results that nobody recorded, as of tasks that run', () => {
      const rig = new Rig(resources(1));
      rig.give(0);
      rig.end(0);
      expect(rig.held(2, NEXT, 1), 'another shard').to.deep.equal([]);
      expect(rig.effects).to.deep.equal([]);
      expect(rig.held(2, NEXT)).to.deep.equal(['0 running']);
      expect(rig.results, 'told at once').to.deep.equal(['0: succeeded']);
      expect(rig.effects.map((e) => e.kind === 'result' && e.assignment.coordinator)).to.deep.equal([NEXT]);
      rig.record(0);
      expect(rig.held(3, NEXT)).to.deep.equal([]);
    });
  });
});
