import { CoveyError, type Completeness, type Flock, type JobView, type TasksPage } from '../../client/index.js';
import { isTerminal, terminalCount, type TerminalState } from '../../kernel/states.js';
import { ahead } from '../ahead.js';
import { missingLine } from '../format.js';
import { isOutputGone } from '../output.js';
import { everyJob, PAGE } from '../select.js';
import type { Ended } from './columns.js';

/** Jobs whose first tasks are asked for at once: most jobs have no more than one page. */
const JOBS_AHEAD = 8;

export interface Wanted {
  /** Only what ended then or later; wall clock. */
  readonly sinceMs?: number | undefined;
  readonly state?: TerminalState | undefined;
  /** A part of the name of the job. */
  readonly name?: string | undefined;
  /** Called where something may be missing; the rest still follows. */
  readonly onGap: (error: CoveyError) => void;
}

/** Jobs that have ended, newest first. */
export async function* endedJobs(flock: Flock, wanted: Wanted): AsyncGenerator<JobView, void> {
  for await (const job of namedJobs(flock, wanted, wanted.state)) {
    if (isTerminal(job.state) && isRecent(job.finishedAt, wanted)) yield job;
  }
}

/** Tasks that have ended, those of the newest jobs first, by rising index; a few pages of them are held at a time. */
export async function* endedTasks(flock: Flock, wanted: Wanted): AsyncGenerator<Ended, void> {
  const begun = ahead(jobsToRead(flock, wanted), JOBS_AHEAD, async (job) => ({
    job,
    first: await pageOf(flock, job, wanted),
  }));
  for await (const { job, first } of begun) {
    for (let page = first; page !== undefined;) {
      for (const task of page.tasks) {
        if (isTerminal(task.state) && isRecent(task.finishedAt ?? job.finishedAt, wanted)) yield { job, task };
      }
      page = page.next === null ? undefined : await pageOf(flock, job, wanted, page.next);
    }
  }
}

/** Those of which a task may be wanted. */
async function* jobsToRead(flock: Flock, wanted: Wanted): AsyncGenerator<JobView, void> {
  for await (const job of namedJobs(flock, wanted)) {
    const ended = wanted.state ? job.counts[wanted.state] : terminalCount(job.counts);
    if (ended > 0 && isRecent(job.finishedAt, wanted)) yield job;
  }
}

async function* namedJobs(flock: Flock, wanted: Wanted, state?: TerminalState): AsyncGenerator<JobView, void> {
  const { name = '', onGap } = wanted;
  const onPage = (page: Completeness) => {
    if (page.partial) onGap(gap(page, 'jobs'));
  };
  for await (const job of everyJob(flock, { state, onPage })) if (job.name.includes(name)) yield job;
}

/** Undefined where it is not to be had. */
async function pageOf(
  flock: Flock,
  { job }: JobView,
  { state, onGap }: Wanted,
  after?: number,
): Promise<TasksPage | undefined> {
  try {
    const page = await flock.tasks(job, { limit: PAGE, after, state });
    if (page.partial) onGap(gap(page, `tasks of ${job}`));
    return page;
  } catch (error) {
    if (!isOutputGone(error)) throw error;
    onGap(error);
    return undefined;
  }
}

function gap(page: Completeness, what: string): CoveyError {
  return new CoveyError('unavailable', missingLine(page, what), 'try again');
}

/** What has no time may be recent. */
function isRecent(endedAt: string | null, { sinceMs = 0 }: Wanted): boolean {
  return endedAt === null || Date.parse(endedAt) >= sinceMs;
}
