import { known } from '../../src/kernel/assert.js';
import { longestFirst, taskAt, timeOn, type Batch, type Machine, type Placement } from './batch.js';
import { boundsOf } from './bounds.js';
import { shortestFirst } from './shortest-first.js';

/** Halvings of the span between what may do and what does: each halves what remains of the search's own error. */
const STEPS = 10;
/** What sums of times may be off by. */
const TOLERANCE = 1e-9;

/**
 * MULTIFIT (Coffman, Garey and Johnson 1978): seeks by halving the least time in which first fit decreasing packs all tasks. On CPUs
 * that are alike it takes at most 13/11 + 2^-10 times the best, for tasks of one CPU (Yue 1990); where speeds are unlike, the slower ones
 * are filled first, which takes at most 1.4 times the best (Friesen and Langston 1983). Tasks that take several CPUs have no such bound.
 */
export function planMultifit(batch: Batch): readonly Placement[] {
  const order = longestFirst(batch.tasks);
  const machines = [...batch.machines.keys()].sort((a, b) => speedOf(batch, a) - speedOf(batch, b) || a - b);
  let lowMs = boundsOf(batch).makespanMs;
  let highMs = 2 * lowMs;
  let best = pack(batch, order, machines, highMs);
  while (best === undefined) {
    [lowMs, highMs] = [highMs, 2 * highMs];
    best = pack(batch, order, machines, highMs);
  }
  for (let step = 0; step < STEPS; step++) {
    const middleMs = (lowMs + highMs) / 2;
    const packed = pack(batch, order, machines, middleMs);
    if (packed === undefined) lowMs = middleMs;
    else [best, highMs] = [packed, middleMs];
  }
  return shortestFirst(batch, best);
}

/** First fit: each task on the first machine that ends it in time, there on the first CPUs that do. Undefined where one fits nowhere. */
function pack(
  batch: Batch,
  order: readonly number[],
  machines: readonly number[],
  limitMs: number,
): readonly Placement[] | undefined {
  const busyMs = batch.machines.map(({ cpus }) => new Float64Array(cpus));
  const placed = new Array<Placement>(batch.tasks.length);
  for (const task of order) {
    const { cpus } = taskAt(batch.tasks, task);
    const found = machines.find((machine) => {
      const lengthMs = timeOn(taskAt(batch.tasks, task), machineAt(batch, machine));
      const busy = known(busyMs[machine], `machine ${machine}`);
      const lanes = firstUntil(busy, limitMs * (1 + TOLERANCE) - lengthMs, cpus);
      if (lanes === undefined) return false;
      const startMs = lanes.reduce((latest, lane) => Math.max(latest, busy[lane] ?? 0), 0);
      const endMs = startMs + lengthMs;
      for (const lane of lanes) busy[lane] = endMs;
      placed[task] = { task, machine, lanes, startMs, endMs };
      return true;
    });
    if (found === undefined) return undefined;
  }
  return placed;
}

/** The first `n` CPUs that have ended by then. */
function firstUntil(busyMs: Float64Array, untilMs: number, n: number): number[] | undefined {
  const lanes: number[] = [];
  for (let lane = 0; lane < busyMs.length && lanes.length < n; lane++) {
    if ((busyMs[lane] ?? 0) <= untilMs) lanes.push(lane);
  }
  return lanes.length === n ? lanes : undefined;
}

function machineAt({ machines }: Batch, place: number): Machine {
  return known(machines[place], `machine ${place} of ${machines.length}`);
}

function speedOf(batch: Batch, place: number): number {
  return machineAt(batch, place).speed;
}
