import { assert } from '../../src/kernel/assert.js';
import type { NodeId } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';
import type { NodeEvent } from '../../src/node/core/events.js';
import type { Lane } from '../../src/node/core/ports.js';
import type { Message } from '../../src/node/core/wire.js';
import { Endpoint, Half, isJoined } from './link.js';
import { Carrier } from './network-carrier.js';
import { Cuts } from './network-cuts.js';
import { Delays } from './network-delays.js';
import { Dials, type DialTarget } from './network-dials.js';
import { Links } from './network-links.js';
import { networkOptions, type NetworkGiven, type NetworkOptions } from './network-options.js';
import { Process, WaitingList } from './network-process.js';
import { Tamperings, type Tampering } from './network-tampering.js';
import { KindCounts, type Traffic } from './network-traffic.js';
import { Pubsub } from './pubsub.js';
import { sizeOf } from './size.js';
import type { World } from './world.js';

export type { NetworkOptions } from './network-options.js';

/** As the daemon's: a message, with the head of its batch, must fit into one frame. */
const MESSAGE_BYTES_MAX = 2 ** 20 - 5;

export function addressOf(id: NodeId): string {
  return `/memory/${id}/p2p/${id}`;
}

/** Behaves as the real transport does (ports.ts), on a virtual clock, and fails on request. */
export class Network {
  /** Direct messages that were sent, by kind. */
  readonly sent = new KindCounts<Message['kind']>();
  readonly options: NetworkOptions;
  readonly #endpoints = new Map<NodeId, Endpoint>();
  readonly #all: Endpoint[] = [];
  readonly #prng: Prng;
  readonly #delays: Delays;
  readonly #cuts: Cuts;
  readonly #links: Links;
  readonly #carrier: Carrier;
  readonly #pubsub: Pubsub;
  readonly #tamperings = new Tamperings();

