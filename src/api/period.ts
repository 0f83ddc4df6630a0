import { CoveyError } from '../kernel/errors.js';
import { formatDuration } from '../kernel/units.js';
import type { JobSpec } from '../tasks/spec.js';
import type { SubmitBody } from './schema.js';

/** @throws CoveyError `usage` where no node could ever keep up with it */
export function periodOf({ periodMs, runtimeMs, deadlineMs = periodMs }: SubmitBody): Partial<JobSpec> {
  if (periodMs === undefined && runtimeMs === undefined) return {};
  if (periodMs === undefined || runtimeMs === undefined || deadlineMs === undefined) {
    const missing = periodMs === undefined ? 'period' : 'runtime';
    throw new CoveyError('usage', `a periodic task has a period and a runtime, and this one has no ${missing}`);
  }
  const [limitMs, of] = periodMs <= deadlineMs ? [periodMs, 'period'] : [deadlineMs, 'deadline'];
  if (deadlineMs > periodMs) {
    const hint = 'leave the deadline out, and it is the period';
    throw new CoveyError('usage', `its deadline of ${formatDuration(deadlineMs)} is beyond its period`, hint);
  }
  if (runtimeMs <= limitMs) return { periodMs, runtimeMs };
  const what = `its runtime of ${formatDuration(runtimeMs)} is more than its ${of} of ${formatDuration(limitMs)}`;
  throw new CoveyError('usage', what, 'no node could ever keep up with it');
}
