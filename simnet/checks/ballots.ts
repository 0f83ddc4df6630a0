import type { JobId } from '../../src/kernel/ids.js';
import type { History } from '../history/history.js';
import type { Finding } from './finding.js';
import { twins } from './one-job-per-key.js';

const invariant = 'ballots';

/**
 * Two coordinators of one register never both commit: no disk takes a write below what it promised, so the deposed one of two
 * rivals finds no majority; and no two have a majority under one ballot number, from which epochs are counted.
 */
export function ballots(history: History): Finding[] {
  // Of two jobs under one key, a stated limit, each set counts its own ballots.
  const isTwin = twins(history);
  return history.durables.breaches
    .filter(({ register }) => !isTwin.has(register.split('#')[0] as JobId))
    .map(({ atMs, message }) => ({ invariant, message, atMs }));
}
