import type { JobLimits, JobRecord } from './job-record.js';
import type { JobInfo } from './queries.js';
import type { JobSpec } from './spec.js';
import { withTerms, type LimitsInfo } from './terms.js';

interface Limited {
  readonly record: Pick<JobRecord, 'createdAtMs' | 'retry'>;
  readonly spec: JobSpec;
  readonly limits: JobLimits | undefined;
}

/** Undefined where it has none. */
export function limitsInfo(job: Limited): LimitsInfo | undefined {
  const { timeoutMs, priority = 0, retries, retryOn, maxParallel } = withTerms(job.spec, job.limits?.terms);
  const { maxFails = job.spec.maxFails } = job.limits ?? {};
  const notAfterMs = dueOf(job);
  const info = {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(priority === 0 ? {} : { priority }),
    ...(retries === 0 ? {} : { retries }),
    ...(retryOn === undefined ? {} : { retryOn }),
    ...(maxParallel === undefined ? {} : { maxParallel }),
    ...(maxFails === undefined ? {} : { maxFails }),
    ...(notAfterMs === Infinity || job.spec.schedule ? {} : { notAfterMs }),
  };
  return Object.keys(info).length > 0 ? info : undefined;
}

/** By when a job is to have ended, on the wall clock; Infinity: whenever. */
export function dueOf({ record: { retry, createdAtMs }, spec, limits }: Limited): number {
  if (limits?.notAfterMs !== undefined) return limits.notAfterMs;
  return retry ? Infinity : submittedDueMs(spec, createdAtMs);
}

/** The same when it was submitted. */
export function submittedDueMs(
  { deadlineMs = Infinity, notAfterMs = Infinity }: Pick<JobSpec, 'deadlineMs' | 'notAfterMs'>,
  createdAtMs: number,
): number {
  return Math.min(createdAtMs + deadlineMs, notAfterMs);
}

/** How nodes are chosen for its tasks. */
export function placingOf({ policy, perNode }: JobSpec): Pick<JobInfo, 'policy' | 'perNode'> {
  return { ...(policy === undefined ? {} : { policy }), ...(perNode === true ? { perNode } : {}) };
}
