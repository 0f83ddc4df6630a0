import type { Stream } from '@libp2p/interface';
import { expect } from 'chai';
import { setImmediate as turn } from 'node:timers/promises';
import { DEFAULT_LIMITS } from '../../../src/node/io/limits.js';
import { OutgoingLane } from '../../../src/node/io/outgoing-lane.js';
import { Tally } from '../../../src/node/io/tally.js';

/** A stream that is full after each frame, with the flaw of libp2p's `onDrain`: it holds to the promise of the first time. */
class SlowStream extends EventTarget {
  readonly status = 'open';
  readonly writeStatus = 'writable';
  writableNeedsDrain = false;
  sent = 0;
  readonly #first = Promise.resolve();

  send(): boolean {
    this.sent += 1;
    this.writableNeedsDrain = true;
    return false;
  }

  onDrain(): Promise<void> {
    return this.#first;
  }

  drain(): void {
    this.writableNeedsDrain = false;
    this.dispatchEvent(new Event('drain'));
  }
}

describe('what goes out to one peer', () => {
  let stream: SlowStream;
  let lane: OutgoingLane;
  const push = async () => {
    lane.push(new Uint8Array(100));
    lane.flush();
    for (let i = 0; i < 5; i++) await turn();
  };

  beforeEach(() => {
    stream = new SlowStream();
    lane = new OutgoingLane(
      () => Promise.resolve(stream as unknown as Stream),
      DEFAULT_LIMITS,
      new Tally(() => undefined),
    );
  });

  it('should wait, each time, until the stream takes more', async () => {
    await push();
    for (let frames = 1; frames <= 3; frames++) {
      await push();
      expect(stream.sent, 'no more than it takes').to.equal(frames);
      stream.drain();
      await turn();
      await turn();
      expect(stream.sent).to.equal(frames + 1);
    }
  });

  it('should end with its stream while it waits', async () => {
    await push();
    await push();
    stream.dispatchEvent(new Event('close'));
    await turn();
    expect(stream.sent, 'opened anew for what still waits').to.equal(2);
  });
});
