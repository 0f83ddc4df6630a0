import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rm, rmSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { BroadcastChannel } from 'node:worker_threads';
import { assert } from '../../../kernel/assert.js';
import type { AttemptEnd, AttemptId, Call, OutputChunk, OutputStream, Runner, RunnerEvents } from '../../runner.js';
import { Followers, type Wanted } from '../followers.js';
import type { RunnerLimits } from '../limits.js';
import { OutputCutter } from '../output-cutter.js';
import { OutputFile } from '../output-file.js';
import { Spool } from '../spool.js';
import { NOT_FOUND, type CallOrder, type CallReply, type ProgressNote } from './order.js';
import { Silence } from './silence.js';
import { deathOf } from './death.js';
import { WorkerPool, type PooledCall } from './worker-pool.js';

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

/** An attempt from `start` to `ended`. */
interface Run {
  readonly key: string;
  readonly attempt: AttemptId;
  readonly order: CallOrder;
  pooled?: PooledCall;
  /** Opened where somebody reads on, or the cutter looks. */
  readonly files: Partial<Record<OutputStream, OutputFile>>;
  ending?: 'term' | 'kill' | 'lost';
  nudge?: NodeJS.Timeout;
  startedAtMs: number;
}

type Output = Pick<AttemptEnd, 'stdoutTail' | 'stderrTail' | 'stdoutBytes' | 'stderrBytes'>;
type Verdict = Pick<AttemptEnd, 'exitCode' | 'failure' | 'lost' | 'result'>;

const NOTHING = new Uint8Array(0);
const KILLED = 137;
/** A worker that is still starting does not hear that it is to end: it is told again. */
const NUDGE_MS = 100;
const LOST = 'the daemon was silent for too long: by then others may have been given its task';

/** Calls functions in worker threads: docs/adr/0023-functions.md. They die with this process. */
export class FunctionRunner implements Runner<Call> {
  readonly #runs = new Map<string, Run>();
  readonly #queue = new Set<Run>();
  readonly #channel: BroadcastChannel;
  readonly #pool: WorkerPool;
  readonly #spool: Spool;
  readonly #followers: Followers;
  readonly #cutter: OutputCutter;
  readonly #silence: Silence;
  readonly #tmpDir: string;
  readonly #spoolDir: string;
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
    const onProgress = (note: ProgressNote) => this.#progress(note);
    this.#pool = new WorkerPool({
      ...{ prewarm: Math.min(prewarm, threadsMax), threadsMax, memoryBytes, idleMs, callsMax: workerCallsMax },
      ...{ script, channel, onProgress, log },
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

