import { Ranked } from './ranked.js';
import { Shares } from './shares.js';

/** So much more priority doubles a job's part. */
const DOUBLING = 10;

/** Parts of CPU time by priority: a job of priority 10 gets twice what one of 0 gets, and nobody gets nothing. */
export function weightedShare(): Shares {
  return new Shares({
    flowOf: ({ job }) => job,
    weightOf: ({ work }) => 2 ** ((work.priority ?? 0) / DOUBLING),
    within: () => new Ranked(() => 0),
  });
}
