import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError } from '../kernel/errors.js';
import { FRAMES } from '../kernel/frames.js';
import { FrameReader } from './frame-reader.js';
import { withQuery } from './paths.js';
import type { Peers } from './peers.js';
import { answered, unanswered } from './problems.js';

export interface LogsQuery {
  /** @default 'stdout' */
  readonly stream?: 'stdout' | 'stderr' | undefined;
  /** Bytes to skip. */
  readonly offset?: number | undefined;
  /** Waits for the task to start and ends when it is terminal. */
  readonly follow?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const ANSWER_MS = 30_000;
/** How long a daemon may take to begin with output that is followed: nothing may have been written yet. */
const FOLLOW_MS = 20_000;
/** Daemons that broke off in a row, without a byte in between, before it is given up. */
const BREAKS_MAX = 6;
const PAUSE_MS = 250;

/**
 * The bytes of one output stream of a task. Where the daemon goes away in the middle, another one goes on from there.
 *
 * @param path - of the task's logs
 */
export async function* readLogs(
  peers: Peers,
  path: string,
  query: LogsQuery,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { stream = 'stdout', follow = false, signal } = query;
  let { offset } = query;
  let at: string | undefined;
  const times = follow ? { timeoutMs: 2 ** 31 - 1, heldMs: FOLLOW_MS } : { timeoutMs: ANSWER_MS };
  for (let breaks = 0; ;) {
    const whole = withQuery(path, { stream, offset, at, follow: follow ? 1 : undefined });
    const headers = { accept: FRAMES };
    const opened = await peers.open({ method: 'GET', path: whole, headers, ...times, signal, elsewhere: 'repeat' });
    const { where } = opened;
    if (opened.kind !== 'answer') throw unanswered(opened, where);
    const response = opened.answer;
    try {
      await answered(response, where);
      const reader = new FrameReader();
      for await (const chunk of response) {
        breaks = 0;
        // A daemon that knows no frames.
        if (response.headers['content-type'] !== FRAMES) yield chunk as Uint8Array;
        else {
          yield* reader.read(chunk as Uint8Array);
          ({ offset = offset, at = at } = reader.place);
        }
      }
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof CoveyError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      if (peers.count === 1 || ++breaks >= BREAKS_MAX || !isFramed(response)) {
        throw unanswered({ kind: 'lost', why }, where);
      }
      peers.leave(where);
      await pause(PAUSE_MS, undefined, { signal });
    } finally {
      response.destroy();
    }
  }
}

function isFramed(response: IncomingMessage): boolean {
  return response.headers['content-type'] === FRAMES;
}
