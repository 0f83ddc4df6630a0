import type { History } from '../history/history.js';
import type { Finding } from './finding.js';

const invariant = 'ballots';

/**
 * Two coordinators of one register never both commit: no disk takes a write below what it promised, so the deposed one of two
 * rivals finds no majority; and no two have a majority under one ballot number, from which epochs are counted.
 */
export function ballots(history: History): Finding[] {
  return history.durables.breaches.map(({ atMs, message }) => ({ invariant, message, atMs }));
}
