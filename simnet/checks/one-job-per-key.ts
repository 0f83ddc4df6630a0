import type { JobId } from '../../src/kernel/ids.js';
import type { Contest } from '../history/durables.js';
import type { History } from '../history/history.js';
import type { Submitted } from '../history/log.js';
import type { Finding } from './finding.js';

const invariant = 'one-job-per-key';

/**
 * An idempotency key is one job: however often and wherever it is submitted, one replica set takes it, once; every acceptance
 * tells of the same number of tasks; and who submits something else under it is refused, however the others fare.
 *
 * A stated limit: where nodes join or leave between two submissions, gateways may ask different ones (ADR 18). See {@link twins}.
 */
export function oneJobPerKey({ clients, durables }: History): Finding[] {
  const findings: Finding[] = [];
  const made = new Map<JobId, string>();
  for (const { job, digest, atMs } of durables.created) {
    if ((made.get(job) ?? digest) !== digest) findings.push({ invariant, message: `${job} stands for two jobs`, atMs });
    else made.set(job, digest);
  }
  for (const submission of clients.submissions) {
    const { job, at, answeredMs: atMs = 0 } = submission;
    const wrong = submission.outcome === 'ok' ? wrongWith(submission, made.get(job)) : undefined;
    if (wrong !== undefined) findings.push({ invariant, message: `${job} was accepted at ${at}, ${wrong}`, atMs });
  }
  return findings;
}

/** An id is accepted by one replica set, wherever its client tries it, and whatever is down or cut off. */
export function oneSetPerId({ durables: { created } }: History): Finding[] {
  return created.flatMap(({ job, set, atMs }) => {
    const first = created.find((before) => before.job === job);
    if (!first || first.set.join() === set.join()) return [];
    const message = `${job} was taken by ${first.set.join(', ')} and by ${set.join(', ')}`;
    return [{ invariant: 'one-set-per-id', message, atMs }];
  });
}

/** For so long after it has come or gone nodes may be at odds on whether a member is there. */
const AFTERMATH_MS = 30_000;

/** Jobs that two sets were given within the stated limit: each runs, under the same epochs, and nothing can be said of them. */
export function twins({ arrivals, departures, durables }: History): ReadonlySet<JobId> {
  const changes = [...arrivals, ...departures];
  const isExcused = ({ first, second }: Contest) =>
    changes.some(({ atMs }) => atMs + AFTERMATH_MS >= first.atMs && atMs <= second.atMs);
  return new Set(durables.contests.filter(isExcused).map(({ job }) => job));
}

function wrongWith({ digest, tasks, range }: Submitted, taken: string | undefined): string | undefined {
  if (taken === undefined) return 'but no majority has it on disk';
  if (taken !== digest) return 'which stands for another job';
  return tasks === range.count ? undefined : `as ${tasks} tasks of ${range.count}`;
}
