/** What a worker is told to call: one function, for several tasks of a job one after the other. */
export interface BatchOrder {
  /** Absolute. */
  readonly module: string;
  readonly export: string;
  /** JSON. */
  readonly args: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly job: string;
  readonly node: string;
  readonly resultMax: number;
  readonly calls: readonly CallOrder[];
  /** How many of them have been claimed, as one 32-bit number: `Claims`. */
  readonly claims: SharedArrayBuffer;
}

/** One of them. */
export interface CallOrder {
  /** Of the attempt. */
  readonly key: string;
  /** JSON. */
  readonly input: string;
  readonly task: string;
  readonly index: number;
  readonly attempt: number;
  readonly epoch: number;
  /** Files and a directory that the worker makes where it needs them. */
  readonly stdout: string;
  readonly stderr: string;
  readonly tmpDir: string;
}

/** What became of a call that did not take its worker along. */
export interface CallReply {
  readonly kind: 'reply';
  readonly key: string;
  readonly exitCode: number;
  readonly failure?: string;
  /** JSON. */
  readonly result?: string;
  /** The module could not be loaded: a worker that tries again would get the same from its cache. */
  readonly isUnloadable?: boolean;
  readonly hasWritten: boolean;
  readonly hasTmpDir: boolean;
  /** Wall clock, the end to a fraction of a millisecond from the start. */
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** CPU time; absent where it is not known, or was less than a millisecond for sure. */
  readonly cpuMs?: number | undefined;
}

/** From a worker, while a call runs. */
export interface ProgressNote {
  readonly kind: 'progress';
  readonly key: string;
  readonly fraction?: number;
  readonly text?: string;
}

/** What workers are made with. */
export interface WorkerData {
  /** A BroadcastChannel: the key of a call that is asked to end. */
  readonly channel: string;
}

/** As shells say it: cannot be executed, not found. */
export const CANNOT_CALL = 126;
export const NOT_FOUND = 127;
