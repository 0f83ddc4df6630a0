import type { NodeId } from '../../../src/kernel/ids.js';
import type { FairWeather } from '../fair-weather.js';

/** From when a node that fails everything must get next to nothing, and what that is at most. */
const SEEN_MS = 5_000;
const PART_MAX = 0.01;
/** Breakers have tried again by then. */
const HEALED_MS = 40_000;

/**
 * A node fails all that it is given, and so is always idle: it gets no more work. Once it is well it gets its part again; and
 * where a job fails on whatever node it runs, no node is given up.
 */
export function failsAll(fair: FairWeather): void {
  const { flock, slots } = fair;
  const [, sick] = flock.ids;
  if (sick === undefined) return;
  flock.machine(sick).failsAll = true;
  const fromMs = fair.nowMs;
  const jobs = trickle(fair, 350, 20, 5);
  const part = partOf(fair, sick, fromMs + SEEN_MS);
  if (part > PART_MAX) fair.say(`${sick}, which fails everything, gets ${(100 * part).toFixed(1)} % of the work`);
  for (const job of jobs) fair.finish(job, 60_000);
  flock.machine(sick).failsAll = false;
  trickle(fair, 80, HEALED_MS / 80, 1);
  const wellMs = fair.nowMs;
  fair.finish(fair.submit('sleep 500', { tasks: 20 * slots }), 60_000);
  const again = partOf(fair, sick, wellMs);
  if (again < 0.5 / flock.size)
    fair.say(`${sick}, which is well again, gets ${(100 * again).toFixed(1)} % of the work`);
  // Who has placed nothing since may not have tried it yet.
  const before = shunnedBy(fair);
  fair.finish(fair.submit('sleep 5 1', { name: 'hopeless', tasks: 20 * slots }), 60_000);
  flock.world.run(1_000);
  const after = shunnedBy(fair);
  if (after > before) fair.say(`${after - before} times a node gets no work for what fails everywhere`);
}

/** By how many nodes others are given no work, counted for each pair. */
function shunnedBy({ flock }: FairWeather): number {
  return flock.up.reduce((sum, { core }) => sum + (core.stats()['shunned'] ?? 0), 0);
}

/** One job after the other, whose tasks are tried again where they fail. */
function trickle(fair: FairWeather, jobs: number, everyMs: number, tasks: number): string[] {
  return Array.from({ length: jobs }, () => {
    fair.flock.world.run(everyMs);
    return fair.submit('sleep 100', { retries: 20, tasks });
  });
}

/** A node's part of all attempts since then, 0..1. */
function partOf({ flock }: FairWeather, node: NodeId, sinceMs: number): number {
  const attempts = flock.history.attempts.filter(({ startMs }) => startMs >= sinceMs);
  return attempts.filter((attempt) => attempt.node === node).length / Math.max(1, attempts.length);
}
