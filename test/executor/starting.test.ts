import { expect } from 'chai';
import type { Work } from '../../src/executor/assignment.js';
import { JOB, endOf, indexOf, offerOf, resources, Rig, workOf } from './support.js';
import { jobId, taskId } from '../../src/kernel/ids.js';

const FUNCTION = { module: '/m.mjs', export: 'default', input: 'index' as const };
const called = (more: Partial<Work> = {}) => workOf({ name: 'call', argv: [], function: FUNCTION, ...more });
const tasks = (count: number, from = 0) => Array.from({ length: count }, (_, i) => ({ index: from + i }));

/** The indexes of what the latest call started together. */
const together = (rig: Rig) =>
  rig.effects.flatMap((effect) =>
    effect.kind === 'start-together' ? [effect.starts.map(({ attempt }) => indexOf(attempt.task))] : [],
  );

/** Tasks of that name are known to take so long, one of them after the other. */
function learnt(rig: Rig, ms: number, work = called()): void {
  rig.offer(offerOf([{ index: 999 }], { work }));
  rig.end(999, { startedAtMs: 100, finishedAtMs: 100 + ms });
  rig.record(999);
}

/** All of them have ended. */
function endAll(rig: Rig, indexes: readonly number[], more = {}): void {
  const ends = indexes.map((index) => ({ attempt: { task: taskId(JOB, index), epoch: 1 }, end: endOf(more) }));
  rig.step({ kind: 'ended-together', ends });
}

describe('An executor that starts short calls together', () => {
  it('should start them one by one while nothing is known of them', () => {
    const rig = new Rig(resources(2));
    rig.offer(offerOf(tasks(5), { work: called() }));
    expect([rig.started, together(rig), rig.executor.queued]).to.deep.equal([[0, 1], [], 3]);
  });

  it('should give each place a fair part of those that wait, which hold that place together', () => {
    const rig = new Rig(resources(2));
    learnt(rig, 0.5);
    rig.offer(offerOf(tasks(2, 50), { work: called() }));
    rig.offer(offerOf(tasks(10), { work: called() }));
    endAll(rig, [50, 51]);
    expect(together(rig)).to.deep.equal([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
    ]);
    const told = rig.effects.flatMap((effect) => (effect.kind === 'started' ? effect.tasks : []));
    expect(told.map(({ index }) => index)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([rig.executor.running, rig.executor.free.cpus]).to.deep.equal([10, 0]);
    endAll(rig, [0, 1, 2, 3]);
    expect(rig.executor.free.cpus, 'one of them runs').to.equal(0);
    endAll(rig, [4, 5]);
    expect([rig.executor.running, rig.executor.free.cpus]).to.deep.equal([4, 1]);
    endAll(rig, [6, 7, 8, 9]);
    expect([rig.executor.running, rig.executor.free.cpus, rig.executor.workMs]).to.deep.equal([0, 2, 0]);
  });

  it('should start no more together than take some milliseconds', () => {
    for (const [ms, size] of [
      [0, 64],
      [0.5, 8],
      [1, 4],
    ] as const) {
      const rig = new Rig(resources(1));
      learnt(rig, ms);
      rig.offer(offerOf([{ index: 998 }], { work: called() }));
      rig.offer(offerOf(tasks(100), { work: called() }));
      endAll(rig, [998], { startedAtMs: 0, finishedAtMs: ms });
      expect(together(rig).map(({ length }) => length)).to.deep.equal([size]);
    }
  });

  const alone: [what: string, ms: number, work: Partial<Work>][] = [
    ['calls that take longer', 1.5, {}],
    ['calls that may soon time out', 0.1, { timeoutMs: 999 }],
    ['calls that must ask first', 0.1, { contract: 'at-most-once' }],
    ['commands', 0.1, { function: undefined, argv: ['true'] }],
  ];
  for (const [what, ms, more] of alone) {
    it(`should not do so with ${what}`, () => {
      const rig = new Rig(resources(2));
      learnt(rig, ms);
      rig.offer(offerOf(tasks(10), { work: called(more) }));
      endAll(rig, [0]);
      expect(together(rig)).to.deep.equal([]);
    });
  }

  it('should not mix jobs', () => {
    const rig = new Rig(resources(1));
    learnt(rig, 0);
    rig.offer(offerOf([{ index: 0 }], { work: called() }));
    rig.offer(offerOf(tasks(2, 1), { work: called() }));
    rig.offer(offerOf(tasks(2, 1), { work: called(), job: jobId('others') }));
    endAll(rig, [0]);
    expect(together(rig)).to.deep.equal([[1, 2]]);
  });

  it('should hand back what had to wait behind a long one, and end what is cancelled there', () => {
    const rig = new Rig(resources(1));
    learnt(rig, 0);
    rig.offer(offerOf([{ index: 0 }], { work: called() }));
    rig.offer(offerOf(tasks(3, 1), { work: called() }));
    endAll(rig, [0]);
    expect(together(rig)).to.deep.equal([[1, 2, 3]]);
    rig.revoke({ index: 3, epoch: 1 });
    expect(rig.signals).to.deep.equal(['term 3']);
    endAll(rig, [2, 3], { exitCode: undefined, failure: 'it waited', isUnbegun: true });
    expect([rig.handedBack, rig.results]).to.deep.equal([[2], ['3: cancelled']]);
    expect(rig.executor.running).to.equal(1);
  });
});
