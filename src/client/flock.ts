import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type {
  Holding,
  Cancelled,
  DoctorAnswer,
  Explanation,
  JobAnswer,
  JobsPage,
  Draining,
  Leaving,
  NodesAnswer,
  Retried,
  ResultsPage,
  RingView,
  SelfView,
  SubmitBody,
  Submitted,
  TaskDetail,
  TaskResult,
  TasksPage,
  TaskView,
  Updated,
  UpdateBody,
} from '../api/schema.js';
import { CoveyError } from '../kernel/errors.js';
import { isTerminal } from '../kernel/states.js';
import { asTheyCome } from './as-they-come.js';
import { callBody } from './call-body.js';
import { call } from './calling.js';
import { readEvents, type Event, type EventsQuery } from './events.js';
import { FlockFiles } from './files.js';
import type { Exchange } from './http.js';
import { followJob, type JobLog, type JobLogsQuery } from './job-logs.js';
import { readLogs, type LogsQuery } from './logs.js';
import { MapResults, type FunctionRef, type MapOptions } from './map.js';
import { jobPath, taskPath, withQuery } from './paths.js';
import type { Elsewhere, Peers } from './peers.js';
import type { Abortable, JobsQuery, TasksQuery, WaitOptions } from './queries.js';
import { FlockQueues } from './queues.js';
import { submitSafely } from './submitting.js';

/** What a daemon may take to answer, beyond the time it is asked to wait. */
const ANSWER_MS = 30_000;
const WAIT_MS_MAX = 60_000;
const PROGRESS_MS = 500;
const TURN_MS_MIN = 50;
/**
 * How long whoever waits bears that too few replicas are there, and how often it asks meanwhile: longer than it takes by default
 * until the others are held to be dead, and a survivor goes on alone.
 */
const TOO_FEW_MS = 120_000;
const TOO_FEW_PAUSE_MS = 250;

/**
 * A flock, spoken to through one of its daemons; where that goes away, through the next that `connect` was given. Every method
 * throws CoveyError with the daemon's code and hint, or `no-daemon` where none answers, `unavailable` where it went away in the
 * middle.
 */
export class Flock {
  readonly #peers: Peers;
  /** Files for tasks, and files that tasks left. */
  readonly files: FlockFiles;
  readonly queues: FlockQueues;

  /** Made by `connect`. */
  constructor(peers: Peers) {
    this.#peers = peers;
    this.files = new FlockFiles(peers);
    this.queues = new FlockQueues(peers);
  }

  /** What is being spoken to, for messages. */
  get address(): string {
    return this.#peers.address.name;
  }

  /** The Unix socket over which it is reached, where it is: then it runs on this machine. */
  get socket(): string | undefined {
    const { address } = this.#peers;
    return address.kind === 'socket' ? address.path : undefined;
  }

