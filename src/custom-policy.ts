import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { CoveyError } from './kernel/errors.js';
import type { Candidate, ScoredTask, Scorer } from './placement/policies/custom.js';

export interface CustomPolicyOptions {
  /** What goes wrong is said here, at most once in {@link SAID_EACH_MS}. */
  readonly warn: (message: string) => void;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** @default {@link LIMIT_MS} */
  readonly limitMs?: number;
}

/** What one decision may take: a daemon does nothing else meanwhile. */
const LIMIT_MS = 100;

/** It is not asked for so long after a failure: one that hangs would else take all the time there is. */
const REST_MS = 5_000;

const SAID_EACH_MS = 60_000;

/** How long a module may take to be loaded and to answer once. */
const LOAD_MS = 5_000;

const HINT = 'it is to export default (task, candidates) => scores, a number for each: docs/policies.md';

const CALL = 'coveyPolicyCall';

/** What a policy is tried with before it is taken. */
const SAMPLE: readonly [ScoredTask, readonly Candidate[]] = [
  { key: 'key', name: 'name', cpus: 1, memBytes: 0, gpus: 0, workMs: 1_000, batch: 1 },
  ['a', 'b'].map((id) => ({
    ...{ id: id as Candidate['id'], zone: '', cpus: 4, free: 2, speed: 1, running: 2, queued: 0, offered: 0 },
    ...{ workMs: 500, roundTripMs: 1, responseMs: 1_000, price: 0, watts: 0 },
  })),
];

/**
 * A policy of the user's, from an ES module of the operator of this daemon. It is trusted with the process, as what a shell starts
 * is, but not with its time: a call that takes too long is ended.
 */
export class CustomPolicy {
  /** Calls that failed. */
  failures = 0;
  /** What the last call did in place of an answer. */
  failure: string | undefined;
  #restUntilMs = -Infinity;
  #saidMs = -Infinity;
  #unsaid = 0;

  private constructor(
    readonly path: string,
    private readonly call: (task: ScoredTask, candidates: readonly Candidate[]) => unknown,
    private readonly options: CustomPolicyOptions,
  ) {}

  /** @throws CoveyError `usage` where there is no such module, or what it exports is no policy */
  static async load(path: string, options: CustomPolicyOptions): Promise<CustomPolicy> {
    const url = pathToFileURL(path).href;
    // First where it can be ended: a module may hang while it is loaded.
    const complaint = await tried(url);
    if (complaint !== undefined) throw new CoveyError('usage', `--policy ${path}: ${complaint}`, HINT);
    const module = (await import(url)) as { readonly default: CustomPolicy['call'] };
    return new CustomPolicy(path, module.default, options);
  }

  readonly score: Scorer = (task, candidates) => {
    if (this.options.nowMs() < this.#restUntilMs) return undefined;
    try {
      const scores = limited(() => this.call(task, candidates), this.options.limitMs ?? LIMIT_MS);
      const wrong = wrongIn(scores, candidates.length);
      if (wrong === undefined) {
        this.failure = undefined;
        return scores as readonly number[];
      }
      return this.#failed(wrong);
    } catch (error) {
      return this.#failed(reasonOf(error));
    }
  };

  #failed(reason: string): undefined {
    const nowMs = this.options.nowMs();
    this.failures += 1;
    this.failure = reason;
    this.#restUntilMs = nowMs + REST_MS;
    this.#unsaid += 1;
    if (nowMs - this.#saidMs < SAID_EACH_MS) return;
    const times = this.#unsaid === 1 ? '' : `, ${this.#unsaid} times since this was said last`;
    this.options.warn(
      `the policy ${this.path} ${reason}${times}: tasks are placed by bounded-ring, and it is tried again every ${REST_MS / 1_000} s`,
    );
    this.#saidMs = nowMs;
    this.#unsaid = 0;
  }
}

const script = new Script(`globalThis.${CALL}()`);

/** The time limit of a script ends whatever it calls, where that was made too. */
function limited(act: () => unknown, timeout: number): unknown {
  const world = globalThis as { [CALL]?: () => unknown };
  world[CALL] = act;
  try {
    return script.runInThisContext({ timeout });
  } finally {
    delete world[CALL];
  }
}

/** What is wrong with scores; undefined where nothing is. */
function wrongIn(scores: unknown, count: number): string | undefined {
  if (!Array.isArray(scores)) return `answered ${nameOf(scores)} in place of an array of numbers`;
  if (scores.length !== count) return `gave ${scores.length} scores for ${count} candidates`;
  for (const score of scores as unknown[]) {
    if (typeof score !== 'number' || Number.isNaN(score)) return `gave ${nameOf(score)} for a score`;
  }
  return undefined;
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'number') return String(value);
  if (value instanceof Promise) return 'a promise';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function reasonOf(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'took too long and was ended';
  return `threw ${error instanceof Error ? `${error.name}: ${error.message}` : nameOf(error)}`;
}

/** Loads a module in a thread and asks it once. Returns what is wrong with it. */
async function tried(url: string): Promise<string | undefined> {
  const text = `
    const { parentPort, workerData: { url, sample } } = require('node:worker_threads');
    const say = (what) => parentPort.postMessage(what);
    import(url).then(
      (module) => {
        if (typeof module.default !== 'function') return say({ odd: 'it has no function for its default export' });
        try {
          const scores = module.default(...sample);
          say(typeof scores?.then === 'function' ? { odd: 'it answers a promise: it is to be synchronous' } : { scores });
        } catch (error) {
          say({ odd: 'it throws ' + (error instanceof Error ? error.name + ': ' + error.message : String(error)) });
        }
      },
      (error) => say({ odd: error.code === 'ERR_MODULE_NOT_FOUND' ? 'there is no such module, or one that it imports is not there' : 'it cannot be loaded: ' + error.message }),
    );`;
  const worker = new Worker(text, { eval: true, workerData: { url, sample: SAMPLE }, stdout: true, stderr: true });
  try {
    return await new Promise<string | undefined>((settle) => {
      const timer = setTimeout(() => settle(`it did not answer within ${LOAD_MS / 1_000} s`), LOAD_MS);
      const end = (complaint: string | undefined) => {
        clearTimeout(timer);
        settle(complaint);
      };
      worker.on('message', ({ odd, scores }: { readonly odd?: string; readonly scores?: unknown }) => {
        const wrong = odd === undefined ? wrongIn(scores, SAMPLE[1].length) : undefined;
        end(odd ?? (wrong === undefined ? undefined : `it ${wrong}`));
      });
      worker.on('error', (error) => end(`it cannot be loaded: ${error.message}`));
      worker.on('exit', () => end('it ends its process'));
    });
  } finally {
    await worker.terminate();
  }
}
