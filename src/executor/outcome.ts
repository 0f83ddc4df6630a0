import type { Now } from '../kernel/time.js';
import { formatDuration } from '../kernel/units.js';
import type { Outcome } from './assignment.js';
import type { AttemptEnd } from './runner.js';

/** Why an attempt is being ended from here. `stale`: its coordinator has started a later one. */
export type Ending = 'cancelled' | 'timed-out' | 'leaving' | 'preempted' | 'stale';

/** A reason travels and is stored with its task. */
const REASON_MAX = 900;

/** What a coordinator is told of an attempt that has ended. */
export function outcomeOf(end: AttemptEnd, ending: Ending | undefined, timeoutMs: number | undefined): Outcome {
  const { exitCode, result, outputs, usage, startedAtMs, finishedAtMs } = end;
  const { stdoutTail, stderrTail, stdoutBytes, stderrBytes } = end;
  const { how, reason } = verdictOf(end, ending, timeoutMs);
  return {
    how,
    ...{ startedAtMs, finishedAtMs, stdoutTail, stderrTail, stdoutBytes, stderrBytes },
    ...(reason === undefined ? {} : { reason }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(result === undefined ? {} : { result }),
    ...(outputs === undefined ? {} : { outputs }),
    ...(usage === undefined ? {} : { usage }),
  };
}

function verdictOf(
  { exitCode, failure, lost }: AttemptEnd,
  ending: Ending | undefined,
  timeoutMs: number | undefined,
): Pick<Outcome, 'how' | 'reason'> {
  switch (ending) {
    case 'cancelled':
    case 'stale':
      return { how: exitCode === 0 ? 'succeeded' : 'cancelled' };
    case 'timed-out':
      return { how: 'timed-out', reason: `ran longer than ${formatDuration(timeoutMs ?? 0)}` };
    case 'leaving':
      return exitCode === 0 ? { how: 'succeeded' } : { how: 'lost', reason: 'its node left while it ran' };
    case 'preempted':
      return exitCode === 0 ? { how: 'succeeded' } : { how: 'lost', reason: 'it was stopped for a shorter one' };
    case undefined:
      if (failure !== undefined) return { how: lost ? 'lost' : 'failed', reason: failure.slice(0, REASON_MAX) };
      return { how: exitCode === 0 ? 'succeeded' : 'failed' };
  }
}

/** What a coordinator is told of an attempt that came to its end here before it was started. */
export function unstarted(how: 'cancelled' | 'failed', { wallMs }: Now, reason?: string): Outcome {
  const nothing = new Uint8Array(0);
  const output = { stdoutTail: nothing, stderrTail: nothing, stdoutBytes: 0, stderrBytes: 0 };
  return { how, finishedAtMs: wallMs, ...(reason === undefined ? {} : { reason }), ...output };
}
