import type { Mutant } from './mutant.js';

/** In what a survivor does alone, and in how that is healed. */
export const DEGRADED_MUTANTS: readonly Mutant[] = [
  {
    name: 'alone-under-any-ballot',
    file: 'src/tasks/replication/survivor.ts',
    find: 'const isFresh = before !== undefined && promised?.node === this.#self && promised.n > before;',
    replace: 'const isFresh = promised?.node === this.#self && promised.n > 0 * (before ?? 0);',
    breaks: 'no two openings give out the same epochs',
  },
  {
    name: 'alone-beside-a-majority',
    file: 'src/tasks/replication/survivor.ts',
    find: 'return isOwn && this.#setFor(id) !== undefined && !this.#degraded.hasMajority(set);',
    replace: 'return isOwn && this.#setFor(id) === set;',
    breaks: 'nobody goes on alone for longer than the others are away',
  },
  {
    name: 'provisional-not-held',
    file: 'src/tasks/replication/healing.ts',
    find: 'if (this.provisionals.size === 0) return [];',
    replace: 'if (this.provisionals.size >= 0) return [];',
    breaks: 'what has ended alone does not run again when it is healed',
  },
  {
    name: 'provisional-not-proposed',
    file: 'src/tasks/replication/healing.ts',
    find: 'if (this.#proposed.size >= PROPOSED_MAX) break;',
    replace: 'if (this.#proposed.size >= 0 * PROPOSED_MAX) break;',
    breaks: 'what came of it alone is told to a majority',
  },
  {
    name: 'provisional-forgotten-at-restart',
    file: 'src/tasks/replication/survivor.ts',
    find: 'this.#provisionals.restore(puts);',
    replace: 'this.#provisionals.restore(puts.slice(0, 0));',
    breaks: 'what a survivor has recorded outlives its restart',
  },
];
