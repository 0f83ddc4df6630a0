import type { History } from '../history/history.js';
import type { Recorded } from '../history/durables.js';
import type { Finding } from './finding.js';

const invariant = 'true-outcome';

/**
 * An outcome is that of an attempt which really ended so: who succeeded ended of itself with 0 under the recorded epoch on
 * the recorded node, and who failed did not; a task that ended cancelled was to be cancelled.
 */
export function trueOutcome(history: History): Finding[] {
  const cancelled = new Set<string>();
  for (const { job, index } of history.clients.cancels) cancelled.add(index === undefined ? job : `${job}/${index}`);
  return history.durables.records.flatMap((record) => {
    const wrong = wrongWith(record, history, cancelled);
    return wrong === undefined ? [] : [{ invariant, message: `${record.task} ${wrong}`, atMs: record.atMs }];
  });
}

/** Lost so often, a task fails without an end of its own. */
const CRASH_LIMIT = 5;

function wrongWith(record: Recorded, history: History, cancelled: ReadonlySet<string>): string | undefined {
  const { task, epoch, state, executor, exitCode, losses } = record;
  const attempt = history.attempt(task, epoch);
  const hasEnded = attempt?.how === 'ended' && attempt.node === executor;
  switch (state) {
    case 'succeeded':
      if (!hasEnded) return `succeeded under epoch ${epoch} on ${executor}, where no such attempt ended`;
      return attempt.exitCode === 0 ? undefined : `succeeded, but its attempt ended with ${attempt.exitCode}`;
    case 'failed':
      if (exitCode === undefined) return losses >= CRASH_LIMIT || attempt ? undefined : 'failed without an attempt';
      if (!hasEnded) return `failed under epoch ${epoch} on ${executor}, where no such attempt ended`;
      return attempt.exitCode === 0 ? 'failed, but its attempt ended with 0' : undefined;
    case 'timed-out':
      // It was told to end, and then its node stood still until the watchdog struck.
      return hasEnded || attempt?.how === 'died'
        ? undefined
        : `timed out under epoch ${epoch}, and no such attempt ended`;
    case 'cancelled':
      return cancelled.has(task) || cancelled.has(task.slice(0, task.lastIndexOf('/')))
        ? undefined
        : 'is cancelled, and nobody asked for that';
    default:
      return undefined;
  }
}
