import type { JobId } from '../../src/kernel/ids.js';
import type { TaskRange } from '../../src/tasks/range.js';
import type { ClientLog, Submitted } from '../history/log.js';

/** For each accepted job a submission of it that was. */
export function acceptedJobs({ submissions }: ClientLog): ReadonlyMap<JobId, Submitted> {
  const jobs = new Map<JobId, Submitted>();
  for (const submission of submissions) if (submission.outcome === 'ok') jobs.set(submission.job, submission);
  return jobs;
}

export function indexesOf({ first, step, count }: TaskRange): number[] {
  return Array.from({ length: count }, (_, i) => first + i * step);
}
