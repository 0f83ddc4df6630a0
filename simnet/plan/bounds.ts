import { known } from '../../src/kernel/assert.js';
import { kindsOf, shortestMs, type Batch } from './batch.js';

/** What no plan can beat, each for a reason of its own. */
export interface Bounds {
  /** All work on all CPUs, by their speeds. */
  readonly workMs: number;
  /** The longest task where it runs the fastest. */
  readonly longestMs: number;
  /** The longest chain of tasks that wait for each other, each where it runs the fastest, all data at hand. */
  readonly pathMs: number;
  /** The greatest of these. */
  readonly makespanMs: number;
  /** Of the mean time from the beginning to a task's end. */
  readonly flowMs: number;
}

export function boundsOf(batch: Batch): Bounds {
  const { tasks } = batch;
  const kinds = kindsOf(batch.machines).map(({ machine }) => machine);
  const leastMs = tasks.map((task) => shortestMs(task, kinds));
  const power = batch.machines.reduce((sum, { cpus, speed }) => sum + cpus * speed, 0);
  const work = tasks.reduce((sum, { durationMs, cpus }) => sum + durationMs * cpus, 0);
  const endsMs = chainsOf(batch, leastMs);
  const [workMs, longestMs, pathMs] = [work / power, greatest(leastMs), greatest(endsMs)];
  return {
    workMs,
    longestMs,
    pathMs,
    makespanMs: Math.max(workMs, longestMs, pathMs),
    flowMs: Math.max(meanOf(endsMs), leastFlowMs(batch)),
  };
}

/** When each task could end at the earliest, had it everything at hand. */
function chainsOf({ tasks }: Batch, leastMs: readonly number[]): number[] {
  const endsMs: number[] = [];
  tasks.forEach(({ after }, i) => {
    const readyMs = after.reduce((latest, { task }) => Math.max(latest, endsMs[task] ?? 0), 0);
    endsMs.push(readyMs + known(leastMs[i], `the time of task ${i}`));
  });
  return endsMs;
}

/**
 * The least mean flow time of tasks that wait for nothing and take one CPU each (Horowitz and Sahni 1976): the last task of a CPU counts
 * once, the one before it twice; the longest task gets the least of these weights, each divided by the CPU's speed. What waits, or
 * takes several CPUs, can only be later.
 */
function leastFlowMs({ tasks, machines }: Batch): number {
  const kinds = kindsOf(machines).map(({ machine, count }) => ({
    speed: machine.speed,
    lanes: count * machine.cpus,
    depth: 1,
    used: 0,
  }));
  let sumMs = 0;
  for (const longMs of tasks.map(({ durationMs }) => durationMs).sort((a, b) => b - a)) {
    const kind = kinds.reduce((best, one) => (one.depth / one.speed < best.depth / best.speed ? one : best));
    sumMs += (longMs * kind.depth) / kind.speed;
    kind.used += 1;
    if (kind.used % kind.lanes === 0) kind.depth += 1;
  }
  return sumMs / tasks.length;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
