import { expect } from 'chai';
import fc from 'fast-check';
import { boundsOf } from '../../../simnet/plan/bounds.js';
import { planHeft, upwardRanks } from '../../../simnet/plan/heft.js';
import { unfit } from '../../../simnet/plan/plan.js';
import { batchOf, expectValid, machinesOf, makespanOf } from './support.js';

/** Figure 2 of Topcuoglu, Hariri and Wu 2002: times of ten tasks on three machines, and edges with the times of their data. */
const TIMES = [
  [14, 16, 9],
  [13, 19, 18],
  [11, 13, 19],
  [13, 8, 17],
  [12, 13, 10],
  [13, 16, 9],
  [7, 15, 11],
  [5, 11, 14],
  [18, 12, 20],
  [21, 7, 16],
];
const EDGES: readonly (readonly [from: number, to: number, ms: number])[] = [
  [1, 2, 18],
  [1, 3, 12],
  [1, 4, 9],
  [1, 5, 11],
  [1, 6, 14],
  [2, 8, 19],
  [2, 9, 16],
  [3, 7, 23],
  [4, 8, 27],
  [4, 9, 23],
  [5, 9, 13],
  [6, 8, 15],
  [7, 10, 17],
  [8, 10, 11],
  [9, 10, 13],
];

const machines = machinesOf([1, 1, 1]).map((machine, kind) => ({ ...machine, kind }));
const paper = batchOf(
  machines,
  TIMES,
  TIMES.map((_, i) => ({
    after: EDGES.flatMap(([from, to, transferMs]) => (to === i + 1 ? [{ task: from - 1, transferMs }] : [])),
  })),
);

describe('HEFT', () => {
  it("should rank the paper's tasks as the paper does", () => {
    const published = [108, 77, 80, 80, 69, 63.333, 42.667, 35.667, 44.333, 14.667];
    upwardRanks(paper).forEach((rank, i) => expect(rank, `task ${i + 1}`).to.be.closeTo(published[i]!, 0.001));
  });

  it("should place them as the paper does, in the paper's 80", () => {
    const plan = planHeft(paper);
    expectValid(paper, plan);
    expect(makespanOf(plan)).to.equal(80);
    expect(plan.map(({ machine }) => machine + 1)).to.deep.equal([3, 1, 3, 2, 3, 2, 3, 1, 2, 2]);
    expect(plan.map(({ startMs }) => startMs)).to.deep.equal([0, 27, 9, 18, 28, 26, 38, 57, 56, 73]);
  });

  it('should be the only one that is fit for them', () => {
    expect(unfit('lpt', paper)).to.equal('tasks wait for others');
    expect(unfit('heft', paper)).to.equal(undefined);
    expect(unfit('multifit', batchOf(machines, [[1, 2, 3]]))).to.equal(
      'tasks have a time of their own on each machine',
    );
  });

  it('should keep edges, transfers and bounds, whatever the graph', () => {
    const task = fc.record({
      times: fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 20 }))),
      cpus: fc.integer({ min: 1, max: 2 }),
      after: fc.array(fc.record({ back: fc.integer({ min: 1, max: 5 }), ms: fc.integer({ min: 0, max: 30 }) }), {
        maxLength: 3,
      }),
    });
    const wide = machines.map((machine) => ({ ...machine, cpus: 2 }));
    fc.assert(
      fc.property(fc.array(task, { minLength: 1, maxLength: 20 }), (list) => {
        const batch = batchOf(
          wide,
          list.map(({ times }) => times),
          list.map(({ cpus, after }, i) => ({
            cpus,
            after: after.flatMap(({ back, ms }) => (back <= i ? [{ task: i - back, transferMs: ms }] : [])),
          })),
        );
        const plan = planHeft(batch);
        expectValid(batch, plan);
        expect(makespanOf(plan)).to.be.at.least(boundsOf(batch).makespanMs - 1e-6);
      }),
      { numRuns: 50 },
    );
  });
});
