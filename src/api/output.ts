import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { CoveyError } from '../kernel/errors.js';
import { FRAMES, type FrameHead } from '../kernel/frames.js';
import { nodeId, type JobId } from '../kernel/ids.js';
import type { OutputPart, OutputPlace } from '../node/core/gateway/requests.js';
import type { Driver } from '../node/driver.js';
import { goneOf } from './gone.js';

export interface Wanted {
  readonly job: JobId;
  readonly index: number;
  readonly stream: 'stdout' | 'stderr';
  readonly offset: number;
  /** The attempt of which `offset` is; undefined: whichever is the last. */
  readonly at: OutputPlace | undefined;
}

interface How {
  readonly follow: boolean;
  /** See docs/api.md. */
  readonly framed: boolean;
}

/** A part of the output as it is sent: what is to be said before it, and its bytes. */
interface Piece {
  readonly mark: string | undefined;
  readonly data: Uint8Array;
  readonly offset: number;
  readonly at: OutputPlace | undefined;
}

/** How long one look for more output may take while a client follows. */
const FOLLOW_MS = 20_000;

/** Reads what a frame calls its attempt. @throws CoveyError `usage` */
export function readAt(text: string): OutputPlace {
  const [, epoch, executor = ''] = /^(\d{1,16})@([0-9A-Za-z-]{1,64})$/.exec(text) ?? [];
  if (epoch !== undefined) return { epoch: Number(epoch), executor: nodeId(executor) };
  throw new CoveyError(
    'usage',
    `at ${JSON.stringify(text)} names no attempt`,
    'give what a frame said, or leave it out',
  );
}

/**
 * Sends a task's output as it is; with `follow` until the task has ended and all is sent. The next part is read only once
 * the client has taken the last, so a slow reader costs no memory.
 */
export async function streamOutput(
  driver: Driver,
  reply: FastifyReply,
  wanted: Wanted,
  { follow, framed }: How,
): Promise<FastifyReply> {
  const gone = goneOf(reply);
  const read = (offset: number, at: OutputPlace | undefined) => {
    return driver.request({ op: 'output', ...wanted, offset, at, waitMs: follow ? FOLLOW_MS : 0 }, gone);
  };
  // The first part before the status is sent, so that a task that is not there is a proper 404.
  const first = await read(wanted.offset, wanted.at);
  async function* parts() {
    for await (const piece of pieces(first, wanted, follow, read)) {
      if (framed) yield headOf(piece);
      else if (piece.mark !== undefined) yield Buffer.from(piece.mark);
      if (piece.data.length > 0) yield piece.data;
    }
  }
  return reply.type(framed ? FRAMES : 'application/octet-stream').send(Readable.from(parts(), { objectMode: false }));
}

async function* pieces(
  first: OutputPart,
  wanted: Wanted,
  follow: boolean,
  read: (offset: number, at: OutputPlace | undefined) => Promise<OutputPart>,
): AsyncGenerator<Piece, void> {
  let expected = wanted.offset;
  let at = wanted.at ?? first.at;
  let isAnySent = wanted.at !== undefined;
  for (let part = first; ;) {
    const mark = markOf(part, expected, at, isAnySent);
    if (part.data.length > 0 || mark !== undefined) {
      yield { mark, data: part.data, offset: part.offset, at: part.at ?? at };
      isAnySent = true;
    }
    expected = part.offset + part.data.length;
    at = part.at ?? at;
    if (part.isFinal || (!follow && part.data.length === 0)) return;
    part = await read(expected, part.at);
  }
}

/** What a reader must know before a part: that it is of another attempt, or that bytes before it are no more. */
function markOf(
  part: OutputPart,
  expected: number,
  at: OutputPlace | undefined,
  isAnySent: boolean,
): string | undefined {
  const isSame = part.at === undefined || part.at.epoch === at?.epoch;
  if (!isSame) return isAnySent ? '\n[covey: a new attempt begins here]\n' : undefined;
  const missing = part.offset - expected;
  if (missing <= 0) return undefined;
  // Only what its record has is left where the node that ran it is not to be had.
  if (part.at === undefined)
    return `\n[covey: ${missing} bytes of output are not to be had: only the end was recorded]\n`;
  return `\n[covey: ${missing} bytes of output were cut here]\n`;
}

function headOf({ mark, data, offset, at }: Piece): string {
  const attempt = at === undefined ? {} : { at: `${at.epoch}@${at.executor}` };
  const head: FrameHead = { offset, bytes: data.length, ...attempt, ...(mark === undefined ? {} : { mark }) };
  return `${JSON.stringify(head)}\n`;
}
