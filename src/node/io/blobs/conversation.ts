import type { Stream } from '@libp2p/interface';
import { drained } from '../frames.js';

/** A head says what is asked or answered, as JSON; the bytes of a blob come behind it as they are. */
const HEAD_BYTES_MAX = 8 * 2 ** 20;
const PREFIX_BYTES = 4;
/** Whoever says nothing for so long is given up. */
const SILENCE_MS = 20_000;
const PIECE_BYTES = 2 ** 16;

/** Both sides of a stream: a head, and where it says so the bytes of one blob. */
export class Conversation {
  readonly #chunks: AsyncIterator<{ subarray(): Uint8Array }, void>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(private readonly stream: Stream) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<{ subarray(): Uint8Array }, void>;
  }

  async say(head: object): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(head));
    const prefix = Buffer.alloc(PREFIX_BYTES);
    prefix.writeUInt32BE(bytes.length);
    await this.#send(Buffer.concat([prefix, bytes]));
  }

  async send(source: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) await this.#send(chunk.subarray(at, at + PIECE_BYTES));
    }
  }

  /** Nothing more is said from here. */
  async end(): Promise<void> {
    await this.stream.close();
  }

  /** @throws Error where the other side says no head */
  async hear(): Promise<Record<string, unknown>> {
    const prefix = Buffer.from(await this.#take(PREFIX_BYTES));
    const length = prefix.readUInt32BE();
    if (length > HEAD_BYTES_MAX) throw new Error(`a head of ${length} bytes`);
    const head: unknown = JSON.parse(Buffer.from(await this.#take(length)).toString());
    if (typeof head !== 'object' || head === null) throw new Error('a head that is no object');
    return head as Record<string, unknown>;
  }

  /** What follows the head, to the end. */
  async *bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#rest.length > 0) yield this.#rest;
    this.#rest = new Uint8Array(0);
    for (let next = await this.#next(); next; next = await this.#next()) yield next;
  }

  abort(error: unknown): void {
    this.stream.abort(error instanceof Error ? error : new Error(String(error)));
  }

  async #send(bytes: Uint8Array): Promise<void> {
    if (!this.stream.send(bytes)) await patiently(drained(this.stream));
  }

  async #take(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let missing = count;
    while (missing > 0) {
      if (this.#rest.length === 0) {
        const next = await this.#next();
        if (!next) throw new Error('the other side has ended');
        this.#rest = next;
      }
      parts.push(this.#rest.subarray(0, missing));
      const taken = Math.min(missing, this.#rest.length);
      this.#rest = this.#rest.subarray(taken);
      missing -= taken;
    }
    return Buffer.concat(parts);
  }

  async #next(): Promise<Uint8Array | undefined> {
    const next = await patiently(this.#chunks.next());
    return next.done === true ? undefined : next.value.subarray();
  }
}

async function patiently<T>(what: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the other side has fallen silent')), SILENCE_MS);
  });
  try {
    return await Promise.race([what, silence]);
  } finally {
    clearTimeout(timer);
  }
}
