import type { JobId } from '../../src/kernel/ids.js';
import { partsOf, type History } from '../history/history.js';
import type { Submitted } from '../history/log.js';
import { indexesOf } from './accepted.js';
import type { Finding } from './finding.js';

const invariant = 'no-invention';

/**
 * Whatever runs was submitted before, has an index of that submission, and was not refused: a refusal says that nothing
 * was taken.
 */
export function noInvention({ attempts, clients }: History): Finding[] {
  const possible = new Map<JobId, { sinceMs: number; indexes: ReadonlySet<number> }[]>();
  for (const submission of clients.submissions) {
    if (isRefused(submission)) continue;
    const { job, askedMs: sinceMs, range } = submission;
    const those = possible.get(job) ?? [];
    those.push({ sinceMs, indexes: new Set(indexesOf(range)) });
    possible.set(job, those);
  }
  const findings: Finding[] = [];
  for (const { task, node, startMs: atMs } of attempts) {
    const { job, index } = partsOf(task);
    const isMeant = possible.get(job)?.some(({ sinceMs, indexes }) => sinceMs <= atMs && indexes.has(index));
    if (!isMeant) findings.push({ invariant, message: `${task} ran on ${node}, which nobody had submitted`, atMs });
  }
  return findings;
}

/** The others that share its job, on whose account there is a conflict, are submissions of their own. */
function isRefused({ outcome }: Submitted): boolean {
  return outcome === 'refused';
}
