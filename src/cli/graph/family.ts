import { CoveyError, type Flock, type JobView } from '../../client/index.js';

/** Jobs that are looked at, of one family. */
export const FAMILY_MAX = 500;
/** Questions at a time. */
const AT_ONCE = 8;
const PAGE = 1000;

/** Jobs that wait for each other, directly or not. */
export interface Family {
  /** Those submitted first come first. */
  readonly jobs: readonly JobView[];
  /** Jobs that are waited for and of which nothing is known: they are kept no more, or nobody who has them answers. */
  readonly unknown: readonly string[];
  /** There are more than these. */
  readonly isCut: boolean;
  /** Some node did not say which of its jobs wait for these. */
  readonly partial: boolean;
  readonly asked: number;
  readonly answered: number;
}

/** What a look at one job brought. */
interface Look {
  readonly job: JobView | undefined;
  readonly children: readonly JobView[];
  readonly asked: number;
  readonly answered: number;
}

/** The job, those that it waits for, those that wait for it, and theirs. */
export async function familyOf(flock: Flock, start: string): Promise<Family> {
  const jobs = new Map<string, JobView>();
  const unknown: string[] = [];
  const wanted = [start];
  const seen = new Set(wanted);
  const want = (id: string) => {
    if (!seen.has(id)) wanted.push(id);
    seen.add(id);
  };
  let [asked, answered] = [0, 0];
  while (wanted.length > 0 && jobs.size < FAMILY_MAX) {
    const some = wanted.splice(0, Math.min(AT_ONCE, FAMILY_MAX - jobs.size));
    const looks = await Promise.all(some.map((id) => look(flock, id)));
    for (const [i, { job, children, ...said }] of looks.entries()) {
      if (said.asked - said.answered >= asked - answered) ({ asked, answered } = said);
      if (job) jobs.set(job.job, job);
      else unknown.push(some[i] ?? '');
      for (const { job: id } of [...(job?.after ?? []), ...children]) want(id);
    }
  }
  const inOrder = [...jobs.values()].sort(
    (a, b) => a.submittedAt.localeCompare(b.submittedAt) || (a.job < b.job ? -1 : 1),
  );
  return { jobs: inOrder, unknown, isCut: wanted.length > 0, partial: answered < asked, asked, answered };
}

async function look(flock: Flock, id: string): Promise<Look> {
  const [job, children] = await Promise.all([
    flock.job(id).catch((error: unknown) => {
      if (error instanceof CoveyError && ['not-found', 'unavailable'].includes(error.code)) return undefined;
      throw error;
    }),
    flock.jobs({ after: id, limit: PAGE }),
  ]);
  return { job: job && viewOf(job), children: children.jobs, asked: children.asked, answered: children.answered };
}

/** How complete an answer was is said of the family. */
function viewOf({ partial: _, asked: _a, answered: _b, ...job }: Awaited<ReturnType<Flock['job']>>): JobView {
  return job;
}
