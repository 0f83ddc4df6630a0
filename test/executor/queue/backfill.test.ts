import { expect } from 'chai';
import fc from 'fast-check';
import type { Assignment } from '../../../src/executor/assignment.js';
import { Arrivals } from '../../../src/executor/queue/arrivals.js';
import { backfill } from '../../../src/executor/queue/backfill.js';
import type { Place, Scene } from '../../../src/executor/queue/discipline.js';
import { DISCIPLINES } from '../../../src/executor/queue/disciplines.js';
import { TaskQueue } from '../../../src/executor/queue/task-queue.js';
import { addResources, shortage, type Resources } from '../../../src/kernel/resources.js';
import { assignmentOf, resources, workOf } from '../support.js';

const NOW = { monoMs: 1_000, wallMs: 0 };
const CAPACITY = resources(8, { gpus: 2 });
const needsOf = (cpus: number, gpus = 0) => resources(cpus, { gpus });

function sceneOf(places: readonly Place[]): Scene {
  const free = places.reduce((left, { assignment }) => addResources(left, assignment.work.needs, -1), CAPACITY);
  return { free, canStart: (needs) => shortage(needs, free) === undefined, places: () => places };
}

/** When the needs of the first in line are free, the places ending as estimated, and nothing else starting. */
function startMs(needs: Resources, places: readonly Place[]): number {
  const endOf = ({ assignment, sinceMs }: Place) => Math.max(NOW.monoMs, sinceMs + assignment.estimateMs);
  const times = [NOW.monoMs, ...places.map(endOf)].sort((a, b) => a - b);
  return times.find((atMs) => sceneOf(places.filter((place) => endOf(place) > atMs)).canStart(needs))!;
}

const some = fc.record({
  needs: fc
    .tuple(fc.constantFrom(0, 1, 1, 2, 2, 3, 5, 8), fc.constantFrom(0, 0, 1, 2))
    .map(([cpus, gpus]) => needsOf(cpus, gpus)),
  estimateMs: fc.constantFrom(0, 100, 200, 300, 400),
});

describe('Backfilling', () => {
  it('should let pass the first that does not delay the head, as a run of all the ends shows', () => {
    let passed = 0;
    fc.assert(
      fc.property(
        fc.array(some, { maxLength: 20, size: 'max' }),
        fc.array(some, { minLength: 1, maxLength: 6 }),
        fc.nat(300),
        (runs, waits, agoMs) => {
          const places: Place[] = [];
          for (const [index, { needs, estimateMs }] of runs.entries()) {
            if (!sceneOf(places).canStart(needs)) continue;
            const assignment = assignmentOf(100 + index, { work: workOf({ needs }), estimateMs });
            places.push({ assignment, sinceMs: NOW.monoMs - (index * agoMs) / 4 });
          }
          const scene = sceneOf(places);
          const queue = new TaskQueue(DISCIPLINES.backfill);
          const waiting = waits.map(({ needs, estimateMs }, i) =>
            assignmentOf(i, { work: workOf({ needs }), estimateMs }),
          );
          for (const one of waiting) queue.push(one, NOW);
          const [head, ...rest] = waiting as [Assignment, ...Assignment[]];
          const { needs } = head.work;
          const delays = (one: Assignment) => {
            // Of which nothing is known may run for ever.
            const assignment = { ...one, estimateMs: one.estimateMs || 1e9 };
            return startMs(needs, [...places, { assignment, sinceMs: NOW.monoMs }]) > startMs(needs, places);
          };
          const next = scene.canStart(needs)
            ? head
            : rest.find((one) => scene.canStart(one.work.needs) && !delays(one));
          if (next && next !== head) passed += 1;
          expect(queue.next(scene, NOW)?.index).to.equal(next?.index);
        },
      ),
      { numRuns: 1000 },
    );
    expect(passed).to.be.above(20);
  });

  const worked: [what: string, waits: Partial<Assignment>, passes: boolean][] = [
    ['ends before the head can start', { estimateMs: 100 }, true],
    ['is ended by its time limit before that', { work: workOf({ timeoutMs: 100 }) }, true],
    ['takes longer', { estimateMs: 101 }, false],
    ['may take as long as it likes', {}, false],
    ['needs only what the head leaves free', { work: workOf({ needs: needsOf(0, 1) }) }, true],
  ];
  for (const [what, more, passes] of worked) {
    it(`should ${passes ? '' : 'not '}let pass what ${what}`, () => {
      const scene = sceneOf([
        { assignment: assignmentOf(9, { work: workOf({ needs: needsOf(6) }), estimateMs: 300 }), sinceMs: 800 },
      ]);
      const queue = new TaskQueue(DISCIPLINES.backfill);
      queue.push(assignmentOf(0, { work: workOf({ needs: needsOf(8, 1) }) }), NOW);
      queue.push(assignmentOf(1, more), NOW);
      expect(queue.next(scene, NOW)?.index).to.equal(passes ? 1 : undefined);
    });
  }

  it('should trust no estimate that has proved too short', () => {
    const overdue = assignmentOf(9, { work: workOf({ needs: needsOf(6) }), estimateMs: 300 });
    const queue = new TaskQueue(DISCIPLINES.backfill);
    queue.push(assignmentOf(0, { work: workOf({ needs: needsOf(8) }) }), NOW);
    queue.push(assignmentOf(1, { estimateMs: 1 }), NOW);
    expect(queue.next(sceneOf([{ assignment: overdue, sinceMs: 699 }]), NOW)).to.equal(undefined);
  });

  it('should look at a hundred of those behind the head', () => {
    for (const [before, found] of [
      [99, 100],
      [100, undefined],
    ] as const) {
      const arrivals = new Arrivals();
      const discipline = backfill(arrivals);
      for (let i = 0; i <= before; i++) arrivals.push(assignmentOf(i, { work: workOf({ needs: needsOf(8) }) }));
      arrivals.push(assignmentOf(before + 1, { work: workOf({ needs: needsOf(0) }) }));
      const scene = sceneOf([{ assignment: assignmentOf(999, { estimateMs: 500 }), sinceMs: 800 }]);
      expect(discipline.pass?.(scene, NOW)?.assignment.index).to.equal(found);
    }
  });
});
