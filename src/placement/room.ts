import type { LoadTotals } from '../membership/load.js';
import { BOUNDED_LOAD } from '../ring/bounded-load.js';

/** A queue of twice this length is filled up by no less. */
const FILL_UP = 32;

/** Work that a node may hold whatever its part is: what waits no longer than that needs no better place. Milliseconds of one CPU. */
const WORK_MIN_MS = 50;

/**
 * How many tasks a node likely takes.
 *
 * @param fits - how many could start at once
 * @param below - how many more it may hold
 */
export function roomOf(fits: number, below: number, queued: number): number {
  return Math.max(fits, isWorthAnOffer(below, queued) ? below : 0, 0);
}

/** Such tasks that could start at once, as far as CPUs go: of nothing else is it known how much is free. */
export function startable(queued: number, free: number, cpus: number): number {
  if (queued > 0) return 0;
  return cpus > 0 ? Math.max(0, Math.floor(free / cpus + 1e-9)) : Infinity;
}

/** Work of all, in milliseconds of one CPU. Tasks that wait count as those placed do. */
export function allWorkMs({ running, queued, waiting, workMs }: LoadTotals): number {
  const placed = running + queued;
  return placed === 0 ? workMs : (workMs * (placed + waiting)) / placed;
}

/**
 * The bound on load for work, in milliseconds, with room for one task more.
 *
 * @param share - the node's part of all capacity, 0..1
 */
export function workBoundMs(allMs: number, share: number, estimateMs: number): number {
  return Math.max(WORK_MIN_MS, BOUNDED_LOAD.c * (allMs + estimateMs) * share + estimateMs);
}

/** A node with a long queue is filled up in batches: an offer for each task that leaves it would cost more than the task. */
function isWorthAnOffer(room: number, queued: number): boolean {
  return 2 * room >= Math.min(queued, FILL_UP);
}
