/** What a worker is told to call. */
export interface CallOrder {
  /** Of the attempt. */
  readonly key: string;
  /** Absolute. */
  readonly module: string;
  readonly export: string;
  /** JSON. */
  readonly input: string;
  readonly args: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly task: string;
  readonly job: string;
  readonly index: number;
  readonly attempt: number;
  readonly epoch: number;
  readonly node: string;
  /** Files and a directory that the worker makes where it needs them. */
  readonly stdout: string;
  readonly stderr: string;
  readonly tmpDir: string;
  readonly resultMax: number;
}

/** What became of a call that did not take its worker along. */
export interface CallReply {
  readonly exitCode: number;
  readonly failure?: string;
  /** JSON. */
  readonly result?: string;
  /** The module could not be loaded: a worker that tries again would get the same from its cache. */
  readonly isUnloadable?: boolean;
  readonly hasWritten: boolean;
  readonly hasTmpDir: boolean;
}

/** From a worker, while a call runs. */
export interface ProgressNote {
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
