import type { JobId } from '../../src/kernel/ids.js';
import type { History } from '../history/history.js';
import type { Submitted } from '../history/log.js';
import type { Finding } from './finding.js';

const invariant = 'one-job-per-key';

/**
 * An idempotency key is one job: however often and wherever it is submitted, one replica set takes it, once; every acceptance
 * tells of the same number of tasks; and who submits something else under it is refused, however the others fare.
 *
 * Stated limits: where views race or a cut lasts, each side may take a key of a user's for itself (design.md, section 6); and a
 * node that leaves takes what it holds with it (pending.ts, `sets-follow-who-leaves`). See {@link twins}.
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

/** For how long after its end a trouble may leave nodes at odds on who there is. */
const AFTERMATH_MS = 30_000;

/** Jobs that two sets were given within the stated limits: each runs, under the same epochs, and nothing can be said of them. */
export function twins(history: History): ReadonlySet<JobId> {
  const { clients, departures, durables } = history;
  const keyed = new Set(clients.submissions.filter(({ isKeyed }) => isKeyed).map(({ job }) => job));
  const twice = new Set<JobId>();
  for (const { job, first, second } of durables.contests) {
    const isRace = keyed.has(job) && isTroubled(history, first.atMs, second.atMs);
    const hasLeft = departures.some(({ node, atMs }) => first.set.includes(node) && atMs <= second.atMs);
    if (isRace || hasLeft) twice.add(job);
  }
  return twice;
}

/** A death is a trouble too, from whatever cause. */
function isTroubled({ troubles, deaths }: History, fromMs: number, untilMs: number): boolean {
  const isNear = (trouble: { readonly fromMs: number; readonly untilMs: number }) =>
    trouble.fromMs <= untilMs && trouble.untilMs + AFTERMATH_MS >= fromMs;
  return troubles.some(isNear) || deaths.some(({ atMs }) => isNear({ fromMs: atMs, untilMs: atMs }));
}

function wrongWith({ digest, tasks, range }: Submitted, taken: string | undefined): string | undefined {
  if (taken === undefined) return 'but no majority has it on disk';
  if (taken !== digest) return 'which stands for another job';
  return tasks === range.count ? undefined : `as ${tasks} tasks of ${range.count}`;
}
