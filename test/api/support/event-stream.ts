import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { request, type IncomingMessage } from 'node:http';
import type { FlockEvent } from '../../../src/api/schema.js';
import { until } from '../../support/until.js';

export interface Received {
  readonly id: string | undefined;
  readonly data: FlockEvent;
}

/** A client of GET /v1/events. */
export class EventStream {
  readonly received: Received[] = [];
  isEnded = false;

  private constructor(
    readonly response: IncomingMessage,
    private readonly close: () => void,
  ) {}

  static open(socketPath: string, query = '', lastId?: string): Promise<EventStream> {
    const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath, path: `/v1/events${query}`, headers, agent: false });
      sent.on('error', reject);
      sent.on('response', (response) => {
        const stream = new EventStream(response, () => sent.destroy());
        const parser = createParser({ onEvent: (event) => stream.#on(event) });
        response.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
        response.on('error', () => (stream.isEnded = true)).on('close', () => (stream.isEnded = true));
        resolve(stream);
      });
      sent.end();
    });
  }

  /** What was told, in short: `open`, `job running`, `0 queued`, `gap`. */
  get told(): readonly string[] {
    return this.received.map(({ data }) => {
      if (data.event === 'task') return `${data.index} ${data.state}`;
      return data.event === 'job' ? `job ${data.state}` : data.event;
    });
  }

  async until(what: string): Promise<void> {
    await until(`it is told ${what}`, () => Promise.resolve(this.told.includes(what)));
  }

  leave(): void {
    this.close();
  }

  #on({ id, data }: EventSourceMessage): void {
    this.received.push({ id, data: JSON.parse(data) as FlockEvent });
  }
}
