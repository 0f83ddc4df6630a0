import type { JobId, NodeId, TaskId } from '../kernel/ids.js';

/** What an attempt is given before it starts, and what is taken of it after its end. */
export interface Files {
  /** The tree that its own directory begins with; `cwd` and `module` are then meant from there. */
  readonly upload?: string | undefined;
  /** Globs within its working directory. */
  readonly outputs: readonly string[];
}

/** What a command runs in, and what it finds there besides what the image has. */
export interface Container {
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A process. Nothing of the daemon's own environment leaks in: `env` is all there is, PATH included. */
export interface Command {
  readonly kind: 'command';
  /** The program and its arguments; with `shell` a single element, given to `/bin/sh -c`. */
  readonly argv: readonly string[];
  readonly shell: boolean;
  /** Default: the attempt's private temporary directory. */
  readonly cwd?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array | undefined;
  readonly files?: Files | undefined;
  /** The job of whose end it tells, and how: `argv` is a text for /bin/sh -c, or the URL that takes a POST. */
  readonly notice?: { readonly of: JobId; readonly by: 'command' | 'url' } | undefined;
  /** It runs in one, with these variables; `env` is then empty. */
  readonly container?: Container | undefined;
}

/** A function of an ES module, in a worker thread. */
export interface Call {
  readonly kind: 'function';
  readonly module: string;
  readonly export: string;
  /** What a relative `module` is meant from. */
  readonly cwd?: string | undefined;
  /** JSON: its first argument. */
  readonly input: string;
  /** JSON, as the job has it for all of its tasks. */
  readonly args?: string | undefined;
  /** The job's own variables; the process has its own. */
  readonly env: Readonly<Record<string, string>>;
  readonly job: JobId;
  readonly index: number;
  readonly attempt: number;
  readonly node: NodeId;
  readonly files?: Files | undefined;
}

/** What one attempt runs. */
export type Runnable = Command | Call;

/** `<job>/<index>` and the epoch: one attempt. */
export interface AttemptId {
  readonly task: TaskId;
  readonly epoch: number;
}

/** An attempt and what it runs. */
export interface Startable<What extends Runnable = Runnable> {
  readonly attempt: AttemptId;
  readonly command: What;
}

/** How far an attempt says it is. */
export interface Progress {
  /** 0..1. */
  readonly fraction?: number | undefined;
  readonly text?: string | undefined;
}

export type OutputStream = 'stdout' | 'stderr';

/** What an attempt took of its machine, as far as that is known. */
export interface Usage {
  /** CPU time in milliseconds, in the kernel too: of all its processes, or of its thread. */
  readonly cpuMs?: number;
  /** The most memory that its processes were seen to have at one time; seen about once a second. */
  readonly peakBytes?: number;
}

/** How an attempt ended. */
export interface AttemptEnd {
  /** It was started together with others, and did not begin before its time was up: it is for somebody else to start. */
  readonly isUnbegun?: boolean | undefined;
  /** 0..255; 126 cannot be executed, 127 not found; 128 + n stands for signal n, as shells say it. Undefined: never ran. */
  readonly exitCode?: number | undefined;
  /** Set where the process could not be started, or was lost (then `exitCode` is 137): a reason for people. */
  readonly failure?: string | undefined;
  /** The attempt fell to no fault of its own (its shell died, the watchdog struck): it may be started again. */
  readonly lost?: boolean | undefined;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** The last bytes of each stream, at most RunnerLimits.tailBytes. */
  readonly stdoutTail: Uint8Array;
  readonly stderrTail: Uint8Array;
  /** Bytes written in all, cut ones included. */
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  /** What a function returned, as JSON. */
  readonly result?: string | undefined;
  /** The tree of the files that it left. */
  readonly outputs?: string | undefined;
  readonly usage?: Usage | undefined;
}

export interface OutputChunk {
  readonly data: Uint8Array;
  /** Offset of `data`'s first byte: more than was asked for where the bytes between were cut. */
  readonly offset: number;
  /** True when the attempt has ended and `data` reaches its end. */
  readonly eof: boolean;
}

/** An attempt that has ended. */
export interface Ended {
  readonly attempt: AttemptId;
  readonly end: AttemptEnd;
}

export interface RunnerEvents {
  /** @param follower - the attempt of the latest `next`, where that has been started in the place of this one */
  ended(attempt: AttemptId, end: AttemptEnd, follower?: AttemptId): void;
  /** Those that ended at about the same time. */
  endedTogether(ends: readonly Ended[]): void;
  /** What an attempt says of itself while it runs; at most a few times a second. */
  progress(attempt: AttemptId, progress: Progress): void;
}

/**
 * The port to real processes and threads. Calls return at once; `ended` comes exactly once for each attempt started. Real: executor/io.
 */
export interface Runner<What extends Runnable = Runnable> {
  start(attempt: AttemptId, command: What): void;
  /** Calls of one job that are expected to be short, one after the other in one place. */
  startTogether(starts: readonly Startable<Call>[]): void;
  /**
   * Names the attempt that may follow whichever ends first: it is started as soon as nothing of that is left, and `ended`
   * tells both in one. Each call takes the place of the one before, and what is taken back is never started. Where it could
   * not follow, it is left to `start`, of this attempt or another.
   */
  next(next: Startable<What> | undefined): void;
  /** `term` asks the attempt's processes to end, `kill` ends them all, grandchildren too. Unknown attempts: nothing. */
  signal(attempt: AttemptId, how: 'term' | 'kill'): void;
  /**
   * Reads output, of an ended attempt too while its spool is kept. Where there is nothing beyond `offset` yet, `reply`
   * comes when there is, when the attempt ends, or after `waitMs`. `undefined`: nothing is known of the attempt here.
   */
  read(
    attempt: AttemptId,
    stream: OutputStream,
    range: { readonly offset: number; readonly limit: number; readonly waitMs: number },
    reply: (chunk: OutputChunk | undefined) => void,
  ): void;
  /** Ends everything that runs, and waits until it is gone. */
  close(): Promise<void>;
}

/** A runner of commands, each in a place of its own. */
export type CommandRunner = Omit<Runner<Command>, 'startTogether'>;
