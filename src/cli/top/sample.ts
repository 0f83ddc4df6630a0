import type { Completeness, Flock, JobView, NodeView } from '../../client/index.js';
import { terminalCount } from '../../kernel/states.js';

/** A job of which something goes on. */
export interface BusyJob extends Pick<JobView, 'job' | 'name' | 'state' | 'tasks' | 'counts' | 'submittedAt'> {
  /** Tasks of it that have ended, a second since the look before; null in the first one. */
  readonly endedPerSecond: number | null;
}

/** The flock at one moment. */
export interface Sample extends Completeness {
  readonly at: string;
  /** Of all nodes that are alive. */
  readonly running: number;
  readonly queued: number;
  readonly waiting: number;
  readonly free: number;
  /** Of the jobs below, together. */
  readonly endedPerSecond: number | null;
  readonly nodes: readonly NodeView[];
  /** Those with the most running tasks first. */
  readonly jobs: readonly BusyJob[];
}

const BUSY = ['running', 'queued', 'pending'] as const;

interface Seen {
  readonly atMs: number;
  readonly ended: ReadonlyMap<string, number>;
}

/** Looks at a flock again and again; what has changed since the look before becomes rates. */
export class Sampler {
  #before: Seen | undefined;

  /** @param limit - jobs at most */
  constructor(
    private readonly flock: Flock,
    private readonly limit: number,
  ) {}

  /** @param nowMs - wall clock, of this machine */
  async look(nowMs: () => number): Promise<Sample> {
    const [{ nodes }, ...pages] = await Promise.all([
      this.flock.nodes(),
      ...BUSY.map((state) => this.flock.jobs({ state, limit: this.limit })),
    ]);
    const atMs = nowMs();
    const found = new Map(pages.flatMap(({ jobs }) => jobs).map((job) => [job.job, job]));
    const listed = [...found.values()].sort((a, b) => b.counts.running - a.counts.running).slice(0, this.limit);
    const before = this.#before;
    this.#before = { atMs, ended: new Map(listed.map(({ job, counts }) => [job, terminalCount(counts)])) };
    const jobs = listed.map((job) => busyJob(job, before, atMs));
    const alive = nodes.filter(({ state }) => state === 'alive');
    const sum = (of: keyof NonNullable<NodeView['load']>) =>
      alive.reduce((all, { load }) => all + (load?.[of] ?? 0), 0);
    const { partial, asked, answered } = pages.find((page) => page.partial) ?? pages[0] ?? WHOLE;
    return {
      at: new Date(atMs).toISOString(),
      ...{ running: sum('running'), queued: sum('queued'), waiting: sum('waiting'), free: sum('free') },
      endedPerSecond: before ? jobs.reduce((all, job) => all + (job.endedPerSecond ?? 0), 0) : null,
      ...{ nodes, jobs, partial, asked, answered },
    };
  }
}

const WHOLE: Completeness = { partial: false, asked: 0, answered: 0 };

function busyJob(view: JobView, before: Seen | undefined, atMs: number): BusyJob {
  const { job, name, state, tasks, counts, submittedAt } = view;
  const was = before?.ended.get(job);
  const seconds = before ? (atMs - before.atMs) / 1000 : 0;
  const isKnown = was !== undefined && seconds > 0;
  const endedPerSecond = isKnown ? Math.max(0, terminalCount(counts) - was) / seconds : null;
  return { job, name, state, tasks, counts, submittedAt, endedPerSecond };
}
