/** Every bound of the transport, set on purpose: libp2p's own defaults refuse the sixth dial a second from one host. */
export interface TransportLimits {
  /** One frame on the wire, and so one message. */
  readonly frameBytesMax: number;
  /** What may wait for one peer on one lane; a message beyond it is dropped. */
  readonly queueBytesMax: number;
  readonly gossipBytesMax: number;
  /** Of more than this, those that carried no message for longest are closed... */
  readonly connectionsKept: number;
  /** ...and of more than this, none is accepted: room for those who come while others are being closed. */
  readonly connectionsMax: number;
  /** A handshake costs 8-12 ms of CPU at either end, so they are rationed. */
  readonly handshakesMax: number;
  readonly handshakesPerSecond: number;
  readonly dialTimeoutMs: number;
  readonly dialsWaitingMax: number;
  /** A connection carries a frame at least this often, an empty one where there is nothing to say... */
  readonly heartbeatMs: number;
  /** ...and is given up where nothing came for this long. TCP itself would take a quarter of an hour. */
  readonly silenceMs: number;
}

export const DEFAULT_LIMITS: TransportLimits = {
  frameBytesMax: 2 ** 20,
  queueBytesMax: 16 * 2 ** 20,
  gossipBytesMax: 64 * 2 ** 10,
  connectionsKept: 512,
  connectionsMax: 640,
  handshakesMax: 4,
  handshakesPerSecond: 8,
  dialTimeoutMs: 5_000,
  dialsWaitingMax: 1_024,
  heartbeatMs: 5_000,
  silenceMs: 20_000,
};
