import type { Stream } from '@libp2p/interface';
import type { Lane } from '../core/ports.js';
import { DecodeError, type Codec } from './codec.js';
import { frameFault, readFrames } from './frames.js';
import type { TransportLimits } from './limits.js';
import type { Peer } from './peer.js';
import type { Tally } from './tally.js';

/** Reads what peers send, and closes a stream that carries anything but frames of valid messages. */
export class IncomingLanes<Message> {
  constructor(
    readonly codec: Codec<Message>,
    readonly limits: TransportLimits,
    readonly tally: Tally,
    readonly deliver: (from: Peer, message: Message) => void,
  ) {}

  async read(peer: Peer, lane: Lane, stream: Stream): Promise<void> {
    peer.adopt(lane, stream);
    try {
      await readFrames(stream, this.limits.frameBytesMax, (frame) => {
        if (peer.isCurrent(lane, stream)) this.#accept(peer, frame);
      });
      await stream.close();
    } catch (error) {
      this.#refuse(peer, lane, error);
      stream.abort(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #accept(peer: Peer, frame: Uint8Array): void {
    peer.heard();
    const { messages, unknown } = this.codec.decode(frame);
    if (messages.length > 0) peer.used();
    if (unknown > 0) this.tally.refuse('unknown', unknown);
    for (const message of messages) this.deliver(peer, message);
  }

  #refuse(peer: Peer, lane: Lane, error: unknown): void {
    const cause = error instanceof DecodeError ? error.cause : frameFault(error);
    if (cause === 'lost') return;
    this.tally.refuse(cause);
    this.tally.warn('a peer sent what cannot be read; its stream was closed', {
      peer: peer.id,
      lane,
      cause,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}
