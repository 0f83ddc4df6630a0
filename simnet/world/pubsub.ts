import type { Prng } from '../../src/kernel/prng.js';
import type { Message } from '../../src/node/core/wire.js';
import { isHeard, isJoined, type Endpoint, type Half } from './link.js';
import type { Delays } from './network-delays.js';
import { sampleMs } from './network-latency.js';
import type { Links } from './network-links.js';
import type { NetworkOptions } from './network-options.js';
import type { Tamperings } from './network-tampering.js';
import { GOSSIP_FRAME_BYTES } from './network-traffic.js';
import { graft, leaveMesh } from './pubsub-mesh.js';
import { Spread } from './pubsub-spread.js';
import { sizeOf } from './size.js';
import type { World } from './world.js';

const HEARTBEAT_MS = 1_000;
/** Nodes take their heartbeats in so many groups, so that not all act at one instant. */
const GROUPS = 10;
/** An id in IHAVE or IWANT. */
const ID_BYTES = 18;
/** Peers that tell of a message, of which the first that has it is asked; more are as good as these. */
const TELLERS_MAX = 6;
/** After so long every copy has arrived, whatever the network. */
const SETTLED_MS = 60_000;

/**
 * gossipsub v1.1 as the daemon sets it up, over the same connections and the same network: eager push over a mesh, lazy
 * IHAVE and IWANT for what that missed. Each node takes a message once, and passes it on once. A copy that can only come
 * after another is counted and makes no event. The daemon's two topics share one mesh here.
 */
export class Pubsub {
  readonly #spreads = new Map<string, Spread>();
  /** Those young enough to be told of, oldest first. */
  readonly #recent: Spread[] = [];
  #attached = 0;
  #group = -1;

  constructor(
    private readonly world: World,
    private readonly prng: Prng,
    private readonly options: NetworkOptions,
    private readonly delays: Delays,
    private readonly links: Links,
    private readonly endpoints: readonly Endpoint[],
    private readonly tamperings: Tamperings,
  ) {}

  attached(endpoint: Endpoint): void {
    this.#attached += 1;
    endpoint.heard.length = 0;
    if (this.#group < 0) this.#beatLater(0);
  }

  detached(endpoint: Endpoint): void {
    this.#attached -= 1;
    for (const spread of this.#spreads.values()) spread.drop(endpoint.index);
  }

  closed(half: Half): void {
    leaveMesh(half);
  }

  publish(from: Endpoint, message: Message): void {
    if (from.process === undefined) return;
    const id = this.options.gossipId(message);
    const spread = this.#spreads.get(id) ?? this.#begin(id, message);
    if (spread.has(from.index)) return;
    this.#note(spread, from);
    const targets = this.options.pubsub.floodPublish ? from.peers : from.mesh;
    this.#count(spread, from, targets.length);
    for (const half of targets) this.#copy(spread, half);
  }

  #begin(id: string, message: Message): Spread {
    const { nowMs } = this.world;
    const event = { kind: 'gossip', message } as const;
    const spread = new Spread(id, event, sizeOf(message) + GOSSIP_FRAME_BYTES, nowMs, this.endpoints.length);
    this.#spreads.set(id, spread);
    this.#recent.push(spread);
    return spread;
  }

  #copy(spread: Spread, half: Half): void {
    const { from, to } = half;
    if (!half.reverse.isOpen || !isHeard(from, to)) return;
    if (spread.has(to.index)) {
      to.traffic.duplicates += 1;
      return;
    }
    const { options, prng } = this;
    if (options.loss > 0 && prng.chance(options.loss)) return;
    if (this.tamperings.isLost(from.id, to.id, spread.event.message)) return;
    let atMs = this.delays.departMs(from, spread.bytes) + this.delays.wayMs(from, to);
    if (options.packetLoss > 0) atMs += this.delays.resendingMs(spread.bytes);
    if (options.corrupt > 0 && prng.chance(options.corrupt)) {
      to.traffic.refused += 1;
      return this.links.closeAfter(half.reverse, atMs - this.world.nowMs);
    }
    this.#deliver(spread, half, atMs + sampleMs(options.pubsub.hop, prng));
  }

  #deliver(spread: Spread, half: Half, atMs: number): void {
    const { nowMs } = this.world;
    if (spread.expect(half.to.index, atMs, nowMs)) this.world.after(atMs - nowMs, () => this.#receive(spread, half));
    else half.to.traffic.duplicates += 1;
  }

