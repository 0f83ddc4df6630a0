import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FileEntry } from '../../files/manifest.js';
import { removeTree } from '../../files/io/removal.js';
import { matching, readTree, writeTree } from '../../files/io/tree.js';
import { CoveyError } from '../../kernel/errors.js';
import type {
  AttemptEnd,
  AttemptId,
  Call,
  Ended,
  Files,
  Runnable,
  Runner,
  RunnerEvents,
  Startable,
} from '../runner.js';
import type { TaskFiles } from '../task-files.js';

export interface FilesRunnerOptions {
  readonly dataDir: string;
  readonly files: TaskFiles;
  readonly events: RunnerEvents;
  /** Makes the runner that runs what has its files. */
  readonly inner: (events: RunnerEvents) => Promise<Runner>;
}

/** Outputs of one task, in bytes. */
const OUTPUT_BYTES_MAX = 2 ** 30;
const NOTHING = new Uint8Array(0);
const NO_OUTPUT = { stdoutTail: NOTHING, stderrTail: NOTHING, stdoutBytes: 0, stderrBytes: 0 };

/** An attempt with files, from `start` until its end is told. */
interface Run {
  readonly files: Files;
  readonly startedAtMs: number;
  /** A directory of its own with its upload: a command's. */
  readonly dir: string | undefined;
  /** Where its outputs are looked for. */
  readonly cwd: string;
  phase: 'preparing' | 'running' | 'collecting';
  isStopped: boolean;
}

/**
 * Gives attempts their files before they start, in a directory of their own, and takes what they leave after their end
 * (docs/adr/0026-files.md). All others pass through.
 */
export class FilesRunner implements Runner {
  readonly #runs = new Map<string, Run>();
  readonly #workDir: string;
  /** Trees whose functions are called: all calls share one, since a worker loads a module by its path. */
  readonly #shared = new Map<string, Promise<string>>();
  #inner!: Runner;
  #next: Startable | undefined;

