import { constants } from 'node:os';
import { assert } from '../../kernel/assert.js';
import type {
  AttemptId,
  Command,
  CommandRunner,
  OutputChunk,
  OutputStream,
  RunnerEvents,
  Startable,
} from '../runner.js';
import type { Mounts } from './container.js';
import { Containers } from './containers.js';
import { Followers, type Wanted } from './followers.js';
import { runnerLimits, type RunnerLimits } from './limits.js';
import { OutputCutter } from './output-cutter.js';
import type { OutputFile } from './output-file.js';
import { Processes } from './processes.js';
import { commandLine, EPITAPH, refusal, withoutEpitaph } from './script.js';
import type { Run } from './shell-run.js';
import type { Outcome, Slot } from './slot.js';
import { SlotPool } from './slot-pool.js';
import { Spool } from './spool.js';
import { Gauges } from './usage/gauges.js';
import { verdict, type Verdict } from './verdict.js';
import { Watchdog } from './watchdog.js';
import { Programs } from './which.js';

export interface ShellRunnerOptions {
  /** Output goes under `spool/` here, private directories under `tmp/`. */
  readonly dataDir: string;
  /** Commands expected to run at one time: so many slot shells and one are kept ready. More are made when needed. */
  readonly slots: number;
  readonly events: Pick<RunnerEvents, 'ended'>;
  /** @default none can be run */
  readonly containers?: Containers;
  /** @default see limits.ts */
  readonly limits?: Partial<RunnerLimits>;
  /** What an operator should know of. @default nothing is said */
  readonly log?: (message: string) => void;
}

/** A TERM that comes before the slot's child has become the command is lost on it, so a younger one is not sent any. */
const TERM_AGE_MS = 100;
/** One slot is free while all others run: what follows needs not wait until the slot of what ended is in order again. */
const SPARE_SLOTS = 1;
const NOTHING = new Uint8Array(0);
/** What a program that TERM ended is said to have ended with. */
const TERMED = 128 + constants.signals.SIGTERM;

/**
 * Makes the runner of commands: persistent slot shells, see docs/adr/0004-slot-shells.md.
 *
 * @throws Error where the data directory cannot be written, or /bin/sh or setsid is missing
 */
export async function createShellRunner(options: ShellRunnerOptions): Promise<CommandRunner> {
  const runner = new ShellRunner(options);
  try {
    await runner.open();
  } catch (error) {
    await runner.close();
    throw error;
  }
  return runner;
}

class ShellRunner implements CommandRunner {
  private readonly limits: RunnerLimits;
  private readonly events: Pick<RunnerEvents, 'ended'>;
  private readonly spoolDir: string;
  private readonly spool: Spool;
  private readonly processes = new Processes();
  private readonly programs = new Programs();
  private readonly watchdog: Watchdog;
  private readonly pool: SlotPool;
  private readonly containers: Containers;
  private readonly followers: Followers;
  private readonly cutter: OutputCutter;
  private readonly gauges = new Gauges();
  private readonly runs = new Map<string, Run>();
  private readonly queue = new Set<Run>();
  private following: Startable<Command> | undefined;
  private readonly executing = new Set<Promise<void>>();
  private closing = false;

  constructor({ dataDir, slots, events, log = () => undefined, ...options }: ShellRunnerOptions) {
    const limits = runnerLimits(options.limits);
    this.containers = options.containers ?? new Containers(dataDir, log);
    this.limits = limits;
    this.events = events;
    this.spoolDir = `${dataDir}/spool`;
    this.spool = new Spool(this.spoolDir, limits, log);
    this.watchdog = new Watchdog(limits.silenceMs, log);
    this.followers = new Followers((wanted) => this.look(wanted), limits.followMs);
    this.cutter = new OutputCutter(limits, () => this.written());
    const { processes, watchdog } = this;
    const prewarm = Math.min(slots + SPARE_SLOTS, limits.slotsMax);
    const changed = (error?: Error): void => this.pump(error);
    this.pool = new SlotPool({ dataDir, prewarm, limits, processes, watchdog, log, changed });
  }

  open(): Promise<void> {
    return this.pool.open();
  }

  start(attempt: AttemptId, command: Command): void {
    const run = this.enter({ attempt, command });
    const refused = this.closing ? 'the daemon is stopping' : refusal(command);
    if (refused !== undefined) {
      this.refuse(run, refused);
    } else {
      this.queue.add(run);
      this.pump();
    }
  }

