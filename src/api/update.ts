import { CoveyError } from '../kernel/errors.js';
import type { WishedTerms } from '../tasks/terms.js';
import { timeOf } from './submission.js';
import type { UpdateBody } from './update-body.js';

/** @throws CoveyError `usage` where it changes nothing, or names two deadlines */
export function limitsIn({ maxFails, deadlineMs, notAfter, ...terms }: UpdateBody): {
  readonly maxFails?: number;
  readonly deadlineMs?: number;
  readonly notAfterMs?: number;
  readonly terms?: WishedTerms;
} {
  const hasTerms = Object.keys(terms).length > 0;
  if (maxFails === undefined && deadlineMs === undefined && notAfter === undefined && !hasTerms) {
    const hint = 'give maxFails, deadlineMs, notAfter, timeoutMs, priority, maxParallel, retries or retryOn';
    throw new CoveyError('usage', 'there is nothing to change', hint);
  }
  if (deadlineMs !== undefined && notAfter !== undefined) {
    throw new CoveyError('usage', 'a job has one deadline', 'give deadlineMs or notAfter');
  }
  const notAfterMs = timeOf(notAfter);
  return {
    ...(maxFails === undefined ? {} : { maxFails }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(notAfterMs === undefined ? {} : { notAfterMs }),
    ...(hasTerms ? { terms } : {}),
  };
}
