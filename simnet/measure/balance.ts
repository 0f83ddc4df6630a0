import type { Balance } from './result.js';

export interface NodeShare {
  readonly tasks: number;
  /** Slots times milliseconds. */
  readonly busyMs: number;
  readonly slots: number;
}

/** How evenly the work fell, by busy time per slot, so that large and small nodes compare. Idle flocks are balanced. */
export function balanceOf(nodes: readonly NodeShare[]): Balance {
  const perSlot = nodes.map(({ busyMs, slots }) => busyMs / slots);
  const sum = perSlot.reduce((a, b) => a + b, 0);
  const squares = perSlot.reduce((a, b) => a + b * b, 0);
  const most = perSlot.reduce((a, b) => Math.max(a, b), 0);
  return {
    tasksPerNode: nodes.map(({ tasks }) => tasks),
    busyMsPerNode: nodes.map(({ busyMs }) => busyMs),
    maxOverAverage: sum > 0 ? (most * nodes.length) / sum : 1,
    jain: jainOf(sum, squares, nodes.length),
  };
}

/** Jain, Chiu, Hawe: A Quantitative Measure of Fairness and Discrimination (DEC TR-301, 1984). */
function jainOf(sum: number, squares: number, n: number): number {
  return squares > 0 ? sum ** 2 / (n * squares) : 1;
}
