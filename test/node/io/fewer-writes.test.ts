import type { ConnectionEncrypter, MessageStream, StreamMuxer } from '@libp2p/interface';
import { expect } from 'chai';
import { inBigSteps, inOneWrite } from '../../../src/node/io/fewer-writes.js';

const [DATA, WINDOW_UPDATE] = [0, 1];
const [ACK, FIN] = [2, 4];
const KIB = 1024;

type Data = Parameters<MessageStream['send']>[0];

/** Several parts as libp2p hands them on: a list that can be joined. */
function list(...parts: readonly Uint8Array[]): Data {
  const joined = Uint8Array.from(parts.flatMap((part) => [...part]));
  return { byteLength: joined.length, subarray: () => joined } as Data;
}

/** A connection that keeps what is sent on it. */
function connection() {
  const sent: Data[] = [];
  const send = (data: Data) => sent.push(data) > 0;
  return { sent, stream: { send } as unknown as MessageStream };
}

function header(type: number, flags: number, streamId: number, length: number): Uint8Array {
  const frame = new DataView(new ArrayBuffer(12));
  frame.setUint8(1, type);
  frame.setUint16(2, flags);
  frame.setUint32(4, streamId);
  frame.setUint32(8, length);
  return new Uint8Array(frame.buffer);
}

/** What a muxer sends on, that is given the frames. */
function muxed(...frames: Data[]): Uint8Array[] {
  const { sent, stream } = connection();
  const createStreamMuxer = (maConn: MessageStream) => {
    for (const frame of frames) maConn.send(frame);
    return {} as StreamMuxer;
  };
  inBigSteps(() => ({ protocol: '/yamux', createStreamMuxer }))().createStreamMuxer(stream);
  return sent.map((frame) => frame.subarray());
}

describe('fewer writes', () => {
  it('should hand TCP a message of several parts as one', async () => {
    const { sent, stream } = connection();
    const secure = (inner: MessageStream) => {
      inner.send(list(Uint8Array.of(0, 3), Uint8Array.of(7, 8, 9)));
      return Promise.resolve({ connection: inner });
    };
    const encrypter = { protocol: '/noise', secureInbound: secure, secureOutbound: secure };
    const joined = inOneWrite(() => encrypter as unknown as ConnectionEncrypter)({});
    await joined.secureOutbound(stream);
    expect(sent).to.deep.equal([Uint8Array.of(0, 3, 7, 8, 9)]);
  });

  it('should give a window back in one step where half of it is used', () => {
    const update = header(WINDOW_UPDATE, 0, 5, 60 * KIB);
    expect(muxed(update, update)).to.deep.equal([]);
    expect(muxed(update, update, update)).to.deep.equal([header(WINDOW_UPDATE, 0, 5, 180 * KIB)]);
  });

  it('should count what it owes for each stream', () => {
    const [one, other] = [header(WINDOW_UPDATE, 0, 1, 100 * KIB), header(WINDOW_UPDATE, 0, 2, 100 * KIB)];
    expect(muxed(one, other)).to.deep.equal([]);
    expect(muxed(one, other, one)).to.deep.equal([header(WINDOW_UPDATE, 0, 1, 200 * KIB)]);
  });

  it('should send what opens or closes a stream at once, with what is owed', () => {
    const acked = header(WINDOW_UPDATE, ACK, 1, 100);
    const closed = header(WINDOW_UPDATE, FIN, 1, 0);
    const small = header(WINDOW_UPDATE, 0, 1, 40);
    expect(muxed(acked, small, closed, small)).to.deep.equal([acked, header(WINDOW_UPDATE, FIN, 1, 40)]);
  });

  it('should leave data as it is, also of the length of a header', () => {
    const data = list(header(DATA, 0, 1, 3), Uint8Array.of(1, 2, 3));
    const empty = header(DATA, FIN, 1, 0);
    expect(muxed(data, empty)).to.deep.equal([data.subarray(), empty]);
  });
});