  next(next: Startable<Command> | undefined): void {
    this.following = next;
  }

  signal(attempt: AttemptId, how: 'term' | 'kill'): void {
    const run = this.runs.get(keyOf(attempt));
    if (run && this.queue.delete(run)) this.refuse(run, 'it was stopped before it ran');
    if (run?.phase !== 'running') return;
    run.signalled = true;
    if (how === 'term') return this.term(run);
    // Its shell is killed too, and will not say what it took.
    run.gauge?.look(performance.now());
    run.slot?.signal('SIGKILL');
  }

  read(
    attempt: AttemptId,
    stream: OutputStream,
    range: { readonly offset: number; readonly limit: number; readonly waitMs: number },
    reply: (chunk: OutputChunk | undefined) => void,
  ): void {
    const limit = Math.min(Math.max(1, range.limit), this.limits.readBytesMax);
    this.followers.add({ key: keyOf(attempt), stream, offset: range.offset, limit }, range.waitMs, reply);
  }

  async close(): Promise<void> {
    this.closing = true;
    for (const run of this.runs.values()) this.signal(run.attempt, 'kill');
    while (this.executing.size > 0) await Promise.all(this.executing);
    await this.pool.close();
    await this.watchdog.close();
    this.cutter.close();
    this.gauges.close();
    this.processes.close();
    this.spool.close();
  }

  private enter({ attempt, command }: Startable<Command>): Run {
    const key = keyOf(attempt);
    assert(!this.runs.has(key), () => `attempt ${key} is started twice`);
    const now = { startedAtMs: Date.now(), startedMonoMs: performance.now() };
    const run: Run = { key, attempt, command, phase: 'queued', signalled: false, ...now };
    this.runs.set(key, run);
    return run;
  }

  /** Gives queued attempts to free slots; to none, where no slot can be made at all. */
  private pump(error?: Error): void {
    for (const run of this.queue) {
      const slot = this.pool.take();
      if (slot === undefined) break;
      this.queue.delete(run);
      this.launch(run, slot);
    }
    if (this.queue.size === 0) return;
    if (error === undefined || this.pool.size > 0) return this.pool.grow();
    for (const run of this.queue) this.refuse(run, `no process can be started here: ${error.message}`);
    this.queue.clear();
  }

  /** Starts what is to follow, where a slot is free for it; others that wait for one come first. */
  private follow(): AttemptId | undefined {
    const next = this.following;
    if (next === undefined || this.closing || this.queue.size > 0 || refusal(next.command) !== undefined)
      return undefined;
    const slot = this.pool.take();
    if (slot === undefined) return undefined;
    this.following = undefined;
    this.launch(this.enter(next), slot);
    return next.attempt;
  }

  private launch(run: Run, slot: Slot): void {
    const execution = this.execute(run, slot).finally(() => this.executing.delete(execution));
    this.executing.add(execution);
  }

  private async execute(run: Run, slot: Slot): Promise<void> {
    const { files } = slot;
    const { command } = run;
    run.phase = 'running';
    run.slot = slot;
    run.startedAtMs = Date.now();
    run.startedMonoMs = performance.now();
    this.cutter.wake();
    // Of a container only the engine's client would be seen.
    if (!command.container) run.gauge = this.gauges.begin(slot.session, run.startedMonoMs);
    const cwd = command.cwd ?? files.tmp;
    const since = this.processes.mark();
    let result: Verdict;
    let doubtful = false;
    let follower: AttemptId | undefined;
    try {
      const wiring = { cwd, stdin: files.stdin(command.stdin), stdout: files.stdout.path, stderr: files.stderr.path };
      const what = this.prepared(run, { cwd, tmp: files.tmp });
      const outcome = await slot.run(commandLine(what, { ...wiring, seq: ++slot.seq }));
      run.phase = 'settling';
      run.finishedAtMs = Date.now();
      const cpuMs = slot.tookCpuMs(performance.now() - run.startedMonoMs);
      if (outcome.kind !== 'no-cwd') run.usage = run.gauge?.read(cpuMs);
      if (run.signalled && outcome.kind === 'exited' && outcome.status === TERMED) files.stderr.dropEnd(EPITAPH);
      result = verdict(outcome, cwd, this.spoolDir, this.lossOf(run));
      doubtful = await this.settle(run, slot, outcome, since);
      follower = this.follow();
    } catch (error) {
      result = { failure: `it could not be started: ${(error as Error).message}` };
    }
    this.finish(run, result, follower);
    this.pool.release(slot, command.stdin !== undefined, doubtful);
  }

