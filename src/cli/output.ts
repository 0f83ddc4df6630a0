import { once } from 'node:events';
import { CoveyError, type Flock } from '../client/index.js';
import type { Context } from './command.js';

export type StreamName = 'stdout' | 'stderr';

export interface CopyOptions {
  readonly streams: readonly StreamName[];
  readonly follow: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Copies a task's output to this process's, stream by stream as it was written; with --json as objects
 * `{"task","stream","data"}`, `data` read as UTF-8. Done when both have ended.
 */
export async function copyOutput(
  context: Context,
  flock: Flock,
  task: string,
  { streams, follow, signal }: CopyOptions,
): Promise<void> {
  const { io, out } = context;
  await Promise.all(
    streams.map(async (stream) => {
      const chunks = flock.logs(task, { stream, follow, signal });
      if (out.json) {
        for await (const data of textOf(chunks)) out.object({ task, stream, data });
      } else {
        for await (const chunk of chunks) if (!io[stream].write(chunk)) await once(io[stream], 'drain', { signal });
      }
    }),
  );
}

/** A character that was cut between two chunks is kept whole. */
async function* textOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

/** True for an error that says that the output of a task is not to be had, rather than that the daemon is not. */
export function isOutputGone(error: unknown): error is CoveyError {
  return error instanceof CoveyError && (error.code === 'not-found' || error.code === 'unavailable');
}
