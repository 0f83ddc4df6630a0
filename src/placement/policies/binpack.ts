import { leastBy, relativeLoad, usedShare } from './policy.js';

/**
 * Best fit: the fullest node on which the task can still start, as `MostAllocated` of the Kubernetes scheduler; whole nodes stay
 * free for tasks that need them, or for nobody. Where it can start nowhere the least loaded.
 */
export const BINPACK = leastBy(
  'part of its CPUs in use, below 0, where it can start at once; else tasks for each CPU',
  (field) => (place) => (field.starts(place) ? -usedShare(place, field.cpus) : relativeLoad(place)),
  // Of empty nodes the first by id, for all that place.
  0,
);
