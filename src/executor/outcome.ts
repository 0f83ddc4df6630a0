import type { Now } from '../kernel/time.js';
import { formatDuration } from '../kernel/units.js';
import type { Outcome } from './assignment.js';
import type { AttemptEnd } from './runner.js';

/** Why an attempt is being ended from here. `stale`: its coordinator has started a later one. */
export type Ending = 'cancelled' | 'timed-out' | 'leaving' | 'stale';

/** A reason travels and is stored with its task. */
const REASON_MAX = 900;

/** What a coordinator is told of an attempt that has ended. */
export function outcomeOf(end: AttemptEnd, ending: Ending | undefined, timeoutMs: number | undefined): Outcome {
  const { exitCode, result, startedAtMs, finishedAtMs, stdoutTail, stderrTail, stdoutBytes, stderrBytes } = end;
  const facts = {
    ...{ startedAtMs, finishedAtMs, stdoutTail, stderrTail, stdoutBytes, stderrBytes },
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(result === undefined ? {} : { result }),
  };
  switch (ending) {
    case 'cancelled':
    case 'stale':
      return { ...facts, how: exitCode === 0 ? 'succeeded' : 'cancelled' };
    case 'timed-out':
      return { ...facts, how: 'timed-out', reason: `ran longer than ${formatDuration(timeoutMs ?? 0)}` };
    case 'leaving':
      if (exitCode !== 0) return { ...facts, how: 'lost', reason: 'its node left while it ran' };
      return { ...facts, how: 'succeeded' };
    case undefined:
      if (end.failure !== undefined) {
        return { ...facts, how: end.lost ? 'lost' : 'failed', reason: end.failure.slice(0, REASON_MAX) };
      }
      return { ...facts, how: exitCode === 0 ? 'succeeded' : 'failed' };
  }
}

/** What a coordinator is told of an attempt that came to its end here before it was started. */
export function unstarted(how: 'cancelled' | 'failed', { wallMs }: Now, reason?: string): Outcome {
  const nothing = new Uint8Array(0);
  const output = { stdoutTail: nothing, stderrTail: nothing, stdoutBytes: 0, stderrBytes: 0 };
  return { how, finishedAtMs: wallMs, ...(reason === undefined ? {} : { reason }), ...output };
}
