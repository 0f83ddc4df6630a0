import { known } from '../../src/kernel/assert.js';
import type { NodeId } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';
import type { NodeEvent } from '../../src/node/core/events.js';
import type { Lane, Topic, Transport } from '../../src/node/core/ports.js';
import { WIRE_SCHEMAS, type Message } from '../../src/node/core/wire.js';
import { createCodec } from '../../src/node/io/codec.js';
import { newIdentity, type Identity } from '../../src/node/io/identity.js';
import { createTransport } from '../../src/node/io/transport.js';
import { Network } from '../world/network.js';
import { Traffic } from '../world/network-traffic.js';
import { sizeOf } from '../world/size.js';
import type { WallClock } from './wall-clock.js';

/** Where a node is in the real world. Its name in the flock stays what it is in the simulated one. */
interface Place {
  readonly transport: Transport<Message>;
  readonly addresses: readonly string[];
  feed: ((event: NodeEvent) => void) | undefined;
}

/** All nodes of the process are one host to each other: its dials are not to be rationed as strangers' are. */
const LIMITS = { handshakesPerSecond: 200, handshakesMax: 64, dialsWaitingMax: 16_384 };

/**
 * Real libp2p on loopback under the words of the simulated network: node names and their /memory addresses are put in place
 * of peer ids and multiaddrs on the way. Traffic is counted as messages that the nodes send, gossip as what they publish.
 */
export class Libp2pNetwork extends Network {
  readonly #places = new Map<NodeId, Place>();
  readonly #names = new Map<NodeId, NodeId>();
  readonly #counts = new Map<NodeId, Traffic>();

  private constructor(private readonly clock: WallClock) {
    super(clock, new Prng(1));
  }

  /** Listens for each of these nodes, at a free port of this machine. */
  static async listen(clock: WallClock, ids: readonly NodeId[]): Promise<Libp2pNetwork> {
    const network = new Libp2pNetwork(clock);
    for (const id of ids) await network.#open(id, await newIdentity());
    return network;
  }

  override attach(id: NodeId, feed: (event: NodeEvent) => void): void {
    known(this.#places.get(id), id).feed = feed;
  }

  override detach(id: NodeId): void {
    known(this.#places.get(id), id).feed = undefined;
  }

  override setZone(): void {
    // Loopback has none.
  }

  override learn(at: NodeId, peer: NodeId): void {
    const there = this.#places.get(peer);
    if (there) this.#places.get(at)?.transport.learn(there.transport.id, there.addresses);
  }

  override send(from: NodeId, to: NodeId, message: Message, lane: Lane): void {
    this.sent.add(message.kind);
    const traffic = this.traffic(from);
    if (lane === 'control') {
      traffic.controlMessages += 1;
      traffic.controlBytes += sizeOf(message);
    } else {
      traffic.bulkMessages += 1;
      traffic.bulkBytes += sizeOf(message);
    }
    const there = this.#places.get(to);
    if (there) this.#places.get(from)?.transport.send(there.transport.id, message, lane);
  }

  override dial(from: NodeId, addresses: readonly string[]): void {
    const there = addresses.flatMap((address) => this.#places.get(nameIn(address))?.addresses ?? []);
    this.#places.get(from)?.transport.dial(there);
  }

  override publish(from: NodeId, message: Message): void {
    const traffic = this.traffic(from);
    traffic.gossipMessages += 1;
    traffic.gossipBytes += sizeOf(message);
    const topic: Topic = message.kind === 'load.vector' ? 'load' : 'rumours';
    this.#places.get(from)?.transport.publish(topic, message);
  }

  override traffic(id: NodeId): Traffic {
    const traffic = this.#counts.get(id) ?? new Traffic();
    this.#counts.set(id, traffic);
    return traffic;
  }

  /** Every node is connected to every other: from here on nobody is busy with handshakes. */
  isKnit(): boolean {
    const others = this.#places.size - 1;
    return [...this.#places.values()].every(({ transport }) => transport.stats().peers >= others);
  }

  async close(): Promise<void> {
    for (const place of this.#places.values()) place.feed = undefined;
    await Promise.all([...this.#places.values()].map(({ transport }) => transport.close()));
  }

  async #open(id: NodeId, { privateKey }: Identity): Promise<void> {
    const tell = (event: NodeEvent) => this.clock.enter(() => this.#places.get(id)?.feed?.(event));
    const nameOf = (peer: NodeId) => this.#names.get(peer) ?? peer;
    const transport = await createTransport<Message>({
      listen: ['/ip4/127.0.0.1/tcp/0'],
      privateKey,
      codec: CODEC,
      limits: LIMITS,
      events: {
        message: (from, message) => tell({ kind: 'message', from: nameOf(from), message }),
        gossip: (_topic, message) => tell({ kind: 'gossip', message }),
        connected: (peer) => tell({ kind: 'connected', peer: nameOf(peer) }),
        disconnected: (peer) => tell({ kind: 'disconnected', peer: nameOf(peer) }),
        unreachable: (addresses) =>
          tell({ kind: 'unreachable', addresses: addresses.map((a) => this.#memoryAddress(a)) }),
      },
    });
    this.#names.set(transport.id, id);
    this.#places.set(id, { transport, addresses: transport.addresses(), feed: undefined });
  }

  #memoryAddress(address: string): string {
    for (const [name, { addresses }] of this.#places)
      if (addresses.includes(address)) return `/memory/${name}/p2p/${name}`;
    return address;
  }
}

const CODEC = createCodec<Message>(WIRE_SCHEMAS);

function nameIn(address: string): NodeId {
  return (address.split('/').at(-1) ?? '') as NodeId;
}
