import { least, relativeLoad, type Policy } from './policy.js';

/** The node with the fewest tasks, queued or running, for each of its CPUs. */
export const LEAST_LOADED: Policy = {
  looksAtLoad: true,
  pick: (field) => least(field, relativeLoad),
};
