import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CoveyError } from '../kernel/errors.js';
import { jobId, type NodeId } from '../kernel/ids.js';
import type { Driver } from '../node/driver.js';
import type { Change } from '../tasks/change.js';
import { cursorText, readCursor, tailOf, type Place } from './cursor.js';
import { Following, type Heard, type Wanted } from './following.js';
import { goneOf } from './gone.js';
import { headerOf, queryOf } from './reading.js';
import type { FlockEvent } from './schema.js';
import { changeView, jobEvent } from './views.js';

/** Streams that one daemon serves at a time. */
const STREAMS_MAX = 256;
/** A comment goes out where nothing else has, so that both ends notice when the other is gone. */
const HEARTBEAT_MS = 15_000;
/** When a browser's EventSource is to come back. */
const RETRY_MS = 1_000;

/** Serves GET /v1/events. */
export class Events {
  #streams = 0;

  constructor(
    private readonly driver: Driver,
    private readonly self: () => NodeId,
  ) {}

  /** @throws CoveyError `not-found` for an unknown job, `usage` for a strange id, `busy` where too many follow already */
  async serve(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { job: named } = queryOf(request);
    const job = named === undefined ? undefined : jobId(named);
    const last = headerOf(request, 'last-event-id');
    const from = last === undefined || last === '' ? undefined : readCursor(last);
    if (this.#streams >= STREAMS_MAX) {
      throw new CoveyError('busy', `${STREAMS_MAX} clients follow events here already`, 'ask another daemon');
    }
    const gone = goneOf(reply);
    if (job !== undefined) await this.driver.request({ op: 'job', job, waitMs: 0 }, gone);
    this.#streams += 1;
    reply.raw.once('close', () => (this.#streams -= 1));
    const parts = this.#parts({ job, self: this.self(), from }, gone);
    void reply.header('cache-control', 'no-store').type('text/event-stream');
    return reply.send(Readable.from(parts, { objectMode: false }));
  }

  async *#parts(wanted: Wanted, gone: AbortSignal): AsyncGenerator<string, void> {
    const following = new Following(this.driver, wanted, gone);
    const places = new Map<string, Place>(wanted.from?.places);
    const idNow = () => cursorText({ sinceMs: following.sinceMs, places });
    // The head goes out with the first part.
    yield `retry: ${RETRY_MS}\n\n`;
    await following.open();
    yield part(idNow(), { event: 'open', job: wanted.job ?? null });
    if (wanted.job !== undefined) {
      // Read after the places are fixed: no end can be missed.
      const info = await this.driver.request({ op: 'job', job: wanted.job, waitMs: 0 }, gone);
      yield part(idNow(), jobEvent(info));
    }
    while (!gone.aborted) {
      const heard = await following.take(HEARTBEAT_MS);
      yield heard ? partsOf(heard, places, idNow) : ':\n\n';
    }
  }
}

/** What one node told, as text; `places` follow along, so that each event's id stands for all before it. */
function partsOf({ node, told }: Heard, places: Map<string, Place>, idNow: () => string): string {
  const where = node.slice(-8);
  if (!told) return part(idNow(), { event: 'gap', reason: `node ${where} does not answer` });
  const { boot, next, isGap, changes } = told;
  const gap: FlockEvent = { event: 'gap', reason: `node ${where} has forgotten some` };
  let text = isGap ? part(idNow(), gap) : '';
  // An id within an answer would have to say how far into it: whoever resumes there gets the whole answer again.
  for (const change of changes.slice(0, -1)) text += part(idNow(), changeView(change));
  places.set(tailOf(node), { boot, after: next });
  const last: Change | undefined = changes.at(-1);
  return last ? text + part(idNow(), changeView(last)) : text;
}

function part(id: string, event: FlockEvent): string {
  return `id: ${id}\nevent: ${event.event}\ndata: ${JSON.stringify(event)}\n\n`;
}
