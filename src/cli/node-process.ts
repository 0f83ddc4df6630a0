import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { COVEY_SCRIPT } from '../install.js';
import { CoveyError, type ErrorCode } from '../kernel/errors.js';
import { makeDataDir } from '../data-dir.js';

const COVEY = [process.execPath, COVEY_SCRIPT];
const READY_MS = 60_000;
const GRACE_MS = 5_000;
const LOG_TAIL_BYTES = 16_384;

/** What `up --json` prints when it serves. */
interface Ready {
  readonly event: 'ready';
  readonly node: string;
  readonly listen: readonly string[];
  readonly socket: string;
  readonly http: string | null;
}

export interface NodeProcess {
  readonly ready: Ready;
  readonly pid: number;
  /** How it ended: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
  /** Ends it, by force if need be. */
  end(): Promise<void>;
}

export interface NodeOptions {
  /** Its log is `covey.log` in there. */
  readonly data: string;
  /** Of `up`. */
  readonly args: readonly string[];
  /** False: it outlives this process. */
  readonly bound: boolean;
  /** @default this covey */
  readonly command?: readonly string[];
  /** How long it may take to hand over what it holds when it is asked to end. */
  readonly graceMs?: number;
}

export function logFile(data: string): string {
  return join(data, 'covey.log');
}

/**
 * Starts a daemon as a process of its own and waits until it serves. It is a session of its own, so that Ctrl-C at the
 * terminal reaches it through this process alone; a bound one ends when this process does, whatever ended that, because
 * it watches its standard input.
 *
 * @throws CoveyError as the daemon says it, or `failed` where it says nothing
 */
export async function startNode({
  data,
  args,
  bound,
  command = COVEY,
  graceMs = GRACE_MS,
}: NodeOptions): Promise<NodeProcess> {
  makeDataDir(data);
  const log = openSync(logFile(data), 'a', 0o600);
  const logFrom = fstatSync(log).size;
  const [program = '', ...before] = command;
  const flags = ['up', '--json', '--data', data, ...(bound ? ['--exit-with-parent'] : []), ...args];
  const child = spawn(program, [...before, ...flags], {
    detached: true,
    stdio: [bound ? 'pipe' : 'ignore', 'pipe', log],
    // Its arguments say all: what a file of settings says is in them, where it is meant.
    env: { ...process.env, COVEY_CONFIG: devNull },
  });
  closeSync(log);
  child.stdin?.on('error', () => undefined);
  const ended = endOf(child);
  const end = () => stop(child, ended, graceMs);
  const ready = await Promise.race([readyLine(child), ended, pause(READY_MS, 'no word in a minute', { ref: false })]);
  if (typeof ready === 'string') {
    await end();
    throw await startError(data, logFrom, ready);
  }
  if (!bound) release(child);
  return { ready, pid: child.pid ?? 0, ended, end };
}

function readyLine(child: ChildProcess): Promise<Ready> {
  return new Promise((resolve) => {
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = parse(line);
      if (said?.['event'] === 'ready') resolve(said as unknown as Ready);
    });
  });
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? '?'}`));
  });
}

async function stop(child: ChildProcess, ended: Promise<string>, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  const late = await Promise.race([ended.then(() => false), pause(graceMs, true, { ref: false })]);
  if (late) child.kill('SIGKILL');
  await ended;
}

function release(child: ChildProcess): void {
  child.stdout?.destroy();
  child.unref();
}

/** A daemon that cannot start says why on the last line of its log. */
async function startError(data: string, logFrom: number, how: string): Promise<CoveyError> {
  const lines = (await tail(logFile(data), logFrom)).trim().split('\n');
  const said = parse(lines.at(-1) ?? '');
  if (typeof said?.['code'] === 'string' && typeof said['message'] === 'string') {
    const hint = typeof said['hint'] === 'string' ? said['hint'] : undefined;
    return new CoveyError(said['code'] as ErrorCode, said['message'], hint);
  }
  const last = lines.at(-1) === '' ? '' : `: ${lines.at(-1) ?? ''}`;
  return new CoveyError('failed', `the node ended before it served (${how})${last}`, `see ${logFile(data)}`);
}

async function tail(path: string, from: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = Math.max(from, size - LOG_TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