  private constructor(private readonly options: FilesRunnerOptions) {
    this.#workDir = join(options.dataDir, 'work');
    mkdirSync(this.#workDir, { recursive: true, mode: 0o700 });
  }

  static async open(options: FilesRunnerOptions): Promise<FilesRunner> {
    // Of attempts that died with a former daemon.
    await removeTree(join(options.dataDir, 'work'));
    const runner = new FilesRunner(options);
    const { events } = options;
    runner.#inner = await options.inner({
      ended: (attempt, end, follower) => {
        const run = runner.#runs.get(keyOf(attempt));
        if (run) void runner.#collect(attempt, run, end);
        else events.ended(attempt, end, follower);
      },
      endedTogether: (ends) => runner.#endedTogether(ends),
      progress: (attempt, progress) => events.progress(attempt, progress),
    });
    return runner;
  }

  start(attempt: AttemptId, command: Runnable): void {
    if (!command.files) return this.#inner.start(attempt, command);
    const { upload } = command.files;
    const hasOwn = upload !== undefined && command.kind === 'command';
    // A name that nothing had before: what a former daemon could not remove may still be there.
    const dir = hasOwn ? join(this.#workDir, randomUUID()) : undefined;
    const cwd = dir === undefined ? (command.cwd ?? '') : join(dir, command.cwd ?? '');
    const startedAtMs = Date.now();
    const run: Run = { files: command.files, startedAtMs, dir, cwd, phase: 'preparing', isStopped: false };
    this.#runs.set(keyOf(attempt), run);
    // What follows in the place of another is told of with its end, which is told later than it happens here.
    this.#inner.next(undefined);
    void this.#prepare(attempt, run, command);
  }

  startTogether(starts: readonly Startable<Call>[]): void {
    this.#inner.startTogether(starts);
  }

  next(next: Startable | undefined): void {
    this.#next = next?.command.files ? undefined : next;
    if (this.#runs.size === 0) this.#inner.next(this.#next);
  }

  signal(attempt: AttemptId, how: 'term' | 'kill'): void {
    const run = this.#runs.get(keyOf(attempt));
    if (run?.phase === 'preparing') run.isStopped = true;
    else this.#inner.signal(attempt, how);
  }

  read(...[attempt, stream, range, reply]: Parameters<Runner['read']>): void {
    if (this.#runs.get(keyOf(attempt))?.phase !== 'preparing') return this.#inner.read(attempt, stream, range, reply);
    setTimeout(() => reply({ data: NOTHING, offset: range.offset, eof: false }), Math.min(range.waitMs, READ_MS));
  }

  async close(): Promise<void> {
    for (const run of this.#runs.values()) run.isStopped = true;
    await this.#inner.close();
  }

  async #prepare(attempt: AttemptId, run: Run, command: Runnable): Promise<void> {
    const { upload } = run.files;
    let { cwd } = run;
    try {
      if (upload !== undefined && run.dir !== undefined) await this.#fill(run.dir, upload, run);
      else if (upload !== undefined) cwd = join(await this.#sharedTree(upload), cwd);
      if (run.isStopped) throw new CoveyError('failed', 'it was stopped before it ran');
    } catch (error) {
      const failure = `its files could not be had: ${error instanceof Error ? error.message : String(error)}`;
      return this.#tell(attempt, run, { failure: run.isStopped ? 'it was stopped before it ran' : failure });
    }
    run.phase = 'running';
    this.#inner.start(attempt, upload === undefined ? command : { ...command, cwd });
  }

  /** Kept until this daemon ends, or something of it could not be had. */
  #sharedTree(upload: string): Promise<string> {
    const dir = join(this.#workDir, upload);
    const known = this.#shared.get(upload);
    if (known) return known;
    const made = this.#fill(dir, upload).then(() => dir);
    this.#shared.set(upload, made);
    made.catch(() => {
      this.#shared.delete(upload);
      void removeTree(dir);
    });
    return made;
  }

  async #fill(dir: string, upload: string, run?: Run): Promise<void> {
    const { files } = this.options;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    await writeTree(dir, await files.manifest(upload), async (hash, to, mode) => {
      if (run?.isStopped === true) throw new CoveyError('failed', 'it was stopped before it ran');
      await files.copy(hash, upload, to, mode);
    });
  }

  #endedTogether(ends: readonly Ended[]): void {
    const plain = ends.filter(({ attempt, end }) => {
      const run = this.#runs.get(keyOf(attempt));
      if (run) void this.#collect(attempt, run, end);
      return run === undefined;
    });
    if (plain.length > 0) this.options.events.endedTogether(plain);
  }

  /** Only who ended well leaves anything. */
  async #collect(attempt: AttemptId, run: Run, end: AttemptEnd): Promise<void> {
    run.phase = 'collecting';
    if (end.exitCode !== 0 || run.files.outputs.length === 0) return this.#tell(attempt, run, end);
    try {
      const outputs = await this.#outputs(run);
      this.#tell(attempt, run, { ...end, outputs });
    } catch (error) {
      const failure = `its outputs could not be kept: ${error instanceof Error ? error.message : String(error)}`;
      this.#tell(attempt, run, { ...end, exitCode: 1, failure });
    }
  }

  async #outputs({ files: { outputs }, cwd }: Run): Promise<string> {
    const { files } = this.options;
    const { files: found, links } = await readTree(cwd, matching(outputs));
    const bytes = found.reduce((sum, one) => sum + one.bytes, 0);
    if (bytes > OUTPUT_BYTES_MAX) throw new Error(`they have ${bytes} bytes; at most ${OUTPUT_BYTES_MAX} are kept`);
    const entries: FileEntry[] = [];
    for (const { path, executable } of found)
      entries.push({ path, executable, ...(await files.take(join(cwd, path))) });
    return files.keep({ files: entries, links });
  }

  #tell(attempt: AttemptId, run: Run, end: Partial<AttemptEnd>): void {
    this.#runs.delete(keyOf(attempt));
    if (run.dir !== undefined) void removeTree(run.dir);
    if (this.#runs.size === 0) this.#inner.next(this.#next);
    const { startedAtMs } = run;
    this.options.events.ended(attempt, { ...NO_OUTPUT, startedAtMs, finishedAtMs: Date.now(), ...end });
  }
}

/** How often whoever reads what an attempt writes is answered while its files are brought. */
const READ_MS = 1_000;

function keyOf({ task, epoch }: AttemptId): string {
  return `${task}@${epoch}`;
}
