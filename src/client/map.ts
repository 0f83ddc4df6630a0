import type { JobAnswer, ResultsPage, SubmitBody, Submitted, TaskResult } from '../api/schema.js';
import { CoveyError } from '../kernel/errors.js';
import { isTerminal } from '../kernel/states.js';

/** Which function is called: a module that every node has at this path. */
export interface FunctionRef {
  /** A path, absolute or relative to the current directory, or a `file:` URL. */
  readonly module: string | URL;
  /** @default 'default' */
  readonly export?: string | undefined;
}

/** What is submitted with a map, beside the function and its items. */
export interface MapOptions extends Omit<SubmitBody, 'argv' | 'function' | 'tasks' | 'shell' | 'stdin'> {
  /** The same for all calls, as `context.args`; anything that JSON can hold. */
  readonly args?: unknown;
  /** A second map under this key is the same job. */
  idempotencyKey?: string | undefined;
  /** Cancels the job, also where that is being submitted; whoever takes the results gets its reason. */
  signal?: AbortSignal | undefined;
}

/** What a map needs of its flock. */
export interface MapFlock {
  submit(body: SubmitBody, options: { readonly idempotencyKey?: string | undefined }): Promise<Submitted>;
  job(id: string, options: { readonly waitMs?: number; readonly signal?: AbortSignal | undefined }): Promise<JobAnswer>;
  results(
    id: string,
    query: {
      readonly after?: number | undefined;
      readonly limit?: number | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<ResultsPage>;
  cancel(id: string): Promise<unknown>;
}

/** Between looks at tasks that have not ended: first, and at most. */
const LOOK_MS = 5;
const LOOK_MAX_MS = 500;

/** Tasks that are looked at together: few while they end one by one, since what has not ended is told for nothing; at most a page. */
const LOOK_TASKS = 64;
const PAGE = 1000;

/**
 * The results of a map, in the order of its items, each as soon as it and those before it are there:
 * `for await (const value of flock.map(…))`, or `await flock.map(…).toArray()`. To be taken once. Where a task ends otherwise than
 * well it throws; then, and where the loop is left early, the rest of the job is cancelled.
 */
export class MapResults<Result> implements AsyncIterable<Result> {
  readonly #submitted: Promise<Submitted>;

  constructor(
    private readonly flock: MapFlock,
    private readonly body: SubmitBody,
    private readonly options: Pick<MapOptions, 'idempotencyKey' | 'signal'>,
  ) {
    const isEmpty = body.tasks?.kind === 'lines' && body.tasks.lines.length === 0;
    const { signal, idempotencyKey } = options;
    if (signal?.aborted === true) this.#submitted = Promise.reject(signal.reason as Error);
    else this.#submitted = isEmpty ? Promise.resolve(NOTHING) : flock.submit(body, { idempotencyKey });
    // It is heard of where the results are taken.
    this.#submitted.catch(() => undefined);
    if (!isEmpty) signal?.addEventListener('abort', this.#withdraw, { once: true });
  }

  /** The id of the job, once that is durable; empty where there are no items. */
  get job(): Promise<string> {
    return this.#submitted.then(({ job }) => job);
  }

  /** @throws CoveyError `failed` naming the first task that ended otherwise than well, and why */
  async toArray(): Promise<Result[]> {
    const results: Result[] = [];
    for await (const result of this) results.push(result);
    return results;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Result, void, undefined> {
    const { job, tasks } = await this.#untilAborted(this.#submitted);
    if (tasks === 0) return;
    let isWhole = false;
    try {
      for await (const one of this.#taken(job, tasks)) yield valueOf<Result>(one);
      isWhole = true;
    } finally {
      this.options.signal?.removeEventListener('abort', this.#withdraw);
      if (!isWhole) await this.flock.cancel(job).catch(() => undefined);
    }
  }

  /** A submission is not given up half way, or nobody would know what to cancel. */
  readonly #withdraw = () => {
    this.#submitted.then(({ job }) => this.flock.cancel(job)).catch(() => undefined);
  };

  async #untilAborted<T>(answer: Promise<T>): Promise<T> {
    const { signal } = this.options;
    if (!signal) return answer;
    signal.throwIfAborted();
    let stop: () => void = () => undefined;
    const aborted = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
    });
    return Promise.race([answer, aborted]).finally(() => signal.removeEventListener('abort', stop));
  }

  async *#taken(job: string, tasks: number): AsyncGenerator<TaskResult, void> {
    const { signal } = this.options;
    let after: number | undefined;
    let waitMs = LOOK_MS;
    let limit = LOOK_TASKS;
    for (let taken = 0; taken < tasks;) {
      signal?.throwIfAborted();
      const { results } = await this.flock.results(job, { after, limit, signal });
      let fresh = 0;
      for (const one of results) {
        if (!isTerminal(one.state)) break;
        yield one;
        after = one.index;
        fresh += 1;
      }
      taken += fresh;
      limit = Math.min(Math.max(2 * fresh, LOOK_TASKS), PAGE);
      waitMs = fresh > 0 ? LOOK_MS : Math.min(waitMs * 2, LOOK_MAX_MS);
      if (fresh < results.length || fresh === 0) await this.flock.job(job, { waitMs, signal });
    }
  }
}

const NOTHING: Submitted = {
  ...{ job: '', tasks: 0, existed: false },
  durability: { replicas: 0, acked: 0, degraded: false },
};

/** Results that are typed are so by the word of the caller. */
function valueOf<Result>({ task, state, reason, result, hasResult }: TaskResult): Result {
  if (hasResult) return result as Result;
  const why = reason === null ? state : `${state}: ${reason}`;
  throw new CoveyError('failed', `task ${task} ${why}`, `see \`covey logs ${task}\``);
}