  #receive(spread: Spread, half: Half): void {
    const { to, reverse } = half;
    const { process, traffic, index } = to;
    if (process === undefined || !reverse.isOpen) return;
    if (spread.has(index)) {
      traffic.duplicates += 1;
      return;
    }
    this.#note(spread, to);
    traffic.delivered += 1;
    this.#count(spread, to, reverse.isInMesh ? to.mesh.length - 1 : to.mesh.length);
    for (const onward of to.mesh) if (onward !== reverse) this.#copy(spread, onward);
    const { wire } = this.options;
    const message = wire(spread.event.message);
    process.feed(message === spread.event.message ? spread.event : { kind: 'gossip', message });
  }

  #count({ bytes }: Spread, { traffic }: Endpoint, copies: number): void {
    traffic.gossipMessages += copies;
    traffic.gossipBytes += copies * bytes;
  }

  #note(spread: Spread, { index, heard }: Endpoint): void {
    spread.add(index);
    heard[0] = (heard[0] ?? 0) + 1;
    if (spread.count >= this.#attached) spread.settle();
  }

  #beatLater(group: number): void {
    this.#group = group;
    this.world.after(HEARTBEAT_MS / GROUPS, () => {
      if (group === 0) this.#forget();
      const missed = this.#recent.filter(({ count }) => count < this.#attached);
      const { endpoints } = this;
      for (let i = group; i < endpoints.length; i += GROUPS) {
        const endpoint = endpoints[i];
        if (endpoint?.process !== undefined) this.#beat(endpoint, missed);
      }
      this.#beatLater((group + 1) % GROUPS);
    });
  }

  #beat(endpoint: Endpoint, missed: readonly Spread[]): void {
    graft(endpoint, this.options.pubsub, this.prng);
    const outside = endpoint.peers.length - endpoint.mesh.length;
    this.#tell(endpoint, outside);
    if (outside === 0) return;
    for (const spread of missed) {
      if (spread.has(endpoint.index) || spread.isExpected(endpoint.index, this.world.nowMs)) continue;
      this.#recover(spread, endpoint);
    }
  }

  /** What IHAVE costs whoever tells; what comes of it is worked out where it is heard. */
  #tell({ heard, traffic }: Endpoint, outside: number): void {
    const { lazy, gossipFactor, gossipWindows } = this.options.pubsub;
    let ids = 0;
    for (const each of heard) ids += each;
    const told = ids === 0 ? 0 : Math.min(outside, Math.max(lazy, Math.floor(gossipFactor * outside)));
    traffic.gossipMessages += told;
    traffic.gossipBytes += told * (GOSSIP_FRAME_BYTES + ids * ID_BYTES);
    heard.unshift(0);
    heard.length = Math.min(heard.length, gossipWindows);
  }

  /** A peer outside of the mesh that has the message tells of it, is asked for it, and sends it. */
  #recover(spread: Spread, endpoint: Endpoint): void {
    const { prng, delays, options } = this;
    for (let i = 0; i < TELLERS_MAX; i++) {
      const half = prng.pick(endpoint.peers);
      if (!half || half.isInMesh || !half.reverse.isOpen || !spread.has(half.to.index)) continue;
      const { to: teller } = half;
      if (this.tamperings.isLost(teller.id, endpoint.id, spread.event.message)) continue;
      if (!isJoined(endpoint, teller) || (options.loss > 0 && prng.chance(1 - (1 - options.loss) ** 3))) continue;
      endpoint.traffic.gossipMessages += 1;
      endpoint.traffic.gossipBytes += GOSSIP_FRAME_BYTES + ID_BYTES;
      this.#count(spread, teller, 1);
      const askedMs = delays.wayMs(teller, endpoint) + delays.wayMs(endpoint, teller);
      const atMs = askedMs + delays.departMs(teller, spread.bytes) + delays.wayMs(teller, endpoint);
      return this.#deliver(spread, half.reverse, atMs + sampleMs(options.pubsub.hop, prng));
    }
  }

  /** Drops what has become too old to be told of, or to be known. */
  #forget(): void {
    const { nowMs } = this.world;
    const { gossipWindows, seenMs } = this.options.pubsub;
    const oldMs = (gossipWindows + 1) * HEARTBEAT_MS;
    let old = 0;
    while ((this.#recent[old]?.bornMs ?? Infinity) < nowMs - oldMs) old += 1;
    this.#recent.splice(0, old);
    for (const [id, spread] of this.#spreads) {
      const ageMs = nowMs - spread.bornMs;
      if (ageMs > seenMs) this.#spreads.delete(id);
      else if (ageMs > SETTLED_MS) spread.settle();
      else break;
    }
  }
}
