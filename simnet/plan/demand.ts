import type { PlannedTask } from './batch.js';

/** What the search may take. */
const STEPS_MAX = 1_000_000;

/** In whole microseconds, so that nothing is lost where a deadline is just kept. */
interface Demand {
  readonly time: number;
  readonly deadline: number;
  readonly period: number;
}

/**
 * Whether one CPU can do all that is due by each deadline (Baruah, Rosier and Howell 1990): exact for tasks that may be interrupted.
 * Looked for from the end of the busy period backwards, past all deadlines that cannot matter (Zhang and Burns 2009).
 *
 * @param speed - of the CPU
 * @returns undefined where it takes too long to tell, which needs a utilisation of nearly 1
 */
export function keepsDemand(tasks: readonly PlannedTask[], speed: number): boolean | undefined {
  const demands = tasks.map(({ durationMs, deadlineMs, periodMs }): Demand => {
    return { time: micros(durationMs / speed), deadline: micros(deadlineMs), period: micros(periodMs) };
  });
  const busy = busyPeriod(demands);
  if (busy === undefined) return undefined;
  const first = Math.min(...demands.map(({ deadline }) => deadline));
  let at = lastDeadline(demands, busy + 1);
  for (let step = 0; step < STEPS_MAX; step++) {
    const due = dueBy(demands, at);
    if (due > at) return false;
    if (due <= first) return true;
    at = due < at ? due : lastDeadline(demands, at);
  }
  return undefined;
}

/** All work whose deadline is not later, all tasks released together at 0. */
function dueBy(demands: readonly Demand[], at: number): number {
  return demands.reduce((sum, { time, deadline, period }) => {
    return at < deadline ? sum : sum + (Math.floor((at - deadline) / period) + 1) * time;
  }, 0);
}

/** The last deadline before `at`; 0 where there is none. */
function lastDeadline(demands: readonly Demand[], at: number): number {
  return demands.reduce((last, { deadline, period }) => {
    return at <= deadline ? last : Math.max(last, Math.floor((at - 1 - deadline) / period) * period + deadline);
  }, 0);
}

/** When the CPU comes to rest for the first time. */
function busyPeriod(demands: readonly Demand[]): number | undefined {
  let busy = demands.reduce((sum, { time }) => sum + time, 0);
  for (let step = 0; step < STEPS_MAX && busy <= Number.MAX_SAFE_INTEGER; step++) {
    const next = demands.reduce((sum, { time, period }) => sum + Math.ceil(busy / period) * time, 0);
    if (next === busy) return busy;
    busy = next;
  }
  return undefined;
}

function micros(ms: number): number {
  return Math.round(ms * 1000);
}
