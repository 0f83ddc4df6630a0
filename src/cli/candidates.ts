import type { Candidate } from '../client/index.js';
import { shortNode } from './format.js';
import { table } from './table.js';

/** Nodes with their place on the ring from a key, and what keeps each from being chosen; with scores where there are some. */
export function candidateTable(candidates: readonly Candidate[], full: boolean): Promise<string> {
  const isScored = candidates.some(({ score }) => score !== undefined);
  return table(
    ['ORDER', 'NODE', 'LOAD', 'BOUND', 'FREE', 'SPEED', ...(isScored ? ['SCORE'] : []), 'OUT'],
    candidates.map(({ order, node, load, bound, free, speed, score, out }) => [
      String(order),
      shortNode(node, full),
      rounded(load),
      rounded(bound),
      rounded(free),
      rounded(speed),
      ...(isScored ? [score === undefined ? '' : rounded(score)] : []),
      out ?? '',
    ]),
  );
}

function rounded(n: number): string {
  return Number.isInteger(n) ? String(n) : n.toFixed(2);
}
