import type { Stream } from '@libp2p/interface';
import { BATCH_OVERHEAD_BYTES } from './codec.js';
import { drained, sendFrame } from './frames.js';
import type { TransportLimits } from './limits.js';
import type { Tally } from './tally.js';

/** What the other side may send back on a stream of ours: nothing. */
const ANSWER_BYTES_MAX = 1_024;

/**
 * What waits for one peer on one lane, and the one stream that carries it. All that is sent in one turn of the event loop
 * leaves in as few frames as it fits in. A frame is sent once, on one stream: whatever a broken stream held is lost, and
 * nothing is sent twice.
 */
export class OutgoingLane {
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #stream: Stream | undefined;
  #opening: Promise<Stream> | undefined;
  #running = false;
  #lastSentMs = 0;

  constructor(
    readonly openStream: () => Promise<Stream>,
    readonly limits: TransportLimits,
    readonly tally: Tally,
  ) {}

  /** When the last frame left, on the monotonic clock. */
  get lastSentMs(): number {
    return this.#lastSentMs;
  }

  /** True where nothing waits to leave. */
  get isIdle(): boolean {
    return !this.#running && this.#queue.length === 0;
  }

  /** Queues an encoded message, or drops it where too much waits already. Nothing leaves before {@link flush}. */
  push(message: Uint8Array): void {
    if (this.#queuedBytes + message.length > this.limits.queueBytesMax) return this.tally.drop(1);
    this.#queue.push(message);
    this.#queuedBytes += message.length;
  }

  /** Sends what waits, at the end of this turn of the event loop. */
  flush(): void {
    if (this.#running || this.#queue.length === 0) return;
    this.#running = true;
    setImmediate(() => void this.#run());
  }

  /** Sends a frame without messages: a sign of life. */
  ping(): void {
    const stream = this.#stream;
    if (this.#running || stream === undefined || !isWritable(stream) || stream.writableNeedsDrain) return;
    this.#lastSentMs = performance.now();
    sendFrame(stream, []);
  }

  /** Drops what waits. */
  clear(): void {
    this.tally.drop(this.#queue.length);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#stream = undefined;
  }

  /** The stream that carries the lane, opened where there is none; never two, for the receiver keeps the newest only. */
  async open(): Promise<Stream> {
    if (this.#stream !== undefined && isWritable(this.#stream)) return this.#stream;
    this.#opening ??= this.openStream().finally(() => {
      this.#opening = undefined;
    });
    const stream = await this.#opening;
    stream.maxReadBufferLength = ANSWER_BYTES_MAX;
    this.#stream = stream;
    return stream;
  }

  async #run(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const stream = await this.open();
        const frame = this.#take();
        if (frame.length > 0 && !(await this.#sent(stream, frame))) this.tally.drop(frame.length);
      }
    } catch {
      this.clear();
    } finally {
      this.#running = false;
    }
    this.flush();
  }

  async #sent(stream: Stream, frame: readonly Uint8Array[]): Promise<boolean> {
    try {
      this.#lastSentMs = performance.now();
      if (!sendFrame(stream, frame)) await drained(stream);
      return true;
    } catch {
      if (this.#stream === stream) this.#stream = undefined;
      return false;
    }
  }

  /** The messages of the next frame, at least one where any waits. */
  #take(): Uint8Array[] {
    let bytes = BATCH_OVERHEAD_BYTES;
    let count = 0;
    for (const message of this.#queue) {
      if (count > 0 && bytes + message.length > this.limits.frameBytesMax) break;
      bytes += message.length;
      count += 1;
    }
    this.#queuedBytes -= bytes - BATCH_OVERHEAD_BYTES;
    return this.#queue.splice(0, count);
  }
}

function isWritable(stream: Stream): boolean {
  return stream.status === 'open' && stream.writeStatus === 'writable';
}
