import type { Stream } from '@libp2p/interface';
import * as lp from 'it-length-prefixed';
import { pipe } from 'it-pipe';
import { joinBatch } from './codec.js';

/** The prefix of a frame is a varint of its length; nine bytes would count beyond what a number holds. */
const PREFIX_BYTES_MAX = 8;

/** Why frames could not be read on: `oversized` and `truncated` are the sender's fault, the rest is the network's. */
export type FrameFault = 'oversized' | 'truncated' | 'lost';

/** Sends one frame. False: wait until the stream has {@link drained} before the next. */
export function sendFrame(stream: Stream, parts: readonly Uint8Array[]): boolean {
  return stream.send(lp.encode.single(joinBatch(parts)));
}

/**
 * Resolves once the stream takes more, rejects where it closes before. Its own `onDrain` keeps the promise of the first time, and
 * ever after resolves at once (@libp2p/utils 7): all that waited for a slow peer was then in memory.
 */
export async function drained(stream: Stream): Promise<void> {
  while (stream.writableNeedsDrain) {
    await new Promise<void>((resolve, reject) => {
      const settle = (how: () => void) => () => {
        stream.removeEventListener('drain', onDrain);
        stream.removeEventListener('close', onClose);
        how();
      };
      const onDrain = settle(resolve);
      const onClose = settle(() => {
        reject(new Error('the stream closed'));
      });
      stream.addEventListener('drain', onDrain);
      stream.addEventListener('close', onClose);
    });
  }
}

/** Reads frames until the stream ends. What `onFrame` throws ends the reading and is thrown on. */
export async function readFrames(
  stream: Stream,
  frameBytesMax: number,
  onFrame: (frame: Uint8Array) => void,
): Promise<void> {
  await pipe(
    stream,
    (source) => lp.decode(source, { maxDataLength: frameBytesMax, maxLengthLength: PREFIX_BYTES_MAX }),
    async (frames) => {
      for await (const frame of frames) onFrame(frame.subarray());
    },
  );
}

export function frameFault(error: unknown): FrameFault {
  const name = error instanceof Error ? error.name : '';
  if (['InvalidDataLengthError', 'InvalidDataLengthLengthError', 'InvalidMessageLengthError'].includes(name))
    return 'oversized';
  return name === 'UnexpectedEOFError' ? 'truncated' : 'lost';
}