  /**
   * Submits a job; answered once it is durable. Repeats itself under its idempotency key where that is safe.
   *
   * @throws CoveyError `outcome-unknown` where the daemon may have taken it: submit again with the key in the hint
   */
  submit(
    body: SubmitBody,
    options: { readonly idempotencyKey?: string | undefined } & Abortable = {},
  ): Promise<Submitted> {
    return submitSafely(this.#peers, body, options.idempotencyKey, options.signal);
  }

  /** With `waitMs` (at most 60,000) the answer comes when the job is terminal, or after that time. */
  job(id: string, options: { readonly waitMs?: number } & Abortable = {}): Promise<JobAnswer> {
    const waitMs = options.waitMs ?? 0;
    const path = withQuery(jobPath(id), waitMs > 0 ? { waitMs } : {});
    return this.#get(path, { timeoutMs: ANSWER_MS + waitMs, heldMs: waitMs, signal: options.signal });
  }

  /**
   * Waits until every task of the job is terminal, also through times in which too few replicas of it are there.
   *
   * @throws CoveyError `timed-out` after `timeoutMs`; `unavailable` where nobody could say for two minutes how the job stands
   */
  async wait(id: string, options: WaitOptions = {}): Promise<JobAnswer> {
    const { timeoutMs = Infinity, onProgress, signal } = options;
    const deadline = performance.now() + timeoutMs;
    const turnMs = onProgress ? PROGRESS_MS : WAIT_MS_MAX;
    let toldAt = performance.now();
    for (;;) {
      const askedAt = performance.now();
      const waitMs = Math.ceil(Math.max(0, Math.min(turnMs, deadline - askedAt)));
      const job = await this.#jobIfThere(id, { waitMs, signal }, Math.min(toldAt + TOO_FEW_MS, deadline));
      if (job === undefined) {
        await pause(TOO_FEW_PAUSE_MS, undefined, { signal });
        continue;
      }
      await onProgress?.(job);
      if (isTerminal(job.state)) return job;
      const now = (toldAt = performance.now());
      if (now >= deadline) {
        throw new CoveyError('timed-out', `job ${job.job} is still ${job.state}`, 'it goes on; wait again');
      }
      if (now - askedAt < TURN_MS_MIN) await pause(TURN_MS_MIN, undefined, { signal });
    }
  }

  /** Newest first. */
  jobs(query: JobsQuery = {}): Promise<JobsPage> {
    return this.#get(withQuery('/v1/jobs', { ...query }));
  }

  /** By rising index. */
  tasks(job: string, query: TasksQuery = {}): Promise<TasksPage> {
    return this.#get(withQuery(`${jobPath(job)}/tasks`, { ...query }));
  }

  /**
   * Calls a function for each item, on whichever nodes have room. Items and results are what JSON can hold.
   *
   * @returns results in the order of the items: to be iterated as they come, or `await`ed with `toArray()`
   */
  map<Item, Result = unknown>(
    callee: FunctionRef,
    items: Iterable<Item>,
    options: MapOptions = {},
  ): MapResults<Result> {
    return new MapResults<Result>(this, callBody(callee, items, options), options);
  }

  /** By rising index; a page may end before `limit`. */
  results(
    job: string,
    { signal, ...query }: Pick<TasksQuery, 'after' | 'limit'> & Abortable = {},
  ): Promise<ResultsPage> {
    return this.#get(withQuery(`${jobPath(job)}/results`, query), { signal });
  }

  /**
   * What the function of one task has returned.
   *
   * @param id JOB/INDEX
   * @throws CoveyError `not-found` where it has no result, or none yet
   */
  result(id: string): Promise<TaskResult> {
    return this.#get(`${taskPath(id)}/result`);
  }

  /** @param id JOB/INDEX */
  task(id: string): Promise<TaskDetail> {
    return this.#get(taskPath(id));
  }

  /**
   * The bytes of one output stream of a task, and marks where some were cut or another attempt begins. Leaving the loop ends the
   * request.
   */
  logs(id: string, query: LogsQuery = {}): AsyncGenerator<Uint8Array, void, undefined> {
    return readLogs(this.#peers, `${taskPath(id)}/logs`, query);
  }

  /** What all tasks of a job write, as they write it; ends with the job. */
  jobLogs(job: string, query: JobLogsQuery = {}): AsyncGenerator<JobLog, void, undefined> {
    return followJob(this, job, query);
  }

  /**
   * Changes as they happen: hints where to look, each told at least once, and no decision. After a `gap` what was known is to be
   * read again. Ends with `signal` only; leaving the loop ends the request.
   *
   * @throws CoveyError `not-found` for an unknown job; `no-daemon` where none has answered for half a minute
   */
  events(query: EventsQuery = {}): AsyncGenerator<Event, void, undefined> {
    return readEvents(this.#peers, query);
  }

  /** The tasks of a job, each once, as they end (in its first run, where it is retried meanwhile); ends with the job. */
  asCompleted(job: string, options: Abortable = {}): AsyncGenerator<TaskView, void, undefined> {
    return asTheyCome(this, job, { isDue: isTerminal, ...options });
  }

  /** Ends a job (JOB) or one of its tasks (JOB/INDEX); committed when it answers. */
  cancel(id: string): Promise<Cancelled> {
    return this.#post(`${id.includes('/') ? taskPath(id) : jobPath(id)}/cancel`);
  }

  /** Ends a job whose dead replicas never come back: docs/jobs.md. @throws CoveyError `conflict` where a majority may be there */
  abandon(job: string): Promise<Cancelled> {
    return this.#post(`${jobPath(job)}/abandon`);
  }

  /** Has nothing more of a job start; what runs goes on. Committed when it answers. */
  hold(job: string): Promise<Holding> {
    return this.#post(`${jobPath(job)}/hold`);
  }

  /** Has a job that was held go on. */
  release(job: string): Promise<Holding> {
    return this.#post(`${jobPath(job)}/release`);
  }

  /**
   * Changes limits of a job that has not ended: those that are given. Committed when it answers.
   *
   * @throws CoveyError `conflict` where it has ended, is cancelled, or is a schedule
   */
  update(job: string, limits: UpdateBody): Promise<Updated> {
    const path = `${jobPath(job)}/update`;
    return this.#call({ method: 'POST', path, body: limits, timeoutMs: ANSWER_MS, elsewhere: 'repeat' });
  }

  /**
   * Opens the next run of a job's tasks (JOB) or of one task (JOB/INDEX) that have ended; committed when it answers.
   *
   * @throws CoveyError `conflict` where the one task has not ended
   */
  retry(id: string, options: { readonly failedOnly?: boolean | undefined } = {}): Promise<Retried> {
    const path = `${id.includes('/') ? taskPath(id) : jobPath(id)}/retry`;
    const headers = { 'idempotency-key': randomUUID() };
    const whole = withQuery(path, { failed: options.failedOnly === true ? 1 : undefined });
    return this.#call({ method: 'POST', path: whole, headers, timeoutMs: ANSWER_MS, elsewhere: 'repeat' });
  }

  /** Why a task is where it is, or why it still waits. */
  explain(id: string): Promise<Explanation> {
    return this.#get(`${taskPath(id)}/explain`);
  }

  nodes(): Promise<NodesAnswer> {
    return this.#get('/v1/nodes');
  }

  /** Who would hold and run `key`, in order. */
  ring(key: string): Promise<RingView> {
    return this.#get(withQuery('/v1/ring', { key }));
  }

  /** The daemon that answers. */
  self(options: { readonly timeoutMs?: number } = {}): Promise<SelfView> {
    return this.#get('/v1/node', { elsewhere: 'never', ...options });
  }

  /** What the daemon that answers finds of itself and around it. */
  doctor(): Promise<DoctorAnswer> {
    return this.#get('/v1/doctor', { elsewhere: 'never' });
  }

  /**
   * Has a node take no work any more; what it has queued and the records that it holds move to others.
   *
   * @param node - its id, or a unique prefix
   * @param begin - false to ask only what it still has
   */
  drain(node: string, begin = true): Promise<Draining> {
    return this.#post(`/v1/nodes/${encodeURIComponent(node)}/drain${begin ? '' : '?begin=false'}`);
  }

  /** The daemon that answers begins to hand off what it has; it stops answering once it has left. */
  leave(): Promise<Leaving> {
    return this.#post('/v1/node/leave', 'never');
  }

  /** Gives up the kept connections. */
  close(): void {
    this.#peers.close();
  }

  /** Undefined where nobody can say how it stands, before `deadline`. */
  async #jobIfThere(
    id: string,
    options: { readonly waitMs: number } & Abortable,
    deadline: number,
  ): Promise<JobAnswer | undefined> {
    try {
      return await this.job(id, options);
    } catch (error) {
      const isAway = error instanceof CoveyError && error.code === 'unavailable';
      if (isAway && performance.now() < deadline) return undefined;
      throw error;
    }
  }

  #get<T>(
    path: string,
    options: Partial<Pick<Exchange, 'timeoutMs' | 'heldMs'> & Elsewhere> & Abortable = {},
  ): Promise<T> {
    return this.#call({ method: 'GET', path, timeoutMs: ANSWER_MS, elsewhere: 'repeat', ...options });
  }

  #post<T>(path: string, elsewhere: Elsewhere['elsewhere'] = 'repeat'): Promise<T> {
    return this.#call({ method: 'POST', path, timeoutMs: ANSWER_MS, elsewhere });
  }

  #call<T>(exchange: Exchange & Elsewhere): Promise<T> {
    return call(this.#peers, exchange);
  }
}
