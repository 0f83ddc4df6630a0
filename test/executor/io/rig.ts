import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Containers } from '../../../src/executor/io/containers.js';
import type { RunnerLimits } from '../../../src/executor/io/limits.js';
import { createShellRunner } from '../../../src/executor/io/shell-runner.js';
import type {
  AttemptEnd,
  AttemptId,
  Command,
  OutputChunk,
  OutputStream,
  CommandRunner,
  RunnerEvents,
} from '../../../src/executor/runner.js';
import { jobId, taskId } from '../../../src/kernel/ids.js';

const PATH = '/usr/local/bin:/usr/bin:/bin';
const JOB = jobId('test');

interface RigOptions {
  readonly slots?: number;
  readonly limits?: Partial<RunnerLimits>;
  readonly dataDir?: string;
  readonly containers?: Containers;
}

/** A runner in a directory of its own, and what it said. */
export class Rig {
  readonly ends = new Map<string, AttemptEnd[]>();
  readonly logged: string[] = [];
  /** Which task was started in the place of which. */
  readonly followers = new Map<string, string>();
  private readonly waiting = new Map<string, (end: AttemptEnd) => void>();
  private count = 0;

  private constructor(
    readonly dataDir: string,
    readonly runner: CommandRunner,
  ) {}

  static async open(options: RigOptions = {}): Promise<Rig> {
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'covey-runner-'));
    const events: Pick<RunnerEvents, 'ended'> = { ended: (...said) => rig.ended(...said) };
    const { slots = 1, limits = {}, containers } = options;
    const log = (message: string): void => void rig.logged.push(message);
    const rig: Rig = new Rig(
      dataDir,
      await createShellRunner({ dataDir, slots, limits, events, log, ...(containers ? { containers } : {}) }),
    );
    return rig;
  }

  attempt(): AttemptId {
    return { task: taskId(JOB, this.count++), epoch: 1 };
  }

  start(command: Partial<Command>, attempt = this.attempt()): { attempt: AttemptId; ended: Promise<AttemptEnd> } {
    const ended = this.ending(attempt);
    this.runner.start(attempt, { kind: 'command', argv: [], shell: false, env: { PATH }, ...command });
    return { attempt, ended };
  }

  /** Names a shell text to follow what runs. */
  next(text: string, attempt = this.attempt()): { attempt: AttemptId; ended: Promise<AttemptEnd> } {
    const ended = this.ending(attempt);
    this.runner.next({ attempt, command: { kind: 'command', argv: [text], shell: true, env: { PATH } } });
    return { attempt, ended };
  }

  run(command: Partial<Command>): Promise<AttemptEnd> {
    return this.start(command).ended;
  }

  shell(text: string, more: Partial<Command> = {}): Promise<AttemptEnd> {
    return this.run({ ...more, argv: [text], shell: true });
  }

  /** What a shell text writes on stdout, at most RunnerLimits.tailBytes. */
  async says(text: string, more: Partial<Command> = {}): Promise<string> {
    return textOf((await this.shell(text, more)).stdoutTail);
  }

  read(attempt: AttemptId, offset = 0, waitMs = 0, stream: OutputStream = 'stdout'): Promise<OutputChunk | undefined> {
    return new Promise((resolve) => this.runner.read(attempt, stream, { offset, limit: 2 ** 20, waitMs }, resolve));
  }

  async close(): Promise<void> {
    await this.runner.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private ending({ task }: AttemptId): Promise<AttemptEnd> {
    return new Promise((resolve) => this.waiting.set(task, resolve));
  }

  private ended(attempt: AttemptId, end: AttemptEnd, follower?: AttemptId): void {
    if (follower) this.followers.set(attempt.task, follower.task);
    this.ends.set(attempt.task, [...(this.ends.get(attempt.task) ?? []), end]);
    this.waiting.get(attempt.task)?.(end);
  }
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

/** Pids of live processes with this among the words of their command line. */
export function alive(word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => wordsOf(pid).includes(word))
    .map(Number);
}

let marks = 0;

/** Seconds to sleep that no other process sleeps, to be found by {@link alive}. */
export function longTime(): string {
  return `${7000 + (process.pid % 1000)}.${++marks}7`;
}

function wordsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
