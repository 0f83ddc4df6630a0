import { once } from 'node:events';
import { CoveyError, type Flock, type TaskView } from '../client/index.js';
import { isTerminal } from '../kernel/states.js';
import { ahead } from './ahead.js';
import type { Context } from './command.js';

export type StreamName = 'stdout' | 'stderr';

export const STREAMS: readonly StreamName[] = ['stdout', 'stderr'];

/** Tasks whose output is read at once, while that of the first of them is printed. */
const READS = 8;

export interface CopyOptions {
  readonly streams: readonly StreamName[];
  readonly follow: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called with each piece before it is printed as it is. */
  readonly onPrint?: (piece: Uint8Array) => void;
}

export interface PrintOptions extends CopyOptions {
  /** The output of a task is not to be had; those of the others still follow. */
  readonly onGone: (task: string, error: CoveyError) => void;
}

/** What a task wrote, where that is short; undefined where it must be copied as it comes. */
interface Read {
  readonly task: string;
  readonly whole: Readonly<Record<StreamName, Uint8Array>> | undefined;
}

/**
 * Copies a task's output to this process's, stream by stream as it was written; with --json as objects
 * `{"task","stream","data"}`, `data` read as UTF-8. Done when both have ended.
 */
export async function copyOutput(context: Context, flock: Flock, task: string, options: CopyOptions): Promise<void> {
  const { streams, follow, signal } = options;
  await Promise.all(
    streams.map((stream) => print(context, task, stream, flock.logs(task, { stream, follow, signal }), options)),
  );
}

/**
 * Prints what tasks have written, one task after the other. Short output comes with the record of its task, several of
 * which are read at once; tasks that have written nothing, or have not started and are not waited for, cost nothing.
 */
export async function printOutputs(
  context: Context,
  flock: Flock,
  tasks: AsyncIterable<TaskView>,
  options: PrintOptions,
): Promise<void> {
  const { streams, signal, onGone } = options;
  for await (const { task, whole } of ahead(tasks, READS, (view) => readWhole(flock, view, options))) {
    signal?.throwIfAborted();
    try {
      if (whole) for (const stream of streams) await print(context, task, stream, [whole[stream]], options);
      else await copyOutput(context, flock, task, options);
    } catch (error) {
      if (signal?.aborted === true || !isOutputGone(error)) throw error;
      onGone(task, error);
    }
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** So much of each stream is in a task's record: nothing longer is worth a look there. */
const TAIL_BYTES = 4096;

async function readWhole(flock: Flock, view: TaskView, { streams, follow }: CopyOptions): Promise<Read> {
  const unread: Read = { task: view.id, whole: undefined };
  const silent: Read = { task: view.id, whole: { stdout: NOTHING, stderr: NOTHING } };
  if (!follow && view.attempts === 0 && view.startedAt === null) return silent;
  const { stdoutBytes: stdout, stderrBytes: stderr } = view;
  if (!isTerminal(view.state) || stdout === null || stderr === null) return unread;
  const sizes = { stdout, stderr };
  const longest = Math.max(...streams.map((stream) => sizes[stream]));
  if (longest > TAIL_BYTES) return unread;
  if (longest === 0) return silent;
  const detail = await flock.task(view.id).catch((error: unknown) => {
    if (isOutputGone(error)) return undefined;
    throw error;
  });
  if (!detail) return unread;
  const whole = { stdout: Buffer.from(detail.stdoutTail, 'base64'), stderr: Buffer.from(detail.stderrTail, 'base64') };
  return streams.every((stream) => whole[stream].length === sizes[stream]) ? { task: view.id, whole } : unread;
}

async function print(
  { io, out }: Context,
  task: string,
  stream: StreamName,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { signal, onPrint }: CopyOptions,
): Promise<void> {
  if (out.json) {
    for await (const data of textOf(pieces)) out.object({ task, stream, data });
    return;
  }
  for await (const piece of pieces) {
    if (piece.length === 0) continue;
    onPrint?.(piece);
    if (!io[stream].write(piece)) await once(io[stream], 'drain', { signal });
  }
}

/** A character that was cut between two pieces is kept whole. */
async function* textOf(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  for await (const piece of pieces) {
    const text = decoder.decode(piece, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

/** True for an error that says that the output of a task is not to be had, rather than that the daemon is not. */
export function isOutputGone(error: unknown): error is CoveyError {
  return error instanceof CoveyError && (error.code === 'not-found' || error.code === 'unavailable');
}
