import { randomUUID } from 'node:crypto';
import { readdirSync, rm, rmSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { BroadcastChannel } from 'node:worker_threads';
import { assert } from '../../../kernel/assert.js';
import type { AttemptEnd, AttemptId, Call, Ended, OutputChunk, Runner, RunnerEvents, Startable } from '../../runner.js';
import { Followers, type Wanted } from '../followers.js';
import type { RunnerLimits } from '../limits.js';
import { OutputCutter } from '../output-cutter.js';
import type { OutputFile } from '../output-file.js';
import { Spool } from '../spool.js';
import { Batch, type Run } from './batch.js';
import { CallOutput } from './call-output.js';
import { deathOf } from './death.js';
import { NOT_FOUND, type CallOrder, type CallReply, type ProgressNote } from './order.js';
import { Silence } from './silence.js';
import { WorkerPool } from './worker-pool.js';

export interface FunctionRunnerOptions {
  readonly dataDir: string;
  /** What its workers run: worker.ts of this folder, built. */
  readonly script: string;
  /** Workers that are kept ready. */
  readonly prewarm: number;
  readonly limits: RunnerLimits;
  readonly events: RunnerEvents;
  readonly log: (message: string) => void;
}

type Verdict = Pick<AttemptEnd, 'exitCode' | 'failure' | 'lost' | 'result' | 'isUnbegun'>;

const KILLED = 137;
/** A worker that is still starting does not hear that it is to end: it is told again. */
const NUDGE_MS = 100;
/** What waits in a batch behind one call for so long is given to others. */
const STUCK_MS = 50;
const LOST: Verdict = {
  failure: 'the daemon was silent for too long: by then others may have been given its task',
  exitCode: KILLED,
  lost: true,
};
const CLOSING: Verdict = { failure: 'the daemon is stopping' };
const STOPPED: Verdict = { failure: 'it was stopped before it ran' };
const UNBEGUN: Verdict = { failure: 'it waited behind a call that takes long', isUnbegun: true };

/** Calls functions in worker threads: docs/adr/0023-functions.md, 0036-calls-in-batches.md. They die with this process. */
export class FunctionRunner implements Runner<Call> {
  readonly #runs = new Map<string, Run>();
  #queue: Batch[] = [];
  readonly #channel: BroadcastChannel;
  readonly #pool: WorkerPool;
  readonly #spool: Spool;
  readonly #followers: Followers;
  readonly #cutter: OutputCutter;
  readonly #silence: Silence;
  readonly #tmpDir: string;
  readonly #spoolDir: string;
  /** Ended, to be told in the next turn of the loop together with what else ends until then. */
  #ended: Ended[] = [];
  #busy = 0;
  #made = 0;
  #isClosing = false;

  constructor(private readonly options: FunctionRunnerOptions) {
    const { dataDir, limits, script, prewarm, log } = options;
    const channel = randomUUID();
    this.#channel = new BroadcastChannel(channel);
    this.#channel.unref();
    this.#spoolDir = join(dataDir, 'spool', 'functions');
    this.#tmpDir = join(dataDir, 'tmp');
    this.#spool = new Spool(this.#spoolDir, limits, log);
    // Of calls that died with a former daemon.
    for (const name of readdirSync(this.#spoolDir)) {
      if (name.startsWith('call-')) rmSync(join(this.#spoolDir, name), { force: true });
    }
    this.#followers = new Followers((wanted) => this.#look(wanted), limits.followMs);
    this.#cutter = new OutputCutter(limits, () => this.#written());
    this.#silence = new Silence(limits.silenceMs, () => this.#lose());
    const { workersMax: threadsMax, workerBytesMax: memoryBytes, workerIdleMs: idleMs, workerCallsMax } = limits;
    const onNote = (note: ProgressNote | CallReply) => this.#note(note);
    this.#pool = new WorkerPool({
      ...{ prewarm: Math.min(prewarm, threadsMax), threadsMax, memoryBytes, idleMs, callsMax: workerCallsMax },
      ...{ script, channel, onNote, log },
    });
  }

  /** Makes the prewarmed workers. */
  open(): Promise<void> {
    return this.#pool.open();
  }

  has(attempt: AttemptId): boolean {
    const key = keyOf(attempt);
    return this.#runs.has(key) || this.#spool.read(key, 'stdout', 0, 1) !== undefined;
  }

  start(attempt: AttemptId, command: Call): void {
    this.startTogether([{ attempt, command }]);
  }

  startTogether(starts: readonly Startable<Call>[]): void {
    const runs = starts.map(({ attempt, command }) => this.#enter(attempt, command));
    this.#queue.push(new Batch(runs));
    if (this.#pool.isOpen) return this.#pump();
    void this.#pool.open().then(
      () => this.#pump(),
      (error: unknown) => {
        for (const run of runs) this.#finish(run, { failure: `no worker can be started here: ${String(error)}` });
      },
    );
  }

  /** Nothing follows in place: short calls are started together. */
  next(): void {
    // Left to `start`.
  }

  signal(attempt: AttemptId, how: 'term' | 'kill'): void {
    const run = this.#runs.get(keyOf(attempt));
    if (run) this.#end(run, how);
  }

  read(...[attempt, stream, range, reply]: Parameters<Runner['read']>): void {
    const limit = Math.min(Math.max(1, range.limit), this.options.limits.readBytesMax);
    this.#followers.add({ key: keyOf(attempt), stream, offset: range.offset, limit }, range.waitMs, reply);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    for (const run of [...this.#runs.values()]) this.#end(run, 'kill');
    await this.#pool.close();
    // Ends are told in a later turn than the one in which piscina hears of them.
    await new Promise((done) => setImmediate(done));
    this.#tellEnds();
    this.#silence.close();
    this.#cutter.close();
    this.#channel.close();
    this.#spool.close();
  }

  #enter(attempt: AttemptId, call: Call): Run {
    const key = keyOf(attempt);
    assert(!this.#runs.has(key), () => `attempt ${key} is started twice`);
    const place = `${this.#spoolDir}/call-${++this.#made}`;
    const order: CallOrder = {
      key,
      ...{ input: call.input, task: attempt.task, index: call.index, attempt: call.attempt, epoch: attempt.epoch },
      ...{ stdout: `${place}.out`, stderr: `${place}.err`, tmpDir: `${this.#tmpDir}/call-${this.#made}` },
    };
    const output = new CallOutput(order, this.#spool);
    const run = { key, attempt, call, order, output, startedAtMs: Date.now(), hasEnded: false } as Run;
    this.#runs.set(key, run);
    return run;
  }

  /** Piscina's own queue is not used: nobody starts a worker for what waits there when one was ended. */
  #pump(): void {
    while (this.#busy < this.options.limits.workersMax) {
      const batch = this.#queue.shift();
      if (!batch) return;
      const { module, cwd } = batch.call;
      const path = isAbsolute(module) ? module : resolve(cwd ?? '/', module);
      const stamp = this.#isClosing ? undefined : stampOf(path);
      if (stamp !== undefined) void this.#run(batch, path, stamp);
      else for (const run of batch.runs) this.#finish(run, this.#isClosing ? CLOSING : missing(path));
    }
  }

  async #run(batch: Batch, module: string, stamp: string): Promise<void> {
    this.#busy += 1;
    this.#cutter.wake();
    const watch = batch.runs.length > 1 ? setInterval(() => this.#watch(batch), STUCK_MS).unref() : undefined;
    let error: unknown;
    try {
      batch.pooled = this.#pool.call(batch.orderOf(module, this.options.limits.resultMax), stamp);
      const last = await batch.pooled.reply;
      if (last) this.#note(last);
    } catch (thrown) {
      error = thrown;
    }
    clearInterval(watch);
    const rest = batch.withdraw();
    if (error !== undefined) await this.#died(batch, module, error);
    this.#again(rest);
    this.#busy -= 1;
    this.#silence.check();
    this.#pump();
  }

  /** What its worker made at its end is why that ended; replies to the others did not come through. */
  async #died(batch: Batch, module: string, error: unknown): Promise<void> {
    const { current } = batch;
    await batch.pooled?.kill();
    for (const run of batch.underWay) {
      const { ending, call } = run;
      if (run !== current) this.#finish(run, UNBEGUN);
      else if (ending === 'lost') this.#finish(run, LOST);
      else if (ending === 'kill') this.#finish(run, { exitCode: KILLED });
      else this.#finish(run, deathOf(error, { module, export: call.export }, this.options.limits));
    }
  }

  /** Calls that were taken back are the next. */
  #again(runs: readonly Run[]): void {
    const wanted = runs.filter((run) => run.ending === undefined);
    for (const run of runs) if (run.ending !== undefined) this.#finish(run, run.ending === 'lost' ? UNBEGUN : STOPPED);
    if (wanted.length > 0) this.#queue.unshift(new Batch(wanted));
  }

  /** One of its calls takes long after all: who waits behind it need not. */
  #watch(batch: Batch): void {
    if (batch.isStuck()) for (const run of batch.withdraw()) this.#finish(run, UNBEGUN);
  }

  #note(note: ProgressNote | CallReply): void {
    const run = this.#runs.get(note.key);
    if (!run) return;
    if (note.kind === 'progress') {
      const { fraction, text } = note;
      return this.options.events.progress(run.attempt, { fraction, text });
    }
    if (note.isUnloadable === true) this.#pool.renew();
    const { exitCode, failure, result } = note;
    this.#finish(run, run.ending === 'lost' ? LOST : { exitCode, failure, result }, note);
  }

  /** @param reply - absent where the worker is gone: then nobody has said what it left */
  #finish(run: Run, verdict: Verdict, reply?: CallReply): void {
    const { key, attempt, order, output } = run;
    if (run.hasEnded) return;
    run.hasEnded = true;
    clearTimeout(run.nudge);
    if (reply?.hasTmpDir !== false) rm(order.tmpDir, { recursive: true, force: true }, () => undefined);
    const hasWritten = reply?.hasWritten !== false;
    const written = hasWritten ? output.keep(this.options.limits, this.options.log) : output.keepNothing();
    const { startedAtMs, finishedAtMs } = reply ?? { startedAtMs: run.startedAtMs, finishedAtMs: Date.now() };
    this.#runs.delete(key);
    this.#followers.serveAll(key);
    if (this.#ended.length === 0) setImmediate(() => this.#tellEnds());
    const { exitCode, failure, lost, result, isUnbegun } = verdict;
    const usage = reply?.cpuMs === undefined ? undefined : { cpuMs: reply.cpuMs };
    const end = { exitCode, failure, lost, result, isUnbegun, usage, startedAtMs, finishedAtMs, ...written };
    this.#ended.push({ attempt, end });
  }

  #tellEnds(): void {
    const ends = this.#ended;
    this.#ended = [];
    if (ends.length > 0) this.options.events.endedTogether(ends);
  }

  #end(run: Run, how: 'term' | 'kill' | 'lost'): void {
    const { batch } = run;
    const rest = batch.withdraw();
    const isFirst = run.ending === undefined || (run.ending === 'term' && how !== 'term');
    if (isFirst) run.ending = how;
    this.#queue = this.#queue.filter((queued) => queued !== batch);
    this.#again(rest);
    this.#pump();
    if (run.hasEnded || rest.includes(run) || !isFirst) return;
    if (how === 'term') this.#nudge(run);
    else if (batch.current === run) void batch.pooled?.kill();
  }

  #nudge(run: Run): void {
    this.#channel.postMessage(run.key);
    run.nudge = setTimeout(() => this.#nudge(run), NUDGE_MS);
  }

  #lose(): void {
    for (const run of [...this.#runs.values()]) this.#end(run, 'lost');
  }

  #look({ key, stream, offset, limit }: Wanted): OutputChunk | undefined {
    return this.#runs.get(key)?.output.read(stream, offset, limit) ?? this.#spool.read(key, stream, offset, limit);
  }

  *#written(): Generator<OutputFile> {
    for (const { output } of this.#runs.values()) yield* output.files();
  }
}

function missing(module: string): Verdict {
  const failure = `module ${module} does not exist on this node (hint: put it there, or use --upload)`;
  return { failure, exitCode: NOT_FOUND };
}

/** Undefined where there is no such file. */
function stampOf(module: string): string | undefined {
  const stat = statSync(module, { throwIfNoEntry: false });
  return stat?.isFile() === true ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : undefined;
}

function keyOf({ task, epoch }: AttemptId): string {
  return `${task}@${epoch}`;
}
