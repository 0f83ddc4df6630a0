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
  {
    name: 'breaker-never-closes',
    file: 'src/placement/breakers.ts',
    find: '#close(node: NodeId): void {\n    this.#breakers.delete(node);',
    replace: '#close(node: NodeId): void {',
    breaks: 'a node that failed everything gets its part of the work again once it is well',
    told: 'fails-all',
  },
  {
    name: 'breaker-never-opens',
    file: 'src/placement/breakers.ts',
    find: 'this.#breakers.set(node, breaker);',
    replace: 'if (breaker.forMs < 0) this.#breakers.set(node, breaker);',
    breaks: 'a node that fails everything gets next to no work',
    told: 'fails-all',
  },
  {
    name: 'breaker-blames-the-node-for-the-task',
    file: 'src/placement/breakers.ts',
    find: 'return ends < this.config.votesMin ? 0 : ratios / nodes;',
    replace: 'return 0 * ratios * nodes;',
    breaks: 'a job that fails on every node costs no node its work',
    told: 'fails-all',
  },
];
