import { anyOf, relativeLoad, TASKS_A_CPU, type Policy } from './policy.js';

/**
 * Of two random nodes the one with less load (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001):
 * nearly as even as the least loaded of all, and no crowd at one node where news of it is old.
 */
export const TWO_CHOICES: Policy = {
  looksAtLoad: true,
  measure: { what: TASKS_A_CPU, best: 'least', among: 'drawn' },
  scores: () => relativeLoad,
  pick(field) {
    const one = anyOf(field);
    const other = one && anyOf(field);
    return one && other && relativeLoad(other) < relativeLoad(one) ? other : one;
  },
};
