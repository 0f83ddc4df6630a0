import { longestFirst, type Batch, type Placement } from './batch.js';
import { placeInOrder } from './list.js';
import { shortestFirst } from './shortest-first.js';

/**
 * Longest processing time first (Graham 1969): the longest task goes where it ends first, then the next. On m CPUs that are alike it
 * takes at most 4/3 - 1/(3m) times the best, for tasks of one CPU; on machines of unlike speeds less than twice as long (Gonzalez,
 * Ibarra and Sahni 1977). Tasks that take several CPUs have no such bound here.
 */
export function planLpt(batch: Batch): readonly Placement[] {
  return shortestFirst(batch, placeInOrder(batch, longestFirst(batch.tasks)));
}