  constructor(
    private readonly world: World,
    prng: Prng,
    given: NetworkGiven = {},
  ) {
    const options = networkOptions(given);
    this.options = options;
    this.#prng = prng;
    this.#delays = new Delays(world, prng, options);
    this.#cuts = new Cuts(
      (id) => this.#endpoint(id),
      this.#all,
      () => this.#links.changed(),
    );
    this.#links = new Links(world, prng, options, this.#delays, this.#all, {
      released: (half, held) => this.#carrier.release(half, held),
      closed: (half) => this.#pubsub.closed(half),
    });
    this.#carrier = new Carrier(world, prng, options, this.#delays, this.#links);
    this.#pubsub = new Pubsub(
      world,
      new Prng(prng.below(2 ** 30)),
      options,
      this.#delays,
      this.#links,
      this.#all,
      this.#tamperings,
    );
  }

  attach(id: NodeId, feed: (event: NodeEvent) => void): void {
    const endpoint = this.#endpoint(id);
    assert(endpoint.process === undefined, `${id} is attached already`);
    endpoint.isDark = false;
    endpoint.process = new Process(feed, this.#dialsOf(endpoint));
    this.#pubsub.attached(endpoint);
    this.#links.disown(endpoint);
  }

  /** @param isDark - its machine is gone too: peers learn of it by silence only */
  detach(id: NodeId, isDark: boolean): void {
    const endpoint = this.#endpoint(id);
    if (isDark) endpoint.isDark = true;
    if (endpoint.process === undefined) return;
    endpoint.process.dials.close();
    endpoint.process = undefined;
    this.#pubsub.detached(endpoint);
    this.#links.abandon(endpoint);
  }

  /** Where a machine stands, for `zoneLatency`. */
  setZone(id: NodeId, zone: string): void {
    this.#endpoint(id).zone = zone;
  }

  /** The uplink of one machine; undefined: that of all. */
  setBandwidth(id: NodeId, bytesPerS: number | undefined): void {
    if (bytesPerS !== undefined && !(bytesPerS > 0)) throw new RangeError(`a bandwidth of ${bytesPerS} bytes/s`);
    this.#endpoint(id).bandwidthBytesPerS = bytesPerS;
  }

  /**
   * Nodes of different sides do not hear each other; those named nowhere make one more side. There is one partition at a
   * time: it takes the place of an earlier `split` or `bridge`, and without sides it ends that alone.
   */
  split(...sides: readonly (readonly NodeId[])[]): void {
    this.#cuts.split(sides);
  }

  /** Two sides that hear each other only through a few nodes, which hear everybody. */
  bridge(left: readonly NodeId[], right: readonly NodeId[], through: readonly NodeId[]): void {
    this.#cuts.bridge(left, right, through);
  }

  /** What `from` sends does not get to `to`, but the other way round it does. Returns what ends this cut alone. */
  cutOneWay(from: readonly NodeId[], to: readonly NodeId[]): () => void {
    return this.#cuts.oneWay(from, to);
  }

  /** Everything between the two takes so much longer. */
  clog(a: NodeId, b: NodeId, extraMs: number): void {
    this.#cuts.clog(a, b, extraMs);
  }

  unclog(a: NodeId, b: NodeId): void {
    this.#cuts.unclog(a, b);
  }

  /** Lays a hand on single messages. Returns what ends that; `heal` does not. */
  tamper(tampering: Tampering): () => void {
    return this.#tamperings.add(tampering);
  }

  /** Ends every partition, cut and clog. What TCP kept back comes with its next try, which may be as late again. */
  heal(): void {
    this.#cuts.heal();
  }

  /** Resets the connection of the two, if there is one. */
  reset(a: NodeId, b: NodeId): void {
    const half = this.#endpoint(a).links.get(b);
    if (half) this.#links.close(half);
  }

  /** Makes those attached a flock that has formed: all know where all are, and these connections are open. Nobody is told. */
  form(connections: Iterable<readonly [NodeId, NodeId]>): void {
    const book = new Map(this.#all.map(({ id }) => [id, [addressOf(id)]]));
    for (const { process } of this.#all) if (process) process.book = book;
    for (const [a, b] of connections) this.#links.open(new Half(this.#endpoint(a), this.#endpoint(b)));
  }

  learn(at: NodeId, peer: NodeId, addresses: readonly string[]): void {
    if (at !== peer) this.#endpoints.get(at)?.process?.learned.set(peer, addresses);
  }

  send(from: NodeId, to: NodeId, message: Message, lane: Lane): void {
    this.sent.add(message.kind);
    const { fate, byMs = 0 } = this.#tamperings.of(from, to, message) ?? {};
    if (fate === 'late' || fate === 'copied') this.world.after(byMs, () => this.#send(from, to, message, lane));
    if (fate === undefined || fate === 'copied') this.#send(from, to, message, lane);
  }

  #send(from: NodeId, to: NodeId, message: Message, lane: Lane): void {
    const endpoint = this.#endpoints.get(from);
    if (endpoint?.process === undefined) return;
    const bytes = sizeOf(message);
    const half = endpoint.links.get(to);
    if (bytes > MESSAGE_BYTES_MAX) endpoint.traffic.dropped += 1;
    else if (half) this.#carrier.pass(half, message, lane, bytes);
    else if (!this.#await(endpoint.process, to, message, lane, bytes)) endpoint.traffic.dropped += 1;
  }

  dial(from: NodeId, addresses: readonly string[]): void {
    const dials = this.#endpoints.get(from)?.process?.dials;
    if (addresses.length > 0) dials?.request({ key: [...addresses].sort().join(' '), addresses });
  }

  publish(from: NodeId, message: Message): void {
    this.#pubsub.publish(this.#endpoint(from), message);
  }

  /** What the node sent since it was first heard of, over all its lives. */
  traffic(id: NodeId): Readonly<Traffic> {
    return this.#endpoint(id).traffic;
  }

  /** Connections of a node, and how many of them are in its gossip mesh. */
  peers(id: NodeId): { readonly connected: number; readonly mesh: number } {
    const { peers, mesh } = this.#endpoint(id);
    return { connected: peers.length, mesh: mesh.length };
  }

  #endpoint(id: NodeId): Endpoint {
    const known = this.#endpoints.get(id);
    if (known) return known;
    const endpoint = new Endpoint(id, this.#all.length, this.#prng.float());
    this.#endpoints.set(id, endpoint);
    this.#all.push(endpoint);
    return endpoint;
  }

  /** Keeps a message for a peer that is being dialled from now on. False: no address is known, or none worked lately. */
  #await({ waiting, learned, book, dials }: Process, to: NodeId, message: Message, lane: Lane, bytes: number): boolean {
    const queue = waiting.get(to);
    if (queue !== undefined) return queue.add({ message, lane, bytes }, this.options.queueBytesMax);
    const addresses = learned.get(to) ?? book?.get(to);
    if (addresses === undefined || dials.isBackingOff(to)) return false;
    waiting.set(to, new WaitingList({ message, lane, bytes }));
    dials.request({ key: to, addresses });
    return true;
  }

  #dialsOf(from: Endpoint): Dials {
    const { options } = this;
    const isReached = (place: NodeId) => place === from.id || from.links.has(place);
    return new Dials(this.world, {
      options,
      isReached: ({ key, addresses }) =>
        isReached(key as NodeId) || addresses.some((address) => isReached(placeIn(address))),
      durationMs: (address) => {
        const to = this.#endpoints.get(placeIn(address));
        if (to === undefined) return 3 * this.#delays.wayMs(from, from);
        return Math.min(options.dialTimeoutMs, this.#handshakeMs(from, to));
      },
      connect: (address) => this.#connect(from, this.#endpoints.get(placeIn(address))),
      failed: (target) => this.#unreachable(from, target),
    });
  }

  #handshakeMs(from: Endpoint, to: Endpoint): number {
    return to.isDark || !isJoined(from, to) ? Infinity : 3 * this.#delays.wayMs(from, to);
  }

  #connect(from: Endpoint, to: Endpoint | undefined): boolean {
    if (to?.process === undefined || this.#handshakeMs(from, to) > this.options.dialTimeoutMs) return false;
    const mine = from.links.get(to.id);
    const theirs = to.links.get(from.id);
    if (mine !== undefined && mine.reverse === theirs) return true;
    // A connection of an earlier time is dead: whoever dialled knew of none.
    if (mine) this.#links.close(mine);
    if (theirs) this.#links.close(theirs);
    if (to.peers.length >= this.options.connectionsMax) return false;
    const half = new Half(from, to);
    this.#links.open(half);
    this.#greet(half);
    this.#greet(half.reverse);
    this.#links.shed(from);
    this.#links.shed(to);
    return true;
  }

  #greet(half: Half): void {
    const { process } = half.from;
    if (!process || !half.isOpen) return;
    process.feed({ kind: 'connected', peer: half.to.id });
    const waiting = process.waiting.get(half.to.id);
    process.waiting.delete(half.to.id);
    for (const { message, lane, bytes } of waiting?.messages ?? []) this.#carrier.pass(half, message, lane, bytes);
  }

  #unreachable({ process, traffic }: Endpoint, { key, addresses }: DialTarget): void {
    const waiting = process?.waiting.get(key as NodeId);
    process?.waiting.delete(key as NodeId);
    traffic.dropped += waiting?.messages.length ?? 0;
    process?.feed({ kind: 'unreachable', addresses });
  }
}

/** The machine that a multiaddr names; the node on it may be given too. */
function placeIn(address: string): NodeId {
  return (address.split('/')[2] ?? '') as NodeId;
}
