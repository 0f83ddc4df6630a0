import { least, relativeLoad, usedShare, type Policy } from './policy.js';

/**
 * Best fit: the fullest node on which the task can still start, as `MostAllocated` of the Kubernetes scheduler; whole nodes stay
 * free for tasks that need them, or for nobody. Where it can start nowhere the least loaded.
 */
export const BINPACK: Policy = {
  looksAtLoad: true,
  pick: (field) =>
    // Of empty nodes the first by id, for all that place.
    least(field, (place) => (field.starts(place) ? -usedShare(place, field.cpus) : relativeLoad(place)), 0),
};
