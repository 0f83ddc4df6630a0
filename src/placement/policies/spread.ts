import { least, usedShare, type Policy } from './policy.js';

/** The node with the greatest part of its CPUs free, as `LeastAllocated` of the Kubernetes scheduler. */
export const SPREAD: Policy = {
  looksAtLoad: true,
  pick: (field) => least(field, (place) => usedShare(place, field.cpus)),
};