  start(attempt: AttemptId, call: Call): void {
    const key = keyOf(attempt);
    assert(!this.#runs.has(key), () => `attempt ${key} is started twice`);
    const run: Run = { key, attempt, order: this.#orderOf(key, attempt, call), files: {}, startedAtMs: Date.now() };
    this.#runs.set(key, run);
    this.#queue.add(run);
    if (this.#pool.isOpen) return this.#pump();
    void this.#pool.open().then(
      () => this.#pump(),
      (error: unknown) => this.#finish(run, { failure: `no worker can be started here: ${String(error)}` }),
    );
  }

  /** Nothing follows in place: a call costs too little for that. */
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
    this.#silence.close();
    this.#cutter.close();
    this.#channel.close();
    this.#spool.close();
  }

  #orderOf(key: string, { task, epoch }: AttemptId, call: Call): CallOrder {
    const { export: name, input, args, env, job, index, attempt, node, cwd } = call;
    const module = isAbsolute(call.module) ? call.module : resolve(cwd ?? '/', call.module);
    const place = join(this.#spoolDir, `call-${++this.#made}`);
    return {
      ...{ key, module, export: name, input, args, env, task, job, index, attempt, epoch, node },
      ...{ stdout: `${place}.out`, stderr: `${place}.err`, tmpDir: join(this.#tmpDir, `call-${this.#made}`) },
      resultMax: this.options.limits.resultMax,
    };
  }

  /** Piscina's own queue is not used: nobody starts a worker for what waits there when one was ended. */
  #pump(): void {
    for (const run of this.#queue) {
      if (this.#busy >= this.options.limits.workersMax) return;
      this.#queue.delete(run);
      void this.#run(run);
    }
  }

  async #run(run: Run): Promise<void> {
    const { module } = run.order;
    const stamp = stampOf(module);
    if (stamp === undefined || this.#isClosing) {
      const failure = this.#isClosing
        ? 'the daemon is stopping'
        : `module ${module} does not exist on this node (hint: put it there, or use --upload)`;
      await Promise.resolve();
      return this.#finish(run, this.#isClosing ? { failure } : { failure, exitCode: NOT_FOUND });
    }
    this.#busy += 1;
    this.#cutter.wake();
    run.startedAtMs = Date.now();
    let reply: CallReply | undefined;
    let verdict: Verdict;
    try {
      run.pooled = this.#pool.call(run.order, stamp);
      reply = await run.pooled.reply;
      verdict = reply;
      if (reply.isUnloadable === true) this.#pool.renew();
    } catch (error) {
      verdict = run.ending === 'kill' ? { exitCode: KILLED } : deathOf(error, run.order, this.options.limits);
      await run.pooled?.kill();
    }
    this.#busy -= 1;
    this.#silence.check();
    this.#finish(run, run.ending === 'lost' ? { exitCode: KILLED, failure: LOST, lost: true } : verdict, reply);
    this.#pump();
  }

  /** @param reply - absent where the worker is gone: then nobody has said what it left */
  #finish(run: Run, verdict: Verdict, reply?: CallReply): void {
    const { key, attempt, order, startedAtMs } = run;
    if (!this.#runs.has(key)) return;
    clearTimeout(run.nudge);
    if (reply?.hasTmpDir !== false) rm(order.tmpDir, { recursive: true, force: true }, () => undefined);
    const output = reply?.hasWritten === false ? this.#keepNothing(key) : this.#keep(run);
    const { exitCode, failure, lost, result } = verdict;
    const end: AttemptEnd = { exitCode, failure, lost, result, startedAtMs, finishedAtMs: Date.now(), ...output };
    this.#runs.delete(key);
    this.#followers.serveAll(key);
    this.options.events.ended(attempt, end);
  }

  #keepNothing(key: string): Output {
    this.#spool.keepSilence(key);
    return { stdoutTail: NOTHING, stderrTail: NOTHING, stdoutBytes: 0, stderrBytes: 0 };
  }

  #keep(run: Run): Output {
    const { order, files, key } = run;
    if (!existsSync(order.stdout) && !existsSync(order.stderr)) return this.#keepNothing(key);
    try {
      const stdout = (files.stdout ??= new OutputFile(order.stdout, 'a+'));
      const stderr = (files.stderr ??= new OutputFile(order.stderr, 'a+'));
      stdout.seal();
      stderr.seal();
      const { tailBytes } = this.options.limits;
      const tails = { stdoutTail: stdout.tail(tailBytes), stderrTail: stderr.tail(tailBytes) };
      const sizes = { stdoutBytes: stdout.end(), stderrBytes: stderr.end() };
      this.#spool.keep(key, stdout, stderr);
      stdout.close();
      stderr.close();
      return { ...tails, ...sizes };
    } catch (error) {
      this.options.log(`the output of ${key} is lost: ${String(error)}`);
      return this.#keepNothing(key);
    }
  }

  #end(run: Run, how: 'term' | 'kill' | 'lost'): void {
    if (this.#queue.delete(run)) {
      setImmediate(() => this.#finish(run, { failure: 'it was stopped before it ran' }));
    } else if (how === 'term') {
      run.ending ??= 'term';
      this.#nudge(run);
    } else if (run.ending !== 'kill' && run.ending !== 'lost') {
      run.ending = how;
      void run.pooled?.kill();
    }
  }

  #nudge(run: Run): void {
    this.#channel.postMessage(run.key);
    run.nudge = setTimeout(() => this.#nudge(run), NUDGE_MS);
  }

  #lose(): void {
    for (const run of [...this.#runs.values()]) this.#end(run, 'lost');
  }

  #progress({ key, fraction, text }: ProgressNote): void {
    const run = this.#runs.get(key);
    if (run) this.options.events.progress(run.attempt, { fraction, text });
  }

  #fileOf(run: Run, stream: OutputStream): OutputFile | undefined {
    if (!run.files[stream] && existsSync(run.order[stream]))
      run.files[stream] = new OutputFile(run.order[stream], 'a+');
    return run.files[stream];
  }

  #look({ key, stream, offset, limit }: Wanted): OutputChunk | undefined {
    const run = this.#runs.get(key);
    if (run === undefined) return this.#spool.read(key, stream, offset, limit);
    const file = this.#fileOf(run, stream);
    return { ...(file?.read(offset, limit) ?? { data: NOTHING, offset }), eof: false };
  }

  *#written(): Generator<OutputFile> {
    for (const run of this.#runs.values()) {
      for (const stream of ['stdout', 'stderr'] as const) {
        const file = this.#fileOf(run, stream);
        if (file) yield file;
      }
    }
  }
}

/** Undefined where there is no such file. */
function stampOf(module: string): string | undefined {
  const stat = statSync(module, { throwIfNoEntry: false });
  return stat?.isFile() === true ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : undefined;
}

function keyOf({ task, epoch }: AttemptId): string {
  return `${task}@${epoch}`;
}
