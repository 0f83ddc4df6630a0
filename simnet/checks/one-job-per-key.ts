import type { JobId } from '../../src/kernel/ids.js';
import type { History } from '../history/history.js';
import type { Submitted } from '../history/log.js';
import type { Finding } from './finding.js';

const invariant = 'one-job-per-key';

/** For how long after its end a trouble may leave nodes at odds on who there is. */
const AFTERMATH_MS = 30_000;

/**
 * An idempotency key is one job: however often and wherever it is submitted, one home takes it, once; every acceptance
 * tells of the same number of tasks; and who submits something else under it is refused, however the others fare.
 *
 * The stated limit of today: while nodes are away or at odds on who there is, a second home may take what the first has (see
 * pending.ts, `one-set-per-id`). Where that was so between the two, it is no finding; see {@link twins}.
 */
export function oneJobPerKey(history: History): Finding[] {
  const { clients, durables } = history;
  const findings: Finding[] = [];
  const homes = homesOf(history);
  for (const [job, [first, ...more]] of homes) {
    for (const { node, atMs } of more) {
      if (!first || isTroubled(history, first.atMs, atMs)) continue;
      findings.push({ invariant, message: `${job} was taken by ${first.node} and by ${node}`, atMs });
    }
  }
  const isTwin = twins(history);
  for (const submission of clients.submissions) {
    const { job, at, answeredMs: atMs = 0 } = submission;
    if (submission.outcome !== 'ok' || isTwin.has(job)) continue;
    const wrong = wrongWith(submission, durables.created.find((created) => created.job === job)?.digest);
    if (wrong !== undefined) findings.push({ invariant, message: `${job} was accepted at ${at}, ${wrong}`, atMs });
  }
  return findings;
}

/** Jobs that two homes took: each runs, under the same epochs, and nothing can be said of them. */
export function twins(history: History): ReadonlySet<JobId> {
  return new Set([...homesOf(history)].filter(([, homes]) => homes.length > 1).map(([job]) => job));
}

function homesOf({ durables }: History): ReadonlyMap<JobId, History['durables']['created']> {
  const homes = new Map<JobId, History['durables']['created']>();
  for (const created of durables.created) {
    const those = homes.get(created.job);
    if (those) those.push(created);
    else homes.set(created.job, [created]);
  }
  return homes;
}

/** A death is a trouble too, from whatever cause. */
function isTroubled({ troubles, deaths }: History, fromMs: number, untilMs: number): boolean {
  const isNear = (trouble: { readonly fromMs: number; readonly untilMs: number }) =>
    trouble.fromMs <= untilMs && trouble.untilMs + AFTERMATH_MS >= fromMs;
  return troubles.some(isNear) || deaths.some(({ atMs }) => isNear({ fromMs: atMs, untilMs: atMs }));
}

function wrongWith({ digest, tasks, range }: Submitted, taken: string | undefined): string | undefined {
  if (taken === undefined) return 'but it is on no disk';
  if (taken !== digest) return 'which stands for another job';
  return tasks === range.count ? undefined : `as ${tasks} tasks of ${range.count}`;
}
