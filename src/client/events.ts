import { createParser } from 'eventsource-parser';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { FlockEvent } from '../api/schema.js';
import { CoveyError } from '../kernel/errors.js';
import { withQuery } from './paths.js';
import type { Peers } from './peers.js';
import { answered, unanswered } from './problems.js';

export interface EventsQuery {
  /** Changes of this job, whichever nodes hold it; else those that the daemon itself coordinates. */
  readonly job?: string | undefined;
  /** Goes on after the event with this id. */
  readonly lastEventId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An event with the id after which a stream can go on. */
export type Event = FlockEvent & { readonly id: string };

const ANSWER_MS = 30_000;
/** A daemon sends something every 15 s; one that does not is gone, or stands still. */
const SILENCE_MS = 45_000;
/** How long it is tried to find a daemon that goes on. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 250;

/**
 * Changes as they happen. Where the daemon goes away, the stream goes on at another one, after the last event that came; it ends
 * with `signal` only, by its reason.
 */
export async function* readEvents(peers: Peers, query: EventsQuery): AsyncGenerator<Event, void, undefined> {
  const { job, signal } = query;
  let lastId = query.lastEventId;
  let aliveAt = performance.now();
  for (;;) {
    const headers = { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) };
    const path = withQuery('/v1/events', { job });
    const opened = await peers.open({
      ...{ method: 'GET', path, headers, timeoutMs: ANSWER_MS, heldMs: ANSWER_MS, signal, elsewhere: 'repeat' },
    });
    const { where } = opened;
    const outcome = opened.kind === 'answer' ? undefined : opened;
    if (opened.kind === 'answer') {
      await answered(opened.answer, where);
      aliveAt = performance.now();
      for await (const event of eventsOf(opened.answer, signal)) {
        aliveAt = performance.now();
        lastId = event.id;
        yield event;
      }
    }
    if (performance.now() - aliveAt > PATIENCE_MS) throw unanswered(outcome ?? { kind: 'silent' }, where);
    peers.leave(where);
    await pause(PAUSE_MS, undefined, { signal });
  }
}

/** What one connection brings, until it breaks. */
async function* eventsOf(
  response: IncomingMessage,
  signal: AbortSignal | undefined,
): AsyncGenerator<Event, void, undefined> {
  const events: Event[] = [];
  const parser = createParser({
    onEvent: ({ id, data }) => events.push({ ...(JSON.parse(data) as FlockEvent), id: id ?? '' }),
  });
  const silence = setTimeout(() => response.destroy(), SILENCE_MS);
  try {
    response.setEncoding('utf8');
    for await (const text of response) {
      silence.refresh();
      parser.feed(String(text));
      yield* events.splice(0);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof CoveyError || error instanceof SyntaxError) throw error;
  } finally {
    clearTimeout(silence);
    response.destroy();
  }
}
