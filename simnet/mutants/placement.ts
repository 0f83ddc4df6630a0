import type { Mutant } from './mutant.js';

/** Of where tasks go, and of stealing. */
export const PLACEMENT_MUTANTS: readonly Mutant[] = [
  {
    name: 'thief-takes-all',
    file: 'src/placement/stealing.ts',
    find: 'return Math.min(Math.ceil(waiting / 2), Math.max(0, Math.ceil(thief.free)));',
    replace: 'return waiting + 0 * thief.free;',
    breaks: 'a thief gets no more than half, and no more than it can start',
  },
  {
    name: 'thief-asks-only-once',
    file: 'src/placement/stealing.ts',
    find: 'this.#isAsking = false;\n    this.#stolen',
    replace: 'this.#stolen',
    breaks: 'an idle node finds work that waits elsewhere',
    told: 'waves',
  },
];
