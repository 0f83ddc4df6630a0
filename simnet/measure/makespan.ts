import type { Makespan } from './result.js';

export interface TimedTask {
  readonly atMs: number;
  /** On a node of speed 1. */
  readonly durationMs: number;
  readonly cpus: number;
}

export interface Capacity {
  readonly slots: number;
  /** Run time is duration divided by it. */
  readonly speed: number;
}

/**
 * How long all tasks took, and what no scheduler could beat: all work on all slots, the longest task on the fastest node,
 * and the arrival of any task plus its run time there.
 *
 * @param endMs - when the last task ended
 */
export function makespanOf(tasks: readonly TimedTask[], nodes: readonly Capacity[], endMs: number): Makespan {
  let firstMs = Infinity;
  let work = 0;
  let soonestMs = 0;
  const fastest = nodes.reduce((top, { speed }) => Math.max(top, speed), 0);
  const power = nodes.reduce((sum, { slots, speed }) => sum + slots * speed, 0);
  for (const { atMs, durationMs, cpus } of tasks) {
    firstMs = Math.min(firstMs, atMs);
    work += durationMs * cpus;
    soonestMs = Math.max(soonestMs, atMs + durationMs / fastest);
  }
  if (tasks.length === 0) return { ms: 0, lowerBoundMs: 0, ratio: 1 };
  const ms = Math.max(0, endMs - firstMs);
  const lowerBoundMs = Math.max(work / power, soonestMs - firstMs);
  return { ms, lowerBoundMs, ratio: lowerBoundMs > 0 ? ms / lowerBoundMs : 1 };
}
