import { leastBy, usedShare } from './policy.js';

/** The node with the greatest part of its CPUs free, as `LeastAllocated` of the Kubernetes scheduler. */
export const SPREAD = leastBy(
  'part of its CPUs in use',
  ({ cpus }) =>
    (place) =>
      usedShare(place, cpus),
);
