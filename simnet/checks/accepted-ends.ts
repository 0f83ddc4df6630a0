import { isTerminal, TASK_STATES } from '../../src/kernel/states.js';
import type { History } from '../history/history.js';
import type { Read } from '../history/log.js';
import { acceptedJobs, indexesOf } from './accepted.js';
import type { Finding } from './finding.js';

const invariant = 'accepted-ends';

/**
 * No accepted task is lost: once all is at rest, whoever asks about a job that was accepted is told of every one of its
 * tasks, of nothing else, and that each is at its end; and the job counts what its tasks say.
 */
export function acceptedEnds({ clients, phases: { restMs } }: History): Finding[] {
  if (restMs === undefined) return [];
  const findings: Finding[] = [];
  for (const [job, { range }] of acceptedJobs(clients)) {
    const reads = clients.reads.filter((read) => read.job === job && read.isComplete && read.atMs >= restMs);
    if (reads.length === 0)
      findings.push({ invariant, message: `nobody can say all of how ${job} ended`, atMs: restMs });
    for (const read of reads) {
      const wrong = wrongIn(read, indexesOf(range));
      if (wrong !== undefined) findings.push({ invariant, message: `${job} at ${read.at}: ${wrong}`, atMs: read.atMs });
    }
  }
  return findings;
}

function wrongIn({ states, counts }: Read, indexes: readonly number[]): string | undefined {
  const lost = indexes.filter((index) => !states.has(index));
  if (lost.length > 0) return `no word of tasks ${some(lost)}`;
  if (states.size > indexes.length) return `${states.size} tasks, of ${indexes.length} submitted`;
  const open = indexes.filter((index) => !isTerminal(states.get(index) ?? 'pending'));
  if (open.length > 0) return `tasks ${some(open)} did not end`;
  for (const state of TASK_STATES) {
    const found = [...states.values()].filter((each) => each === state).length;
    if (counts[state] !== found) return `the job counts ${counts[state]} ${state}, of its tasks ${found} are`;
  }
  return undefined;
}

function some(indexes: readonly number[]): string {
  return indexes.length <= 5 ? indexes.join(', ') : `${indexes.slice(0, 5).join(', ')} and ${indexes.length - 5} more`;
}
