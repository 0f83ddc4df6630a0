import { expect } from 'chai';
import fc from 'fast-check';
import { addResources, shortage } from '../../../src/kernel/resources.js';
import type { Work } from '../../../src/executor/assignment.js';
import type { Place, Scene } from '../../../src/executor/queue/discipline.js';
import { DISCIPLINES } from '../../../src/executor/queue/disciplines.js';
import { TaskQueue } from '../../../src/executor/queue/task-queue.js';
import { assignmentOf, offerOf, resources, Rig, workOf } from '../support.js';

const NOW = { monoMs: 10_000, wallMs: 0 };
const CAPACITY = resources(4);

interface Runs {
  readonly cpus: number;
  readonly ranMs: number;
  readonly estimateMs: number;
  readonly attempt?: number;
  readonly contract?: Work['contract'];
}

function placeOf({ cpus, ranMs, contract = 'at-least-once', ...rest }: Runs, index: number): Place {
  const work = workOf({ needs: resources(cpus), contract });
  return { assignment: assignmentOf(100 + index, { work, ...rest }), sinceMs: NOW.monoMs - ranMs };
}

function stopped(places: readonly Place[], cpus: number, estimateMs: number): readonly Place[] {
  const free = places.reduce((left, { assignment }) => addResources(left, assignment.work.needs, -1), CAPACITY);
  const scene: Scene = { free, canStart: (needs) => shortage(needs, free) === undefined, places: () => places };
  const queue = new TaskQueue(DISCIPLINES.srtf);
  queue.push(assignmentOf(1, { work: workOf({ needs: resources(cpus) }), estimateMs }), NOW);
  return queue.preempted(scene, NOW);
}

const leftMs = ({ assignment, sinceMs }: Place) => assignment.estimateMs - (NOW.monoMs - sinceMs);
const one = fc.record({ cpus: fc.integer({ min: 1, max: 2 }), ranMs: fc.nat(300), estimateMs: fc.nat(3_000) });

describe('The shortest remaining time first', () => {
  it('should stop what fits the head, no more, where that gains more time than it loses', () => {
    let times = 0;
    fc.assert(
      fc.property(fc.array(one, { maxLength: 3 }), fc.constantFrom(1, 2, 3, 4), fc.nat(900), (runs, cpus, ms) => {
        const used = runs.reduce((sum, run) => sum + run.cpus, 0);
        fc.pre(used <= 4);
        const places = runs.map(placeOf);
        const chosen = stopped(places, cpus, ms);
        if (chosen.length === 0) return;
        times += 1;
        const sizes = chosen.map(({ assignment }) => assignment.work.needs.cpus);
        const freed = sizes.reduce((sum, size) => sum + size, 4 - used);
        expect(freed).to.be.at.least(cpus);
        for (const size of sizes) expect(freed - size, 'one is stopped for nothing').to.be.below(cpus);
        const lostMs = chosen.reduce((sum, { sinceMs }) => sum + ms + (NOW.monoMs - sinceMs), 0);
        expect(Math.min(...chosen.map(leftMs))).to.be.above(lostMs);
      }),
      { numRuns: 1_000 },
    );
    expect(times).to.be.above(50);
  });

  const worked: [what: string, runs: Runs, estimateMs: number, stops: boolean][] = [
    ['what has longer to go than the head and what it has done', { cpus: 4, ranMs: 99, estimateMs: 299 }, 100, true],
    ['what is nearly as short, counting what it has done', { cpus: 4, ranMs: 100, estimateMs: 300 }, 100, false],
    ['what runs at most once', { cpus: 4, ranMs: 0, estimateMs: 9_000, contract: 'at-most-once' }, 1, false],
    ['what has been started three times', { cpus: 4, ranMs: 0, estimateMs: 9_000, attempt: 3 }, 1, true],
    ['what has been started four times', { cpus: 4, ranMs: 0, estimateMs: 9_000, attempt: 4 }, 1, false],
    ['anything for a head of which nothing is known', { cpus: 4, ranMs: 0, estimateMs: 9_000 }, 0, false],
    ['what it knows nothing of', { cpus: 4, ranMs: 0, estimateMs: 0 }, 1, false],
  ];
  for (const [what, runs, estimateMs, stops] of worked) {
    it(`should ${stops ? '' : 'not '}stop ${what}`, () => {
      expect(stopped([placeOf(runs, 0)], 1, estimateMs)).to.have.length(stops ? 1 : 0);
    });
  }

  it('should stop nothing more while what it has stopped is ending, and hand that back once it has', () => {
    const rig = new Rig(resources(1), { discipline: 'srtf' });
    const offer = (index: number, name: string) => rig.offer(offerOf([{ index }], { work: workOf({ name }) }));
    for (const [index, name, ms] of [
      [0, 'long', 900],
      [1, 'short', 10],
    ] as const) {
      offer(index, name);
      rig.monoMs += ms;
      rig.end(index);
      rig.record(index);
    }
    offer(2, 'long');
    rig.monoMs += 50;
    offer(3, 'short');
    expect(rig.signals).to.deep.equal(['term 2']);
    offer(4, 'short');
    expect(rig.signals).to.deep.equal([]);
    rig.end(2, { exitCode: 143 });
    expect(rig.started).to.deep.equal([3]);
    expect(rig.effects.find(({ kind }) => kind === 'handback')).to.deep.include({
      tasks: [{ index: 2, epoch: 1 }],
      preempted: true,
    });
    expect(rig.results).to.deep.equal([]);
  });

  it('should tell the end of what was stopped too late', () => {
    const rig = new Rig(resources(1), { discipline: 'srtf' });
    const offer = (index: number, name: string) => rig.offer(offerOf([{ index }], { work: workOf({ name }) }));
    offer(0, 'short');
    rig.end(0);
    rig.monoMs += 1;
    rig.record(0);
    offer(1, 'long');
    rig.monoMs += 900;
    rig.end(1);
    rig.record(1);
    offer(2, 'short');
    rig.monoMs += 5;
    rig.end(2);
    offer(3, 'long');
    offer(4, 'short');
    expect(rig.signals).to.deep.equal(['term 3']);
    rig.end(3);
    expect(rig.results).to.deep.equal(['3: succeeded']);
    expect(rig.handedBack).to.deep.equal([]);
  });
});
