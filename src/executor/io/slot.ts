import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { send, type Processes } from './processes.js';
import { PROLOGUE, SHELL, SUPERVISOR } from './script.js';
import type { SlotFiles } from './slot-files.js';
import { ChildrenClock } from './usage/proc.js';
import type { Watchdog } from './watchdog.js';

/** What a slot's worker said of a command, or that it said nothing and died. */
export type Outcome =
  | { readonly kind: 'exited'; readonly status: number; readonly diagnostics: string }
  | { readonly kind: 'no-cwd' }
  | { readonly kind: 'died' };

const PATIENCE_MS = 5000;
const DIAGNOSTICS_MAX = 2000;
/** Times that survivors of a KILL are looked for, 50 ms apart; only processes stuck in the kernel take more than two. */
const SWEEPS_MAX = 200;

/**
 * A supervisor shell with its worker shell, in which commands run one at a time. The worker leads a session of its own;
 * all that a command starts is in that session, unless it makes one for itself.
 */
export class Slot {
  /** The worker's pid, its process group and its session. */
  session = 0;
  /** False once the supervisor is gone: the slot is of no more use. */
  alive = true;
  /** A worker waits for a command, or runs one. */
  ready = false;
  seq = 0;

  private readonly nonce = randomBytes(16).toString('hex');
  private readonly supervisor: ChildProcessByStdio<Writable, Readable, null>;
  private readonly ended: Promise<void>;
  private workerAlive = false;
  private partial = '';
  private diagnostics = '';
  private clock: ChildrenClock | undefined;
  private workerDied: () => void = () => undefined;
  private dead: Promise<void> = Promise.resolve();
  private workerStarted: (() => void) | undefined;
  private closed: Promise<void> | undefined;
  private settle: ((outcome: Outcome) => void) | undefined;

  constructor(
    readonly files: SlotFiles,
    private readonly watchdog: Watchdog,
    private readonly processes: Processes,
    private readonly log: (message: string) => void,
  ) {
    this.supervisor = spawn(SHELL, ['-c', SUPERVISOR, 'covey-slot', this.nonce], {
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.supervisor.stdin.on('error', () => undefined);
    this.supervisor.stdout.setEncoding('latin1').on('data', (text: string) => this.hear(text));
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.alive = false;
        this.died();
        resolve();
      };
      this.supervisor.once('exit', end).once('error', end);
    });
  }

  /** Starts a worker; when this ends without an error the watchdog knows it and it waits for a command. */
  async startWorker(): Promise<void> {
    this.dead = new Promise((resolve) => (this.workerDied = resolve));
    const started = new Promise<void>((resolve) => (this.workerStarted = resolve));
    if (this.alive) this.supervisor.stdin.write(`${this.nonce}\n${PROLOGUE}`);
    await started;
    if (this.workerAlive) await this.watchdog.register(this.session);
    if (!this.workerAlive) throw new Error('a slot shell could not be started, or ended at once');
    this.ready = true;
  }

  /** @param line - of script.ts, with the `seq` of this slot */
  run(line: string): Promise<Outcome> {
    this.diagnostics = '';
    return new Promise((resolve) => {
      this.settle = resolve;
      if (this.ready) this.supervisor.stdin.write(line);
      else this.died();
    });
  }

  /**
   * The CPU time in milliseconds of the command that has ended last, asked once for each; undefined where it is not known.
   *
   * @param wallMs - how long it took
   */
  tookCpuMs(wallMs: number): number | undefined {
    return this.clock?.took(wallMs);
  }

  /** To the command and what it started in its process group; the worker survives TERM, and KILL ends it. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.session !== 0) send(-this.session, signal);
  }

  /** Asks what a command left behind to end. False: it does not, within the time. */
  async askLeftovers(graceMs: number): Promise<boolean> {
    const session = this.session;
    const deadlineMs = performance.now() + graceMs;
    this.signal('SIGTERM');
    do {
      await sleep(5);
      if ((await this.processes.members(session)).every((pid) => pid === session)) return true;
    } while (performance.now() < deadlineMs);
    return false;
  }

  /** Kills all of the session, the worker too; ends when none of it is left. */
  async clear(): Promise<void> {
    const session = this.session;
    if (session === 0) return;
    this.signal('SIGKILL');
    await this.orKill(this.dead);
    this.session = 0;
    await this.sweep(session);
    this.watchdog.unregister(session);
  }

  /** Ends both shells. */
  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    await this.clear();
    this.supervisor.stdin.end();
    await this.orKill(this.ended);
    this.files.close();
  }

  /** A supervisor that does not answer (it may be stopped) is killed. */
  private async orKill(done: Promise<void>): Promise<void> {
    const timer = setTimeout(() => this.supervisor.kill('SIGKILL'), PATIENCE_MS);
    await done;
    clearTimeout(timer);
  }

  private async sweep(session: number): Promise<void> {
    for (let round = 0; round < SWEEPS_MAX; round++) {
      const left = await this.processes.members(session);
      if (left.length === 0) return;
      for (const pid of left) send(pid, 'SIGKILL');
      await sleep(Math.min(5 * round, 50));
    }
    this.log(`session ${session} has processes that survive SIGKILL`);
  }

  private hear(text: string): void {
    const lines = (this.partial + text).split('\n');
    this.partial = (lines.pop() ?? '').slice(-DIAGNOSTICS_MAX);
    for (const line of lines) this.hearLine(line);
  }

  private hearLine(line: string): void {
    const [word, first, second] = line.split(' ');
    if (word === 'E' && first === String(this.seq)) {
      this.answer({ kind: 'exited', status: Number(second), diagnostics: this.diagnostics });
    } else if (word === 'C' && first === String(this.seq)) {
      this.answer({ kind: 'no-cwd' });
    } else if (word === 'P') {
      this.session = Number(first);
      this.workerAlive = true;
      this.clock = new ChildrenClock(this.session);
      this.workerStarted?.();
    } else if (line === 'D') {
      this.died();
    } else {
      this.diagnostics = (this.diagnostics + line).slice(0, DIAGNOSTICS_MAX);
    }
  }

  private died(): void {
    this.ready = false;
    this.workerAlive = false;
    this.clock?.close();
    this.clock = undefined;
    this.workerDied();
    this.workerStarted?.();
    this.answer({ kind: 'died' });
  }

  private answer(outcome: Outcome): void {
    const settle = this.settle;
    this.settle = undefined;
    settle?.(outcome);
  }
}
