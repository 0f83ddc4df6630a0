import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { until } from '../../support/until.js';
import { COVEY, withoutCovey } from './covey.js';

/** A start takes a second or two of CPU, of which a busy machine may give little. */
const READY_MS = 60_000;
/** A node that leaves waits 15 s for its work to be taken, and as long again for its records while these become fewer: src/node/core/departure.ts. */
const GRACE_MS = 40_000;

/** The line that `covey up --json` prints when it serves. */
export interface Ready {
  readonly event: 'ready';
  readonly node: string;
  readonly listen: readonly string[];
  readonly socket: string;
  readonly http: string | null;
}

/** One real daemon: `covey up` as a child process. */
export class Daemon {
  readonly #child: ChildProcess;

  private constructor(
    readonly pid: number,
    readonly ready: Ready,
    child: ChildProcess,
  ) {
    this.#child = child;
  }

  /**
   * Starts `covey up --json ARGS` and waits until it serves.
   *
   * @param program - what Node runs in place of covey
   */
  static async start(
    args: readonly string[],
    program: readonly string[] = [COVEY],
    readyMs = READY_MS,
  ): Promise<Daemon> {
    const child = spawn(process.execPath, [...program, 'up', '--json', ...args], {
      env: withoutCovey(process.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    let ready: Ready | undefined;
    child.stderr.on('data', (piece: Buffer) => (stderr = (stderr + piece.toString()).slice(-20_000)));
    createInterface(child.stdout).on('line', (line) => (ready ??= readyFrom(line)));
    try {
      const first = await until(
        'the daemon is ready',
        () => {
          if (hasEnded(child)) throw new Error(`covey up ended with ${child.exitCode ?? child.signalCode}`);
          return ready;
        },
        readyMs,
      );
      return new Daemon(child.pid!, first, child);
    } catch (error) {
      child.kill('SIGKILL');
      throw new Error(`${(error as Error).message}; its stderr: ${stderr}`, { cause: error });
    }
  }

  get running(): boolean {
    return !hasEnded(this.#child);
  }

  async kill9(): Promise<void> {
    this.#child.kill('SIGKILL');
    await until(`daemon ${this.pid} has ended`, () => !this.running);
  }

  /** Asks it to end, as Ctrl-C does, and makes it end where it does not. */
  async stop(): Promise<void> {
    this.#child.kill('SIGINT');
    await until(`daemon ${this.pid} has ended`, () => !this.running, GRACE_MS).catch(async (error: unknown) => {
      await this.kill9();
      throw error;
    });
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function readyFrom(line: string): Ready | undefined {
  const said = JSON.parse(line) as { event: string };
  return said.event === 'ready' ? (said as Ready) : undefined;
}
