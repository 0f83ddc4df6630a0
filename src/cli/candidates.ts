import type { Candidate } from '../client/index.js';
import { shortNode } from './format.js';
import { table } from './table.js';

/** Nodes in the ring's order for a key, and what keeps each from being chosen. */
export function candidateTable(candidates: readonly Candidate[], full: boolean): Promise<string> {
  return table(
    ['ORDER', 'NODE', 'LOAD', 'BOUND', 'FREE', 'SPEED', 'OUT'],
    candidates.map(({ order, node, load, bound, free, speed, out }) => [
      String(order),
      shortNode(node, full),
      rounded(load),
      rounded(bound),
      rounded(free),
      rounded(speed),
      out ?? '',
    ]),
  );
}

function rounded(n: number): string {
  return Number.isInteger(n) ? String(n) : n.toFixed(2);
}
