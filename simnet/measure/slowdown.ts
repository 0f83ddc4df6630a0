/** Feitelson and Rudolph's bound: without it the slowdown of a task of next to no length says nothing. */
const LEAST_MS = 10;

/** Response over run time, at least 1. */
export function boundedSlowdown(responseMs: number, runMs: number): number {
  return Math.max(1, responseMs / Math.max(LEAST_MS, runMs));
}
