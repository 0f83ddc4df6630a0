import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { COVEY, withoutCovey } from '../../test/e2e/support/covey.js';
import { until } from '../../test/support/until.js';
import type { Guard } from './guard.js';
import { descendantsOf, uptimeMs, type Process } from './proc.js';

/** CPUs that each offers, so that several tasks run at once however small the machine is. */
export const CPUS = 2;
const READY_MS = 60_000;
const END_MS = 10_000;

/** What was alive of a daemon when it was killed. */
export interface Death {
  readonly daemon: number;
  readonly dir: string;
  readonly atMs: number;
  readonly descendants: readonly Process[];
}

export interface DaemonOptions {
  readonly index: number;
  /** Its data directory. */
  readonly dir: string;
  /** Always the same, so that a flock that was killed as a whole finds itself again. */
  readonly port: number;
  readonly guard: Guard;
  /** It ended, and nobody here did it. */
  readonly onBreakdown: (how: string) => void;
}

/** One real daemon, a process group of its own, on its data directory; over any number of starts. */
export class Daemon {
  readonly index: number;
  readonly socket: string;
  readonly logFile: string;
  state: 'down' | 'starting' | 'up' | 'stopped' = 'down';
  /** The id of its node, once it has been up. */
  node = '';
  /** How often it was started. */
  starts = 0;
  #child: ChildProcess | undefined;
  #isExpectedToEnd = false;
  #isClosed = false;

  constructor(private readonly options: DaemonOptions) {
    this.index = options.index;
    this.socket = join(options.dir, 'covey.sock');
    this.logFile = `${options.dir}.log`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#child === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Ends when it serves. */
  async start(seed?: number): Promise<void> {
    if (this.#isClosed) throw new Error('the run is over');
    const { dir, port, guard } = this.options;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const where = ['--data', dir, '--listen', `127.0.0.1:${port}`];
    const seeds = seed === undefined ? [] : ['--join', `127.0.0.1:${seed}`];
    const log = openSync(this.logFile, 'a');
    const child = spawn(
      process.execPath,
      [COVEY, 'up', '--json', ...where, ...seeds, '--cpus', String(CPUS), '--log-level', 'warn'],
      { env: withoutCovey(process.env), detached: true, stdio: ['ignore', 'pipe', log] },
    );
    closeSync(log);
    this.#child = child;
    this.#isExpectedToEnd = false;
    this.state = 'starting';
    this.starts += 1;
    const pid = child.pid;
    if (pid !== undefined) guard.watch(pid);
    child.once('exit', (code, signal) => {
      if (pid !== undefined) guard.forget(pid);
      this.state = 'down';
      if (!this.#isExpectedToEnd) this.options.onBreakdown(`ended by itself with ${code ?? signal}`);
    });
    let ready: { readonly node: string } | undefined;
    if (child.stdout) createInterface(child.stdout).on('line', (line) => (ready ??= readyFrom(line)));
    const { node } = await until(
      `daemon ${this.index} serves`,
      () => {
        if (this.hasEnded) throw new Error(`daemon ${this.index} did not come to serve; see ${this.logFile}`);
        return ready;
      },
      READY_MS,
    );
    this.node = node;
    this.state = 'up';
  }

  /** SIGKILL, stopped or not; ends when it is dead. */
  async kill(): Promise<Death> {
    const descendants = this.hasEnded ? [] : descendantsOf(this.pid);
    this.#signal('SIGKILL');
    await until(`daemon ${this.index} is dead`, () => this.hasEnded, END_MS);
    return { daemon: this.index, dir: this.options.dir, atMs: uptimeMs(), descendants };
  }

  stop(): void {
    this.#signal('SIGSTOP');
    this.state = 'stopped';
  }

  goOn(): void {
    this.#signal('SIGCONT');
    this.state = 'up';
  }

  /** Asks it to leave, as Ctrl-C does; ends when it has. */
  async leave(graceMs: number): Promise<void> {
    this.#signal('SIGINT');
    await until(`daemon ${this.index} has left`, () => this.hasEnded, graceMs);
  }

  /** Ends it at once, and for good: whoever is about to start it again cannot. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (!this.hasEnded) await this.kill();
  }

  #signal(signal: NodeJS.Signals): void {
    if (signal === 'SIGKILL' || signal === 'SIGINT') this.#isExpectedToEnd = true;
    if (!this.hasEnded) this.#child?.kill(signal);
  }
}

function readyFrom(line: string): { readonly node: string } | undefined {
  const said = JSON.parse(line) as { readonly event: string; readonly node: string };
  return said.event === 'ready' ? said : undefined;
}
