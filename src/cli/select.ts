import { CoveyError, type Completeness, type Flock, type JobAnswer, type TaskView } from '../client/index.js';
import { NOTICE } from '../kernel/notify.js';
import type { TaskState } from '../kernel/states.js';
import { hasIndex, indexCount, parseSelector, type IndexRange } from './selector.js';

/** Tasks on a page. */
export const PAGE = 1000;
/** Jobs that are asked for where the last is looked for: it may have others that tell of its end. */
const LAST_PAGE = 3;

/** A selector that has found its job. */
export interface Chosen {
  readonly job: string;
  /** Absent: the whole job. */
  readonly indexes?: IndexRange;
}

/** Every job that the selectors name, in their order, each once. */
export function chooseAll(flock: Flock, selectors: readonly string[]): Promise<readonly Chosen[]> {
  return chooseBy(flock, selectors, completeId);
}

/** The same of jobs of which perhaps nobody can say how they stand: lists have them all the same. */
export function chooseListed(flock: Flock, selectors: readonly string[]): Promise<readonly Chosen[]> {
  return chooseBy(flock, selectors, listedId);
}

/** Finds the id of a job of which the beginning is given. */
type Complete = (flock: Flock, text: string) => Promise<string>;

async function chooseBy(flock: Flock, selectors: readonly string[], complete: Complete): Promise<readonly Chosen[]> {
  const chosen = new Map<string, Chosen>();
  for (const text of selectors) {
    for (const one of await choose(flock, text, complete)) chosen.set(nameOf(one), one);
  }
  return [...chosen.values()];
}

/** @throws CoveyError `usage` where the selector names several jobs */
export async function chooseOne(flock: Flock, text: string): Promise<Chosen> {
  const [one, ...more] = await choose(flock, text);
  if (one === undefined) throw new CoveyError('not-found', 'there is no job');
  if (more.length > 0) throw new CoveyError('usage', 'this takes one job only', 'see `covey ls`');
  return one;
}

/** How a user would write it. */
export function nameOf({ job, indexes }: Chosen): string {
  if (indexes === undefined) return job;
  const { first, last, step } = indexes;
  return `${job}/${first}${last === first ? '' : `-${last}`}${step === 1 ? '' : `:${step}`}`;
}

/** JOB/INDEX where one task is chosen by its index. */
export function taskIdOf({ job, indexes }: Chosen): string | undefined {
  return indexes !== undefined && indexCount(indexes) === 1 ? `${job}/${indexes.first}` : undefined;
}

/**
 * The chosen tasks of a job, by rising index, page by page.
 *
 * @throws CoveyError `not-found` where indexes are chosen and the job has none of them
 */
export async function* tasksOf(flock: Flock, chosen: Chosen, state?: TaskState): AsyncGenerator<TaskView, void> {
  const { job, indexes } = chosen;
  let after = indexes !== undefined && indexes.first > 0 ? indexes.first - 1 : undefined;
  let isAny = false;
  for (let isEnd = false; !isEnd;) {
    const page = await flock.tasks(job, { limit: PAGE, after, state });
    for (const task of page.tasks) {
      if (indexes !== undefined && !hasIndex(indexes, task.index)) continue;
      isAny = true;
      yield task;
    }
    const last = page.tasks.at(-1)?.index ?? -1;
    isEnd = page.next === null || (indexes !== undefined && last >= indexes.last);
    after = page.next ?? undefined;
  }
  // The daemon says which there are.
  if (indexes !== undefined && !isAny && state === undefined) await flock.task(`${job}/${indexes.first}`);
}

interface EveryJob {
  readonly state?: TaskState | undefined;
  /** How many are asked for at a time. */
  readonly pageSize?: number | undefined;
  /** Called with each page before its jobs, also where it has none. */
  readonly onPage?: (page: Completeness) => void;
}

/** Every job of the flock, newest first, page by page. */
export async function* everyJob(flock: Flock, options: EveryJob = {}): AsyncGenerator<JobAnswer, void> {
  const limit = Math.min(options.pageSize ?? PAGE, PAGE);
  let cursor: string | undefined;
  for (;;) {
    const { jobs, cursor: next, ...completeness } = await flock.jobs({ limit, cursor, state: options.state });
    options.onPage?.(completeness);
    for (const job of jobs) yield { ...job, ...completeness };
    if (next === null) return;
    cursor = next;
  }
}

async function choose(flock: Flock, text: string, complete: Complete = completeId): Promise<readonly Chosen[]> {
  const { job, indexes } = parseSelector(text);
  const named = (id: string): Chosen => ({ job: id, ...(indexes === undefined ? {} : { indexes }) });
  switch (job.kind) {
    case 'all': {
      const chosen: Chosen[] = [];
      // What tells of the end of others is to do so, and ends by itself.
      for await (const one of everyJob(flock)) if (!one.job.startsWith(NOTICE)) chosen.push(named(one.job));
      return chosen;
    }
    case 'last': {
      for await (const { job: id } of everyJob(flock, { pageSize: LAST_PAGE })) {
        // Made after the job that it tells of, which is what is meant.
        if (!id.startsWith(NOTICE)) return [named(id)];
      }
      throw new CoveyError('not-found', 'there is no job yet', 'see `covey submit --help`');
    }
    case 'id':
      return [named(await complete(flock, job.text))];
  }
}

/** A whole id is asked for by itself, which costs one node's answer; only a beginning asks them all. */
async function completeId(flock: Flock, text: string): Promise<string> {
  if (text.length >= 4) {
    const whole = await flock.job(text).catch((error: unknown) => {
      if (error instanceof CoveyError && error.code === 'not-found') return undefined;
      throw error;
    });
    if (whole) return whole.job;
  }
  return listedId(flock, text);
}

async function listedId(flock: Flock, text: string): Promise<string> {
  const { jobs, partial, asked, answered } = await flock.jobs({ prefix: text, limit: 4 });
  const [found, ...more] = jobs;
  if (found === undefined) {
    const message = `no job is called ${text}, or begins so`;
    if (!partial) throw new CoveyError('not-found', message, 'see `covey ls`');
    const hint = `${asked - answered} of ${asked} nodes did not answer and may have it; see \`covey nodes\``;
    throw new CoveyError('not-found', message, hint);
  }
  if (more.length > 0) {
    const ids = jobs.map((job) => job.job).join(', ');
    throw new CoveyError('usage', `several jobs begin with ${text}: ${ids}`, 'write more of the id');
  }
  return found.job;
}
