import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { JobId } from '../kernel/ids.js';
import type { OutputPlace } from '../node/core/gateway/requests.js';
import type { Driver } from '../node/driver.js';
import { goneOf } from './gone.js';

interface Wanted {
  readonly job: JobId;
  readonly index: number;
  readonly stream: 'stdout' | 'stderr';
  readonly offset: number;
}

/** How long one look for more output may take while a client follows. */
const FOLLOW_MS = 20_000;

/** Stands where output was longer than what is kept of it. */
function cutMark(bytes: number): Buffer {
  return Buffer.from(`\n[covey: ${bytes} bytes of output were cut here]\n`);
}

/**
 * Sends a task's output as it is; with `follow` until the task has ended and all is sent. The next part is read only once
 * the client has taken the last, so a slow reader costs no memory.
 */
export async function streamOutput(
  driver: Driver,
  reply: FastifyReply,
  wanted: Wanted,
  follow: boolean,
): Promise<FastifyReply> {
  const gone = goneOf(reply);
  const read = (offset: number, at: OutputPlace | undefined) => {
    return driver.request({ op: 'output', ...wanted, offset, at, waitMs: follow ? FOLLOW_MS : 0 }, gone);
  };
  // The first part before the status is sent, so that a task that is not there is a proper 404.
  const first = await read(wanted.offset, undefined);
  async function* parts() {
    let expected = wanted.offset;
    let epoch = first.at?.epoch;
    for (let part = first; ;) {
      const isSameAttempt = part.at === undefined || part.at.epoch === epoch;
      if (isSameAttempt && part.offset > expected) yield cutMark(part.offset - expected);
      if (part.data.length > 0) yield part.data;
      expected = part.offset + part.data.length;
      epoch = part.at?.epoch ?? epoch;
      if (part.isFinal || (!follow && part.data.length === 0)) return;
      part = await read(part.offset + part.data.length, part.at);
    }
  }
  return reply.type('application/octet-stream').send(Readable.from(parts(), { objectMode: false }));
}
