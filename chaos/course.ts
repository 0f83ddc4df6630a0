import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { NodesAnswer } from '../src/api/schema.js';
import { Prng } from '../src/kernel/prng.js';
import { until } from '../test/support/until.js';
import { DESCRIPTORS_SLACK } from './checks/nothing-left.js';
import { Asking } from './clients/asking.js';
import { Reader } from './clients/reader.js';
import { Roles } from './clients/roles.js';
import { Submitter } from './clients/submitter.js';
import { Crew } from './crew.js';
import { CPUS } from './flock/daemon.js';
import type { Flock } from './flock/flock.js';
import { descriptorsOf, uptimeMs } from './flock/proc.js';
import { acceptedJobs } from './history/history.js';
import { parseMarks } from './history/marks.js';
import type { Recorder } from './history/recorder.js';
import { Injector, type Injuries } from './injector.js';
import { drawFaults } from './plan/faults.js';
import { drawLoad, type Errand } from './plan/load.js';
import { progressLine } from './report.js';
import type { ChaosOptions } from './verdict.js';

const SETTLE_MS = 60_000;
/** All accepted work is known to have ended so long after the faults, */
const END_MS = 60_000;
/** and for each task that has not ended by then, over the slots of the flock, */
const TASK_MS = 500;
/** and for each job that each daemon is asked about. */
const READ_MS = 15;
/** Jobs whose acceptance no client heard of may run on for a while. */
const QUIET_MS = 60_000;
const REST_MS = 30_000;
const PROGRESS_MS = 10_000;
/** Errands at one time; the load waits where daemons are slow to answer. */
const ERRANDS_MAX = 200;

/** One run from the start of its daemons until they have left: trouble, calm, the last reads, and what is left behind. */
export class Course {
  readonly #asking: Asking;
  readonly #watching = new AbortController();
  readonly #marksDir: string;
  #fail: (error: unknown) => void = () => undefined;
  readonly #failed = new Promise<never>((_, reject) => (this.#fail = reject));

  constructor(
    private readonly options: ChaosOptions,
    private readonly flock: Flock,
    private readonly recorder: Recorder,
    private readonly say: (line: string) => void,
  ) {
    this.#asking = new Asking(flock.daemons.map(({ socket }) => socket));
    this.#marksDir = join(flock.dir, 'marks');
    this.#failed.catch(() => undefined);
  }

  toItsEnd(): Promise<Injuries> {
    return Promise.race([this.#all(), this.#failed]);
  }

  stop(): void {
    this.#watching.abort();
    this.#asking.close();
  }

  async #all(): Promise<Injuries> {
    const { flock, recorder } = this;
    mkdirSync(this.#marksDir);
    await flock.start();
    await this.#settled();
    const before = flock.daemons.map(({ pid }) => descriptorsOf(pid));
    const injuries = await this.#trouble();
    await flock.startDown();
    await this.#settled();
    recorder.calmMs = uptimeMs();
    this.say('faults are over; waiting for all that was accepted');
    await this.#reader().readAll(this.#deadlineMs());
    await this.#quiet();
    this.#asking.close();
    await this.#rest(before);
    await flock.leave();
    for (const file of readdirSync(this.#marksDir)) {
      recorder.marks.push(...parseMarks(readFileSync(join(this.#marksDir, file), 'utf8')));
    }
    return injuries;
  }

  /** Load, reads and faults, all at the same time. */
  async #trouble(): Promise<Injuries> {
    const { options, flock, recorder } = this;
    const roles = new Roles(this.#asking, flock);
    const submitter = new Submitter({
      ...{ asking: this.#asking, recorder, marksDir: this.#marksDir },
      onAccepted: (through) => roles.noteAccepted(through),
    });
    const faults = options.faults ?? drawFaults(new Prng(options.seed), options.daemons, options.forMs);
    const errands = drawLoad(new Prng(options.seed + 1), options, `${options.seed}`);
    const injector = new Injector(flock, recorder, roles, (error) => this.#fail(error));
    const clients = new Crew((error) => this.#fail(error));
    const others = new Crew((error) => this.#fail(error));
    others.add(this.#reader().watch(this.#watching.signal));
    others.add(this.#progress(injector));
    await Promise.all([injector.play(faults, options.forMs), this.#submit(errands, submitter, clients)]);
    await clients.all();
    this.#watching.abort();
    await others.all();
    return injector.injuries;
  }

  async #submit(errands: readonly Errand[], submitter: Submitter, clients: Crew): Promise<void> {
    const beganMs = performance.now();
    for (const errand of errands) {
      const waitMs = beganMs + errand.atMs - performance.now();
      if (waitMs > 0) await pause(waitMs);
      await clients.room(ERRANDS_MAX);
      clients.add(submitter.run(errand));
    }
  }

  async #progress({ injuries }: Injector): Promise<void> {
    const { signal } = this.#watching;
    const beganMs = performance.now();
    while (!signal.aborted) {
      await pause(PROGRESS_MS, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) this.say(progressLine(performance.now() - beganMs, this.recorder, this.flock, injuries));
    }
  }

  #reader(): Reader {
    return new Reader(this.#asking, this.recorder, new Prng(this.options.seed + 2));
  }

  #deadlineMs(): number {
    const { daemons } = this.options;
    const jobs = [...acceptedJobs(this.recorder).values()];
    const tasks = jobs.reduce((sum, job) => sum + job.tasks, 0);
    const work = ((tasks - this.recorder.ended.size) * TASK_MS) / (daemons * CPUS);
    return uptimeMs() + END_MS + work + jobs.length * daemons * READ_MS;
  }

  /** Waits until every daemon sees every daemon alive. */
  async #settled(): Promise<void> {
    const ids = this.flock.daemons.map(({ node }) => node);
    const seesAll = async (through: number) => {
      const answer = await this.#asking.get<NodesAnswer>(through, '/v1/nodes');
      return ids.every((id) => answer?.nodes.some((node) => node.id === id && node.state === 'alive'));
    };
    for (const { index } of this.flock.daemons) {
      const what = `daemon ${index} sees ${ids.length} alive`;
      await until(what, () => seesAll(index), SETTLE_MS).catch((error: Error) => {
        this.recorder.breakdowns.push({ daemon: index, how: error.message });
      });
    }
  }

  /** No attempt runs any more, neither of accepted tasks nor of others. */
  async #quiet(): Promise<void> {
    await until('no attempt runs', () => this.flock.attempts().length === 0, QUIET_MS).catch(() => undefined);
    for (const { pid, command } of this.flock.attempts()) {
      this.recorder.leftovers.push({ pid, command, when: 'when all tasks have ended' });
    }
  }

  async #rest(before: readonly number[]): Promise<void> {
    for (const { index, pid, hasEnded } of this.flock.daemons) {
      if (hasEnded) continue;
      const had = before[index] ?? 0;
      const isAtRest = () => descriptorsOf(pid) <= had + DESCRIPTORS_SLACK;
      await until(`daemon ${index} closes its files`, isAtRest, REST_MS).catch(() => undefined);
      this.recorder.descriptors.push({ daemon: index, before: had, after: descriptorsOf(pid) });
    }
  }
}
