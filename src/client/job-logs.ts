import { Channel } from '../channel.js';
import type { TaskView } from '../api/schema.js';
import { CoveyError } from '../kernel/errors.js';
import { isTerminal } from '../kernel/states.js';
import { asTheyCome, type TaskSource } from './as-they-come.js';
import type { LogsQuery } from './logs.js';

interface LogSource extends TaskSource {
  logs(id: string, query: LogsQuery): AsyncIterable<Uint8Array>;
}

export interface JobLogsQuery {
  /** @default both */
  readonly streams?: readonly ('stdout' | 'stderr')[] | undefined;
  /** Tasks that are followed at one time; others wait for their turn. @default 64 */
  readonly parallel?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A piece of what a task of a job wrote. */
export interface JobLog {
  /** JOB/INDEX. */
  readonly task: string;
  readonly stream: 'stdout' | 'stderr';
  readonly data: Uint8Array;
  /** Nothing more of this stream of this task follows. */
  readonly isLast: boolean;
  /** Why the rest of it is not to be had. */
  readonly gone?: CoveyError;
}

const PARALLEL = 64;
const NOTHING = new Uint8Array(0);

/**
 * What all tasks of a job write, as they write it; ends with the job. A task waits until what came of it was taken, so a slow
 * reader costs no memory.
 */
export async function* followJob(
  flock: LogSource,
  job: string,
  query: JobLogsQuery,
): AsyncGenerator<JobLog, void, undefined> {
  const { streams = ['stdout', 'stderr'], parallel = PARALLEL } = query;
  const stop = new AbortController();
  const signal = query.signal ? AbortSignal.any([query.signal, stop.signal]) : stop.signal;
  const channel = new Channel<JobLog | undefined>();
  const started = asTheyCome(flock, job, { isDue: (state) => state === 'running' || isTerminal(state), signal });
  const follow = async () => {
    for (let next = await started.next(); next.done !== true; next = await started.next()) {
      const task = next.value;
      await Promise.all(streams.map((stream) => copy(flock, task, stream, signal, channel)));
    }
  };
  let failure: { readonly error: unknown } | undefined;
  const followers = Array.from({ length: parallel }, follow);
  const all = Promise.all(followers)
    .catch((error: unknown) => (failure = { error }))
    .then(() => channel.give(undefined));
  try {
    for (let log = await channel.take(); log; log = await channel.take()) yield log;
    query.signal?.throwIfAborted();
    if (failure) throw failure.error;
  } finally {
    stop.abort();
    all.catch(() => undefined);
  }
}

async function copy(
  flock: LogSource,
  task: TaskView,
  stream: JobLog['stream'],
  signal: AbortSignal,
  channel: Channel<JobLog | undefined>,
): Promise<void> {
  const bytes = stream === 'stdout' ? task.stdoutBytes : task.stderrBytes;
  if (isTerminal(task.state) && (bytes === 0 || task.startedAt === null)) return;
  const of = { task: task.id, stream };
  try {
    for await (const data of flock.logs(task.id, { stream, follow: true, signal })) {
      await channel.give({ ...of, data, isLast: false });
    }
    await channel.give({ ...of, data: NOTHING, isLast: true });
  } catch (error) {
    if (signal.aborted || !(error instanceof CoveyError)) throw error;
    if (error.code !== 'not-found' && error.code !== 'unavailable') throw error;
    await channel.give({ ...of, data: NOTHING, isLast: true, gone: error });
  }
}
