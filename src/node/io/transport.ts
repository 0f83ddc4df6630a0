import './shim.js';
import type { Connection, Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { setTimeout } from 'node:timers/promises';
import { nodeId, type NodeId } from '../../kernel/ids.js';
import type { Lane, Topic, Transport, TransportEvents, TransportStats } from '../core/ports.js';
import { parseMultiaddr, peerOf, placeOf } from './addresses.js';
import { BATCH_OVERHEAD_BYTES, type Codec } from './codec.js';
import { isSelfDial, whyUnreachable } from './dial-error.js';
import { Dialler, type DialTarget } from './dialler.js';
import { Gossip } from './gossip.js';
import { IncomingLanes } from './incoming-lanes.js';
import { DEFAULT_LIMITS, type TransportLimits } from './limits.js';
import { createNetwork, startNetwork, STREAMS_PER_PROTOCOL, type Network, type NetworkOptions } from './network.js';
import { PeerTable, peerIdOf } from './peer-table.js';
import type { Peer } from './peer.js';
import { Tally } from './tally.js';

const LANES: readonly Lane[] = ['control', 'bulk'];
const ANSWERED_MAX = 4_096;
/** How long `close` lets leave what was sent before it. */
const LAST_WORDS_MS = 500;
/** How long what has left may take to arrive. */
const LINGER_MS = 100;

export interface TransportOptions<Message> extends Omit<NetworkOptions, 'cluster'> {
  /** Nodes of two clusters never talk. @default 'covey' */
  readonly cluster?: string;
  readonly codec: Codec<Message>;
  readonly events: TransportEvents<Message>;
  readonly limits?: Partial<TransportLimits>;
  /** For what an operator should see. @default nothing */
  readonly warn?: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

/** Streams of further protocols, beside the lanes of messages, over the same connections. */
export interface Streams {
  /** @param name - of the protocol, within the cluster */
  handleStreams(name: string, onStream: (from: NodeId, stream: Stream) => void): Promise<void>;
  /** @throws Error where there is no connection, and none can be made */
  openStream(to: NodeId, name: string): Promise<Stream>;
}

/** Of one further protocol, on one connection. */
const STREAMS_MAX = 16;

/**
 * Starts the real transport: libp2p streams, one per peer, direction and lane, and gossipsub.
 *
 * @throws CoveyError `held` or `usage` where it cannot listen
 */
export async function createTransport<Message>(
  options: TransportOptions<Message>,
): Promise<Transport<Message> & Streams> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const cluster = options.cluster ?? 'covey';
  const network = await createNetwork({ ...options, cluster }, limits);
  const transport = new Libp2pTransport(network, cluster, options, limits);
  await transport.start();
  return transport;
}

class Libp2pTransport<Message> implements Transport<Message>, Streams {
  readonly id: NodeId;
  readonly #tally: Tally;
  readonly #gossip: Gossip<Message>;
  readonly #incoming: IncomingLanes<Message>;
  readonly #peers: PeerTable;
  readonly #dialler: Dialler;
  readonly #learned = new Map<NodeId, readonly string[]>();
  /** Who answered at a place that was dialled; this node itself, too. */
  readonly #answered = new Map<string, NodeId>();
  #heartbeat: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    readonly network: Network,
    readonly cluster: string,
    readonly options: TransportOptions<Message>,
    readonly limits: TransportLimits,
  ) {
    const { codec } = options;
    this.id = nodeId(network.peerId.toString());
    this.#tally = new Tally(options.warn ?? (() => undefined));
    this.#gossip = new Gossip(network.services.pubsub, cluster, codec, limits, this.#tally, (topic, message) =>
      this.#tell((events) => events.gossip(topic, message)),
    );
    this.#incoming = new IncomingLanes(codec, limits, this.#tally, ({ id }, message) =>
      this.#tell((events) => events.message(id, message)),
    );
    const changes = {
      connected: (id: NodeId) => this.#tell((events) => events.connected(id)),
      disconnected: (id: NodeId) => this.#tell((events) => events.disconnected(id)),
    };
    const protocols = { control: `/covey/${cluster}/control/1`, bulk: `/covey/${cluster}/bulk/1` };
    this.#peers = new PeerTable(protocols, limits, changes, this.#tally);
    const dials = {
      connect: (address: string, signal: AbortSignal) => this.#connect(address, signal),
      isReached: (target: DialTarget) => this.#isReached(target),
      failed: (target: DialTarget, error: unknown) => this.#unreachable(target, error),
    };
    this.#dialler = new Dialler(dials, limits);
  }

  /** What answers a peer stands before the first can connect. */
  async start(): Promise<void> {
    this.network.addEventListener('connection:open', ({ detail }) => this.#peers.opened(detail));
    this.network.addEventListener('connection:close', ({ detail }) => this.#peers.closed(detail));
    const room = { maxInboundStreams: STREAMS_PER_PROTOCOL, maxOutboundStreams: STREAMS_PER_PROTOCOL };
    for (const lane of LANES) {
      await this.network.handle(
        this.#peers.protocols[lane],
        (stream, connection) => {
          const peer = this.#peers.find(peerIdOf(connection));
          if (peer === undefined) stream.abort(new Error('the connection has closed'));
          else void this.#incoming.read(peer, lane, stream);
        },
        room,
      );
    }
    await startNetwork(this.network, this.options.listen);
    this.#gossip.start();
    this.#heartbeat = setInterval(() => this.#peers.keepAlive(), this.limits.heartbeatMs).unref();
  }

  addresses(): readonly string[] {
    return this.network.getMultiaddrs().map((address) => address.toString());
  }

  send(to: NodeId, message: Message, lane: Lane): void {
    const bytes = this.options.codec.encodeOne(message);
    if (bytes.length > this.limits.frameBytesMax - BATCH_OVERHEAD_BYTES) {
      this.#tally.warn('a message is too large to send', { to, lane, bytes: bytes.length });
      return this.#tally.drop(1);
    }
    const peer = this.#peers.find(to) ?? this.#awaitPeer(to);
    if (peer === undefined) this.#tally.drop(1);
    else peer.send(lane, bytes);
  }

  publish(topic: Topic, message: Message): void {
    if (!this.#closed) this.#gossip.publish(topic, message);
  }

  dial(addresses: readonly string[]): void {
    const usable = addresses.map((address) => parseMultiaddr(address).toString());
    const target = { key: [...usable].sort().join(' '), addresses: usable };
    if (!this.#isReached(target)) this.#dialler.request(target);
  }

  hangUp(peer: NodeId): void {
    this.#peers.find(peer)?.abort('nothing is heard of the peer');
  }

  learn(peer: NodeId, addresses: readonly string[]): void {
    const complete = addresses.map((address) => `${placeOf(address)}/p2p/${peer}`);
    if (peer !== this.id) this.#learned.set(peer, complete);
  }

  async handleStreams(name: string, onStream: (from: NodeId, stream: Stream) => void): Promise<void> {
    const room = { maxInboundStreams: STREAMS_MAX, maxOutboundStreams: STREAMS_MAX };
    const handle = (stream: Stream, connection: Connection) => onStream(peerIdOf(connection), stream);
    await this.network.handle(`/covey/${this.cluster}/${name}`, handle, room);
  }

  async openStream(to: NodeId, name: string): Promise<Stream> {
    const places = this.#learned.get(to) ?? [];
    const signal = AbortSignal.timeout(this.limits.dialTimeoutMs);
    return this.network.dialProtocol(
      places.map((place) => multiaddr(place)),
      `/covey/${this.cluster}/${name}`,
      { signal },
    );
  }

  stats(): TransportStats {
    return {
      peers: this.#peers.connected,
      mesh: this.#gossip.mesh(),
      refused: this.#tally.refused(),
      dropped: this.#tally.dropped,
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#heartbeat);
    this.#dialler.close();
    const deadline = performance.now() + LAST_WORDS_MS;
    while (!this.#peers.isIdle && performance.now() < deadline) await setTimeout(5);
    // A socket that closes while the other side still writes is reset, and takes along what was not read there yet.
    if (this.#peers.connected > 0) await setTimeout(LINGER_MS);
    await this.network.stop();
  }

  /** A peer that is being dialled from now on; undefined where no address is known, or none has worked lately. */
  #awaitPeer(id: NodeId): Peer | undefined {
    const addresses = this.#learned.get(id);
    if (this.#closed || addresses === undefined || this.#dialler.isBackingOff(id)) return undefined;
    const peer = this.#peers.take(id);
    this.#dialler.request({ key: id, addresses });
    return peer;
  }

  async #connect(address: string, signal: AbortSignal): Promise<void> {
    const place = placeOf(address);
    try {
      // Of two dials of one place at once libp2p would close one by itself, and that would end both here.
      const connection = await this.network.dial(multiaddr(address), { signal, force: true });
      const id = peerIdOf(connection);
      this.#remember(place, id);
      await this.#peers.find(id)?.greeting;
    } catch (error) {
      if (!isSelfDial(error)) throw error;
      this.#remember(place, this.id);
    }
  }

  #remember(place: string, id: NodeId): void {
    this.#answered.delete(place);
    this.#answered.set(place, id);
    const [oldest] = this.#answered.keys();
    if (this.#answered.size > ANSWERED_MAX && oldest !== undefined) this.#answered.delete(oldest);
  }

  #isReached({ key, addresses }: DialTarget): boolean {
    const ids = addresses.map((address) => peerOf(address) ?? this.#answered.get(placeOf(address)));
    return [key, ...ids].some((id) => id === this.id || (id !== undefined && this.#peers.isConnected(id as NodeId)));
  }

  #unreachable(target: DialTarget, error: unknown): void {
    this.#peers.giveUp(target.key as NodeId);
    const reason = whyUnreachable(error, this.options.clusterKey !== undefined);
    this.#tell((events) => events.unreachable(target.addresses, reason));
  }

  /** What a handler throws is a bug of its own: it must not pass for bad bytes of a peer. */
  #tell(event: (events: TransportEvents<Message>) => void): void {
    if (this.#closed) return;
    try {
      event(this.options.events);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
