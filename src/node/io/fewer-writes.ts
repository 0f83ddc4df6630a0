import type {
  ConnectionEncrypter,
  MessageStream,
  SecureConnectionOptions,
  StreamMuxer,
  StreamMuxerFactory,
} from '@libp2p/interface';

/**
 * noise sends the length of a message and the message as two parts, and TCP writes each part by itself: two system calls here,
 * two wakeups there. An encrypter made so hands TCP one part.
 */
export function inOneWrite<Components>(
  make: (components: Components) => ConnectionEncrypter,
): (components: Components) => ConnectionEncrypter {
  return (components) => {
    const encrypter = make(components);
    return {
      protocol: encrypter.protocol,
      secureInbound: (connection: MessageStream, options?: SecureConnectionOptions) =>
        encrypter.secureInbound(joining(connection), options),
      secureOutbound: (connection: MessageStream, options?: SecureConnectionOptions) =>
        encrypter.secureOutbound(joining(connection), options),
    };
  };
}

function joining(connection: MessageStream): MessageStream {
  const send = connection.send.bind(connection);
  connection.send = (data) => send(data.subarray());
  return connection;
}

/** Half of what a sender may have under way at first: the other half lasts until it hears that there is more. */
const CREDIT_BYTES = 128 * 1024;

const HEADER_BYTES = 12;
const WINDOW_UPDATE = 1;

/**
 * yamux gives its peer back the window of every frame at once, with a message of its own: one there for each one here. A muxer
 * made so gives it back in steps, which the protocol allows, as windows add up
 * (https://github.com/hashicorp/yamux/blob/master/spec.md).
 */
export function inBigSteps(make: () => StreamMuxerFactory): () => StreamMuxerFactory {
  return () => {
    const factory = make();
    return {
      protocol: factory.protocol,
      createStreamMuxer: (connection: MessageStream): StreamMuxer => factory.createStreamMuxer(gathering(connection)),
    };
  };
}

function gathering(connection: MessageStream): MessageStream {
  const owed = new Map<number, number>();
  const send = connection.send.bind(connection);
  connection.send = (data) => {
    const frame = data.byteLength === HEADER_BYTES ? data.subarray() : undefined;
    if (frame?.[1] !== WINDOW_UPDATE) return send(data);
    const header = new DataView(frame.buffer, frame.byteOffset, HEADER_BYTES);
    const flags = header.getUint16(2);
    const stream = header.getUint32(4);
    const bytes = (owed.get(stream) ?? 0) + header.getUint32(8);
    if (flags === 0 && bytes < CREDIT_BYTES) {
      owed.set(stream, bytes);
      return true;
    }
    owed.delete(stream);
    header.setUint32(8, bytes);
    return send(frame);
  };
  return connection;
}
