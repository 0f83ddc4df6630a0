import type { History } from '../history/history.js';
import { acceptedEnds } from './accepted-ends.js';
import { atMostOnce } from './at-most-once.js';
import { cancelledStays } from './cancelled-stays.js';
import type { Check, Finding } from './finding.js';
import { nothingLeft } from './nothing-left.js';
import { oneJobPerKey } from './one-job-per-key.js';
import { oneOutcome } from './one-outcome.js';
import { soundAnswers } from './sound-answers.js';
import { trueOutcome } from './true-outcome.js';
import { uniqueEpochs } from './unique-epochs.js';

const CHECKS: readonly Check[] = [
  acceptedEnds,
  oneOutcome,
  trueOutcome,
  uniqueEpochs,
  oneJobPerKey,
  cancelledStays,
  atMostOnce,
  soundAnswers,
  nothingLeft,
];

/** Everything that is wrong with a history. */
export function judge(history: History): Finding[] {
  return CHECKS.flatMap((check) => check(history));
}
