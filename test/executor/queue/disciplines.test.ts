import { expect } from 'chai';
import type { Work } from '../../../src/executor/assignment.js';
import type { DisciplineName } from '../../../src/kernel/disciplines.js';
import { jobId } from '../../../src/kernel/ids.js';
import { offerOf, resources, Rig, workOf } from '../support.js';

/** A node of one slot that runs task 0; then these are offered, one after the other, as jobs of their own. */
function order(discipline: DisciplineName, offers: readonly { index: number; work?: Partial<Work> }[]): number[] {
  const rig = new Rig(resources(1), { discipline });
  rig.give(0);
  for (const { index, work } of offers) {
    rig.offer(offerOf([{ index }], { work: workOf(work), job: jobId(`job${index}`) }));
    rig.monoMs += 1_000;
  }
  rig.end(0);
  return Array.from(offers, () => {
    const running = rig.started[0]!;
    rig.end(running, {}, 1, jobId(`job${running}`));
    return running;
  });
}

describe('An executor', () => {
  it('should start first what came first', () => {
    expect(order('fifo', [{ index: 1, work: { priority: -5 } }, { index: 2 }, { index: 3 }])).to.deep.equal([1, 2, 3]);
  });

  it('should start first what has the highest priority', () => {
    const offers = [{ index: 1, work: { priority: -5 } }, { index: 2 }, { index: 3, work: { priority: 100 } }];
    expect(order('priority', offers)).to.deep.equal([3, 2, 1]);
  });

  it('should give way no longer to a priority that is higher by one than ten seconds', () => {
    const behind = Array.from({ length: 12 }, (_, i) => ({ index: 2 + i, work: { priority: 1 } }));
    const started = order('priority', [{ index: 1 }, ...behind]);
    expect(started).to.deep.equal([2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 11, 12, 13]);
  });

  it('should learn how long tasks take, and start the shortest first', () => {
    const rig = new Rig(resources(1), { discipline: 'sjf' });
    const take = (index: number, name: string, ms: number) => {
      rig.offer(offerOf([{ index }], { work: workOf({ name }) }));
      rig.monoMs += ms;
      rig.end(index);
      rig.record(index);
    };
    take(0, 'long', 900);
    take(1, 'short', 10);
    rig.give(2);
    for (const [index, name] of ['long', 'short', 'new', 'short'].entries()) {
      rig.offer(offerOf([{ index: 3 + index }], { work: workOf({ name }) }));
    }
    const started = [2, 5, 4, 6].map((index) => {
      rig.end(index);
      return rig.started[0];
    });
    expect(started).to.deep.equal([5, 4, 6, 3]);
  });

  it('should serve jobs in turn under shares, and by their weight', () => {
    const tasks = (from: number, n: number) => Array.from({ length: n }, (_, i) => ({ index: from + i }));
    for (const [discipline, started] of [
      ['fair-share', [1, 21, 2, 22, 3, 23, 4, 24, 5, 6, 7, 8]],
      ['weighted-share', [1, 21, 22, 2, 23, 24, 3, 4, 5, 6, 7, 8]],
    ] as const) {
      const rig = new Rig(resources(1), { discipline });
      rig.give(0);
      const [one, other] = [jobId('one0'), jobId('other')];
      rig.offer(offerOf(tasks(1, 8), { job: one }));
      rig.offer(offerOf(tasks(21, 4), { job: other, work: workOf({ priority: 10 }) }));
      rig.end(0);
      const seen = [rig.started[0]!];
      while (seen.length < 12) {
        const last = seen.at(-1)!;
        rig.end(last, {}, 1, last > 20 ? other : one);
        seen.push(rig.started[0]!);
      }
      expect(seen, discipline).to.deep.equal(started);
    }
  });

  it('should let a short task pass a wide one that must wait, under backfill alone', () => {
    for (const [discipline, started] of [
      ['fifo', []],
      ['backfill', [3]],
    ] as const) {
      const rig = new Rig(resources(2), { discipline });
      rig.offer(offerOf([{ index: 0 }], { work: workOf({ name: 'long' }) }));
      rig.monoMs += 10_000;
      rig.end(0);
      rig.offer(offerOf([{ index: 1 }], { work: workOf({ name: 'long' }) }));
      rig.offer(offerOf([{ index: 2 }], { work: workOf({ name: 'wide', needs: resources(2) }) }));
      expect(rig.started).to.deep.equal([]);
      rig.offer(offerOf([{ index: 3 }], { work: workOf({ name: 'short', timeoutMs: 9_000 }) }));
      expect(rig.started, discipline).to.deep.equal(started);
      expect(rig.executor.queued).to.equal(2 - started.length);
    }
  });
});
