import { checkLatency, type Latency, type ZoneLatency } from './network-latency.js';
import { PUBSUB_DEFAULTS, type PubsubOptions } from './pubsub-options.js';
import type { Message } from '../../src/node/core/wire.js';

/**
 * How the network is, and how it misbehaves. All of it can be changed while the world runs.
 *
 * A connection is TCP: while it lasts nothing on it is lost, repeated or overtaken, as ports.ts promises. `packetLoss`
 * keeps to that: what is lost is sent again, later. `loss` is as harsh as ports.ts allows. `duplicate` and `reorder` are
 * harsher than any connection: for machines that claim to stand repeats.
 */
export interface NetworkOptions {
  /** Of one way. @default uniform, 0.5 to 1.5 ms */
  latency: Latency;
  /** Of pairs of zones, in place of `latency`; changed as a whole, not in part. @default none */
  zoneLatency: ZoneLatency;
  /** Part of all messages that get lost whole, direct ones and hops of gossip. @default 0 */
  loss: number;
  /** Part of all packets that TCP must send again, which delays all that follows on the connection. @default 0 */
  packetLoss: number;
  /** Part of all direct messages that arrive twice. @default 0 */
  duplicate: number;
  /** Part of all direct messages that later ones on their lane may overtake. @default 0 */
  reorder: number;
  /** How much later what is repeated or overtaken comes, at most. @default 50 */
  reorderMs: number;
  /** Part of all messages that arrive damaged: noise refuses them, and with them the connection. @default 0 */
  corrupt: number;
  /** Of a node's uplink, on which all that it sends queues. @default Infinity */
  bandwidthBytesPerS: number;
  /** A connection on which nothing came for so long is given up, at the next heartbeat. @default 20_000 */
  silenceMs: number;
  /** How often each end looks for silence, and shows life. @default 5_000 */
  heartbeatMs: number;
  /** @default 5_000 */
  dialTimeoutMs: number;
  /** Of one node; a handshake costs 8-12 ms of CPU, so the daemon rations them. @default 8 */
  handshakesPerSecond: number;
  /** Dials of one node that are under way at once. @default 4 */
  handshakesMax: number;
  /** Of more than this a node closes those that carried no message for longest. @default 512 */
  connectionsKept: number;
  /** A node with so many connections refuses to be dialled; it may dial others still, as libp2p does. @default 640 */
  connectionsMax: number;
  /** What may be under way to one peer on one lane; what is beyond it is dropped. @default 16 MiB */
  queueBytesMax: number;
  readonly pubsub: PubsubOptions;
  /** What becomes of a message on its way. @default nothing */
  readonly wire: (message: Message) => Message;
  /** Gossip of one id is delivered once to each node. */
  readonly gossipId: (message: Message) => string;
}

const NETWORK_DEFAULTS: NetworkOptions = {
  latency: { kind: 'uniform', lowMs: 0.5, highMs: 1.5 },
  zoneLatency: {},
  loss: 0,
  packetLoss: 0,
  duplicate: 0,
  reorder: 0,
  reorderMs: 50,
  corrupt: 0,
  bandwidthBytesPerS: Infinity,
  silenceMs: 20_000,
  heartbeatMs: 5_000,
  dialTimeoutMs: 5_000,
  handshakesPerSecond: 8,
  handshakesMax: 4,
  connectionsKept: 512,
  connectionsMax: 640,
  queueBytesMax: 16 * 2 ** 20,
  pubsub: PUBSUB_DEFAULTS,
  wire: (message) => message,
  gossipId,
};

export type NetworkGiven = Partial<Omit<NetworkOptions, 'pubsub'>> & { readonly pubsub?: Partial<PubsubOptions> };

/** @throws RangeError where a part is not in 0..1, or a time or a size is none */
export function networkOptions(given: NetworkGiven): NetworkOptions {
  const defaults = NETWORK_DEFAULTS;
  const options = { ...defaults, ...only(defaults, given), pubsub: { ...PUBSUB_DEFAULTS, ...given.pubsub } };
  for (const name of ['loss', 'packetLoss', 'duplicate', 'reorder', 'corrupt'] as const) {
    if (!(options[name] >= 0 && options[name] <= 1)) throw new RangeError(`${name} is ${options[name]}, not in 0..1`);
  }
  if (!(options.bandwidthBytesPerS > 0)) throw new RangeError(`a bandwidth of ${options.bandwidthBytesPerS} bytes/s`);
  for (const latency of [options.latency, options.pubsub.hop, ...Object.values(options.zoneLatency)]) {
    checkLatency(latency);
  }
  return options;
}

/** Those who make a network hand on options of their own with it; they stay behind. */
function only(defaults: NetworkOptions, given: NetworkGiven): Partial<NetworkOptions> {
  const known = Object.entries(given).filter(([name, value]) => name in defaults && value !== undefined);
  return Object.fromEntries(known);
}

/** Who says the same says one thing. */
function gossipId(message: Message): string {
  if (message.kind === 'swim.rumour') return message.id;
  if (message.kind !== 'load.vector') throw new Error(`${message.kind} is not gossiped`);
  const { node, boot, seq } = message.vector;
  return `${node} ${boot} ${seq}`;
}
