import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import type { BatchOrder, CallReply, ProgressNote, WorkerData } from './order.js';

export interface WorkerPoolOptions {
  /** What workers run. */
  readonly script: string;
  /** Workers that are kept ready whether used or not. */
  readonly prewarm: number;
  readonly threadsMax: number;
  /** Of the JavaScript heap of one worker. */
  readonly memoryBytes: number;
  /** A worker beyond the prewarmed ones ends after this long without work. */
  readonly idleMs: number;
  /** After so many calls workers are made anew, whatever they have gathered. */
  readonly callsMax: number;
  readonly channel: string;
  /** What workers say while they make calls: each reply but a batch's last one. */
  readonly onNote: (note: ProgressNote | CallReply) => void;
  readonly log: (message: string) => void;
}

/** Workers that have loaded the same versions of the same modules. */
interface Generation {
  readonly piscina: Piscina;
  /** By path, what told its version. */
  readonly stamps: Map<string, string>;
  calls: number;
  running: number;
  isRetired: boolean;
}

/** A batch under way. */
export interface PooledBatch {
  /** The last reply; none where no call was left to make. Rejects where its worker was ended, by itself or by `kill`. */
  readonly reply: Promise<CallReply | undefined>;
  /** Ends its worker; done once that is gone. */
  kill(): Promise<void>;
}

/**
 * Warm workers, by piscina. A module cannot be unloaded: where one has changed on disk, what is called from then on goes to new
 * workers, and the old ones end with their calls.
 */
export class WorkerPool {
  #generation: Generation | undefined;
  readonly #retired = new Set<Generation>();
  #piscina: typeof Piscina | undefined;

  constructor(private readonly options: WorkerPoolOptions) {}

  /** Loads piscina, which a daemon that calls no function does without (30 ms, 8 MB). */
  async open(): Promise<void> {
    this.#piscina ??= (await import('piscina')).Piscina;
    if (this.options.prewarm > 0) this.#generation ??= this.#make(this.#piscina);
  }

  get isOpen(): boolean {
    return this.#piscina !== undefined;
  }

  /** @param stamp - tells one version of the module from another */
  call(order: BatchOrder, stamp: string): PooledBatch {
    const generation = this.#current(order.module, stamp);
    const { piscina } = generation;
    const abort = new AbortController();
    generation.running += 1;
    generation.calls += order.calls.length;
    const run = piscina.run(order, { signal: abort.signal }) as Promise<CallReply | undefined>;
    const reply = run.finally(() => {
      generation.running -= 1;
      this.#tidy(generation);
    });
    return { reply, kill: () => killed(piscina, abort) };
  }

  /** What is called from now on is loaded anew. */
  renew(): void {
    const old = this.#generation;
    this.#generation = undefined;
    if (old === undefined) return;
    old.isRetired = true;
    this.#retired.add(old);
    this.#tidy(old);
  }

  async close(): Promise<void> {
    this.renew();
    await Promise.all([...this.#retired].map(({ piscina }) => piscina.destroy()));
  }

  #current(module: string, stamp: string): Generation {
    const known = this.#generation?.stamps.get(module);
    const isWorn = (this.#generation?.calls ?? 0) >= this.options.callsMax;
    if (isWorn || (known !== undefined && known !== stamp)) this.renew();
    if (this.#piscina === undefined) throw new Error('the pool is not open');
    const generation = (this.#generation ??= this.#make(this.#piscina));
    if (known !== stamp) generation.stamps.set(module, stamp);
    return generation;
  }

  #make(Pool: typeof Piscina): Generation {
    const { script, prewarm, threadsMax, memoryBytes, idleMs, channel, onNote, log } = this.options;
    const piscina = new Pool({
      filename: script,
      ...{ minThreads: prewarm, maxThreads: threadsMax, idleTimeout: idleMs },
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(memoryBytes / 2 ** 20) },
      workerData: { channel } satisfies WorkerData,
    });
    piscina.on('message', onNote);
    piscina.on('error', (error: Error) => log(`a function worker ended between calls: ${error.message}`));
    return { piscina, stamps: new Map(), calls: 0, running: 0, isRetired: false };
  }

  #tidy(generation: Generation): void {
    if (!generation.isRetired || generation.running > 0 || !this.#retired.delete(generation)) return;
    void generation.piscina.destroy();
  }
}

/** Piscina ends the worker of a run that is aborted; whichever is missing then is waited for. */
async function killed(piscina: Piscina, abort: AbortController): Promise<void> {
  const before = [...piscina.threads];
  abort.abort();
  const after = new Set<Worker>(piscina.threads);
  const ending = before.filter((worker) => !after.has(worker) && worker.threadId >= 0);
  await Promise.all(ending.map((worker) => once(worker, 'exit')));
}