  /** The command with its program's path, where it can be told beforehand, or that of its container. */
  private prepared({ attempt, command, startedMonoMs }: Run, mounts: Mounts): Command {
    const { argv, shell, container } = command;
    if (container) return this.containers.commandIn({ ...command, container }, attempt, mounts);
    const env: Command['env'] = { ...command.env, COVEY_TMPDIR: mounts.tmp };
    const [name = '', ...args] = argv;
    const path = shell ? undefined : this.programs.find(name, env['PATH'] ?? '', startedMonoMs);
    return { ...command, env, argv: path === undefined ? argv : [path, ...args] };
  }

  /**
   * Sees to it that nothing of the attempt lives on, as far as it stayed in its session.
   *
   * @returns true where something may be left that holds the slot's files
   */
  private async settle(run: Run, slot: Slot, outcome: Outcome, since: number): Promise<boolean> {
    if (run.signalled || outcome.kind === 'died') {
      await slot.clear();
      if (run.command.container) await this.containers.remove(run.attempt);
      return true;
    }
    let trace = this.processes.trace(slot.session, since, this.watchdog.sessions);
    if (trace === 'unknown') {
      const members = await this.processes.members(slot.session);
      trace = members.some((pid) => pid !== slot.session) ? 'leftovers' : 'strangers';
    }
    if (trace === 'leftovers' && !(await slot.askLeftovers(this.limits.leftoverGraceMs))) await slot.clear();
    return trace !== 'nothing';
  }

  private finish(run: Run, result: Verdict, follower?: AttemptId): void {
    const { key, attempt, startedAtMs, finishedAtMs = Date.now(), slot, gauge, usage } = run;
    const { stdout, stderr } = slot?.files ?? {};
    stdout?.seal();
    stderr?.seal();
    if (gauge) this.gauges.end(gauge);
    const end = {
      startedAtMs,
      ...{ finishedAtMs, usage, ...result },
      stdoutTail: stdout?.tail(this.limits.tailBytes) ?? NOTHING,
      stderrTail: stderr?.tail(this.limits.tailBytes) ?? NOTHING,
      ...{ stdoutBytes: stdout?.end() ?? 0, stderrBytes: stderr?.end() ?? 0 },
    };
    if (stdout && stderr) this.spool.keep(key, stdout, stderr);
    this.runs.delete(key);
    this.followers.serveAll(key);
    this.events.ended(attempt, end, follower);
  }

  private refuse(run: Run, failure: string): void {
    setImmediate(() => this.finish(run, { failure }));
  }

  private lossOf(run: Run): string | undefined {
    if (this.watchdog.wasSilentSince(run.startedMonoMs)) {
      return 'killed by the watchdog: the daemon was silent for too long';
    }
    return run.signalled ? undefined : 'the shell that ran it was killed';
  }

  private term(run: Run): void {
    const send = (): void => {
      if (run.phase === 'running') run.slot?.signal('SIGTERM');
    };
    const ageMs = performance.now() - run.startedMonoMs;
    if (ageMs >= TERM_AGE_MS) send();
    else setTimeout(send, TERM_AGE_MS - ageMs);
  }

  private look({ key, stream, offset, limit }: Wanted): OutputChunk | undefined {
    const run = this.runs.get(key);
    if (run === undefined) return this.spool.read(key, stream, offset, limit);
    if (run.slot === undefined) return { data: NOTHING, offset, eof: false };
    const found = run.slot.files[stream].read(offset, limit);
    // It may be about to be dropped.
    const data = run.signalled && stream === 'stderr' ? withoutEpitaph(found.data) : found.data;
    return { ...found, data, eof: false };
  }

  private *written(): Generator<OutputFile> {
    for (const { slot } of this.runs.values()) if (slot) yield* [slot.files.stdout, slot.files.stderr];
  }
}

function keyOf({ task, epoch }: AttemptId): string {
  return `${task}@${epoch}`;
}
