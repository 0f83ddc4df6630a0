import { CoveyError } from '../kernel/errors.js';
import { timeOf } from './submission.js';
import type { UpdateBody } from './update-body.js';

/** @throws CoveyError `usage` where it changes nothing, or names two deadlines */
export function limitsIn({ maxFails, deadlineMs, notAfter }: UpdateBody): {
  readonly maxFails?: number;
  readonly deadlineMs?: number;
  readonly notAfterMs?: number;
} {
  if (maxFails === undefined && deadlineMs === undefined && notAfter === undefined) {
    throw new CoveyError('usage', 'there is nothing to change', 'give maxFails, deadlineMs or notAfter');
  }
  if (deadlineMs !== undefined && notAfter !== undefined) {
    throw new CoveyError('usage', 'a job has one deadline', 'give deadlineMs or notAfter');
  }
  const notAfterMs = timeOf(notAfter);
  return {
    ...(maxFails === undefined ? {} : { maxFails }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(notAfterMs === undefined ? {} : { notAfterMs }),
  };
}
