import { leastBy, relativeLoad, TASKS_A_CPU } from './policy.js';

/** The node with the fewest tasks, queued or running, for each of its CPUs. */
export const LEAST_LOADED = leastBy(TASKS_A_CPU, () => relativeLoad);
