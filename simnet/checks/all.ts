import type { JobId } from '../../src/kernel/ids.js';
import type { History } from '../history/history.js';
import { acceptedEnds } from './accepted-ends.js';
import { ackedDurability } from './acked-durability.js';
import { atMostOnce } from './at-most-once.js';
import { ballots } from './ballots.js';
import { bounded } from './bounded.js';
import { cancelledStays } from './cancelled-stays.js';
import { durableCancels } from './durable-cancels.js';
import type { Check, Finding } from './finding.js';
import { loadBound } from './load-bound.js';
import { noInvention } from './no-invention.js';
import { oneJobPerKey, oneSetPerId, twins } from './one-job-per-key.js';
import { oneOutcome } from './one-outcome.js';
import { setsFollowWhoLeaves } from './sets-follow-who-leaves.js';
import { slots } from './slots.js';
import { staleEpochs } from './stale-epochs.js';
import { stealsConserve } from './steals-conserve.js';
import { toldItsPart } from './told-its-part.js';
import { trueOutcome } from './true-outcome.js';
import { uniqueEpochs } from './unique-epochs.js';

/** Every check, by the name of the invariant that it finds broken. */
export const CHECKS: Readonly<Record<string, Check>> = {
  'accepted-ends': acceptedEnds,
  'acked-durability': ackedDurability,
  'at-most-once': atMostOnce,
  'one-outcome': oneOutcome,
  ballots,
  'true-outcome': trueOutcome,
  'one-job-per-key': oneJobPerKey,
  'one-set-per-id': oneSetPerId,
  'sets-follow-who-leaves': setsFollowWhoLeaves,
  'no-invention': noInvention,
  'cancelled-stays': cancelledStays,
  'durable-cancels': durableCancels,
  'told-its-part': toldItsPart,
  slots,
  'unique-epochs': uniqueEpochs,
  'stale-epochs': staleEpochs,
  'load-bound': loadBound,
  'steals-conserve': stealsConserve,
  bounded,
};

/** Jobs of which no promise holds: two sets took one key, or the only disk that had it lied. */
export function excused(history: History): ReadonlySet<JobId> {
  return new Set([...twins(history), ...history.lost]);
}

/** What checks of attempts and disks find, which every flock notes whether somebody watches its clients or not. */
export function judgeAttempts(history: History): Finding[] {
  const rest = history.without(excused(history));
  return [uniqueEpochs, staleEpochs, oneOutcome, ballots, toldItsPart].flatMap((check) => check(rest));
}

/** All that is wrong with a history, in the order of time. */
export function judge(history: History): Finding[] {
  const rest = history.without(excused(history));
  return Object.values(CHECKS)
    .flatMap((check) => check(rest))
    .sort((a, b) => a.atMs - b.atMs);
}
