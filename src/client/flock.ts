import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type {
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
} from '../api/schema.js';
import { CoveyError } from '../kernel/errors.js';
import { isTerminal, type TaskState } from '../kernel/states.js';
import type { Exchange, Http } from './http.js';
import { callBody } from './call-body.js';
import { MapResults, type FunctionRef, type MapOptions } from './map.js';
import { jobPath, taskPath, withQuery } from './paths.js';
import { bodyOf, problemOf, unanswered } from './problems.js';
import { submitKeyed } from './submitting.js';

/** What a daemon may take to answer, beyond the time it is asked to wait. */
const ANSWER_MS = 30_000;
/** Tells the daemon that nobody can know the key from before, so that it need not ask around; the time follows. */
const FRESH_KEY = 'fresh-';
const WAIT_MS_MAX = 60_000;
/** How long a daemon may take to begin with output that is followed: nothing may have been written yet. */
const FOLLOW_MS = 20_000;
const PROGRESS_MS = 500;
const TURN_MS_MIN = 50;
/**
 * How long whoever waits bears that too few replicas are there, and how often it asks meanwhile: longer than it takes by default
 * until the others are held to be dead, and a survivor goes on alone.
 */
const TOO_FEW_MS = 120_000;
const TOO_FEW_PAUSE_MS = 250;

interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

export interface JobsQuery {
  /** Jobs on a page. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** Only ids that begin so. */
  readonly prefix?: string | undefined;
  readonly state?: TaskState | undefined;
}

export interface TasksQuery {
  /** The last index seen. */
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
  readonly state?: TaskState | undefined;
}

export interface LogsQuery extends Abortable {
  /** @default 'stdout' */
  readonly stream?: 'stdout' | 'stderr' | undefined;
  /** Bytes to skip. */
  readonly offset?: number | undefined;
  /** Waits for the task to start and ends when it is terminal. */
  readonly follow?: boolean | undefined;
}

export interface WaitOptions extends Abortable {
  readonly timeoutMs?: number | undefined;
  /** Called at least twice a second, unless it takes longer itself; the last time with what `wait` returns. */
  readonly onProgress?: ((job: JobAnswer) => unknown) | undefined;
}

/**
 * A flock, spoken to through one of its daemons. Every method throws CoveyError with the daemon's code and hint, or
 * `no-daemon` where none answers, `unavailable` where it went away in the middle.
 */
export class Flock {
  readonly #http: Http;

  /** Made by `connect`. */
  constructor(http: Http) {
    this.#http = http;
  }

  /** What is being spoken to, for messages. */
  get address(): string {
    return this.#http.address.name;
  }

  /** The Unix socket over which it is reached, where it is: then it runs on this machine. */
  get socket(): string | undefined {
    const { address } = this.#http;
    return address.kind === 'socket' ? address.path : undefined;
  }

  /**
   * Submits a job; answered once it is durable. Repeats itself under its idempotency key where that is safe.
   *
   * @throws CoveyError `outcome-unknown` where the daemon may have taken it: submit again with the key in the hint
   */
  submit(body: SubmitBody, options: { readonly idempotencyKey?: string | undefined } = {}): Promise<Submitted> {
    return submitKeyed(this.#http, body, options.idempotencyKey ?? `${FRESH_KEY}${Date.now()}-${randomUUID()}`);
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
  results(job: string, query: Pick<TasksQuery, 'after' | 'limit'> = {}): Promise<ResultsPage> {
    return this.#get(withQuery(`${jobPath(job)}/results`, { ...query }));
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

  /** The raw bytes of one output stream of a task. Leaving the loop ends the request. */
  async *logs(id: string, query: LogsQuery = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const { stream = 'stdout', offset, follow = false, signal } = query;
    const path = withQuery(`${taskPath(id)}/logs`, { stream, offset, follow: follow ? 1 : undefined });
    const times = follow ? { timeoutMs: 2 ** 31 - 1, heldMs: FOLLOW_MS } : { timeoutMs: ANSWER_MS };
    const opened = await this.#http.open({ method: 'GET', path, ...times, signal });
    if (opened.kind !== 'answer') throw unanswered(opened, this.address);
    const response = opened.answer;
    try {
      const status = response.statusCode ?? 0;
      if (status >= 300) {
        let text = '';
        for await (const chunk of response) text += String(chunk);
        throw problemOf(status, text, this.address);
      }
      for await (const chunk of response) yield chunk as Uint8Array;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof CoveyError) throw error;
      throw unanswered({ kind: 'lost', why: error instanceof Error ? error.message : String(error) }, this.address);
    } finally {
      response.destroy();
    }
  }

  /** Ends a job (JOB) or one of its tasks (JOB/INDEX); committed when it answers. */
  cancel(id: string): Promise<Cancelled> {
    return this.#post(`${id.includes('/') ? taskPath(id) : jobPath(id)}/cancel`);
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
    return this.#call({ method: 'POST', path: whole, headers, timeoutMs: ANSWER_MS });
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
    return this.#get('/v1/node', options);
  }

  /** What the daemon that answers finds of itself and around it. */
  doctor(): Promise<DoctorAnswer> {
    return this.#get('/v1/doctor');
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
    return this.#post('/v1/node/leave');
  }

  /** Gives up the kept connections. */
  close(): void {
    this.#http.close();
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

  #get<T>(path: string, options: Partial<Pick<Exchange, 'timeoutMs' | 'heldMs'>> & Abortable = {}): Promise<T> {
    return this.#call({ method: 'GET', path, timeoutMs: ANSWER_MS, ...options });
  }

  #post<T>(path: string): Promise<T> {
    return this.#call({ method: 'POST', path, timeoutMs: ANSWER_MS });
  }

  /** A kept connection may have been closed at the other end just now: whatever may be repeated gets a second try. */
  async #call<T>(exchange: Exchange): Promise<T> {
    let outcome = await this.#http.exchange(exchange);
    if (outcome.kind === 'lost') outcome = await this.#http.exchange(exchange);
    if (outcome.kind !== 'answer') throw unanswered(outcome, this.address);
    const { status, text } = outcome.answer;
    if (status >= 300) throw problemOf(status, text, this.address);
    return bodyOf(status, text, this.address);
  }
}
