import { expect } from 'chai';
import { addResources, shortage } from '../../../src/kernel/resources.js';
import { Prng } from '../../../src/kernel/prng.js';
import type { DisciplineName } from '../../../src/kernel/disciplines.js';
import type { Place, Scene } from '../../../src/executor/queue/discipline.js';
import { DISCIPLINES } from '../../../src/executor/queue/disciplines.js';
import { TaskQueue } from '../../../src/executor/queue/task-queue.js';
import { assignmentOf, resources, workOf } from '../support.js';

const CPUS = 16;

interface Job {
  readonly cpus: number;
  readonly ms: number;
}

/** All wait from the beginning, as where more comes than can be done. */
function trace(widths: readonly number[], tasks: number, seed: number): Job[] {
  const prng = new Prng(seed);
  return Array.from({ length: tasks }, () => {
    return { cpus: prng.pick(widths)!, ms: Math.ceil(-1_000 * Math.log(1 - prng.float())) };
  });
}

/** One node runs a trace; the duration of each task is known. Returns the part of its CPUs that was busy until the last task started. */
function utilisation(discipline: DisciplineName, jobs: readonly Job[]): { busy: number; delayed: number } {
  const queue = new TaskQueue(DISCIPLINES[discipline]);
  jobs.forEach(({ cpus, ms }, i) =>
    queue.push(assignmentOf(i, { estimateMs: ms, work: workOf({ needs: resources(cpus) }) }), { monoMs: 0, wallMs: 0 }),
  );
  const places = new Map<number, Place>();
  let free = resources(CPUS);
  const scene: Scene = {
    get free() {
      return free;
    },
    canStart: (needs) => shortage(needs, free) === undefined,
    places: () => places.values(),
  };
  let [nowMs, work, delayed] = [0, 0, 0];
  const promised = new Map<number, number>();
  while (queue.size > 0) {
    const now = { monoMs: nowMs, wallMs: 0 };
    for (let next = queue.next(scene, now); next; next = queue.next(scene, now)) {
      queue.begin(next.id);
      places.set(next.index, { assignment: next, sinceMs: nowMs });
      free = addResources(free, next.work.needs, -1);
      work += next.work.needs.cpus * next.estimateMs;
      if (nowMs > (promised.get(next.index) ?? Infinity)) delayed += 1;
    }
    const head = queue.head();
    const ends = [...places.values()].map(({ assignment, sinceMs }) => ({
      index: assignment.index,
      atMs: sinceMs + assignment.estimateMs,
      cpus: assignment.work.needs.cpus,
    }));
    ends.sort((a, b) => a.atMs - b.atMs);
    if (head && !promised.has(head.index)) {
      let room = free.cpus;
      const last = ends.find(({ cpus }) => (room += cpus) >= head.work.needs.cpus);
      promised.set(head.index, last!.atMs);
    }
    if (queue.size === 0) break;
    const { index, atMs } = ends[0]!;
    const { assignment } = places.get(index)!;
    places.delete(index);
    free = addResources(free, assignment.work.needs);
    nowMs = atMs;
  }
  const over = [...places.values()].reduce(
    (sum, { assignment, sinceMs }) => sum + assignment.work.needs.cpus * (sinceMs + assignment.estimateMs - nowMs),
    0,
  );
  return { busy: (work - over) / (CPUS * nowMs), delayed };
}

describe('Backfilling of tasks of many widths', () => {
  for (const [widths, least] of [
    [[1, 2, 4, 8, 12, 16], 1.2],
    [[1, 2, 4, 8, 16], 1.2],
    [[1, 8, 16], 1.2],
    // Where none is wide first in, first out leaves too little idle: nothing could be a fifth better.
    [[1, 2, 4], 1.04],
  ] as const) {
    it(`should use a node ${least} times as well as first in, first out, and never delay the head: ${widths.join()}`, () => {
      const jobs = trace(widths, 1_000, 1);
      const [fifo, backfill] = [utilisation('fifo', jobs), utilisation('backfill', jobs)];
      expect(backfill.busy / fifo.busy).to.be.at.least(least);
      expect(backfill.busy, 'of what is there').to.be.at.least(0.97);
      expect(backfill.delayed).to.equal(0);
    });
  }
});
