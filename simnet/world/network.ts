import type { NodeId } from '../../src/kernel/ids.js';
import type { Prng } from '../../src/kernel/prng.js';
import type { NodeEvent } from '../../src/node/core/events.js';
import type { Lane } from '../../src/node/core/ports.js';
import type { Message } from '../../src/node/core/wire.js';
import type { World } from './world.js';

export interface NetworkOptions {
  /** Of one way, half of it up or down. */
  readonly latencyMs: number;
  /** Part of the messages that get lost, direct ones and gossip. */
  loss: number;
  /** After so long a connection over a cut link is given up; until then what was sent waits, as in TCP. */
  readonly silenceMs: number;
  readonly dialTimeoutMs: number;
  /** What becomes of a message on its way; by default nothing. */
  readonly wire: (message: Message) => Message;
}

const NETWORK_DEFAULTS: NetworkOptions = {
  latencyMs: 1,
  loss: 0,
  silenceMs: 20_000,
  dialTimeoutMs: 5_000,
  wire: (message) => message,
};

/** After a dial in vain, sends do not dial for so long; it doubles up to the longest. */
const BACKOFF_MS = 500;
const BACKOFF_MS_MAX = 8_000;

type Feed = (event: NodeEvent) => void;

/** A connection. Each end sees it close for itself. */
class Link {
  readonly open: Set<NodeId>;
  /** What arrived while the way was cut. */
  readonly held: (() => void)[] = [];
  readonly #lastMs = new Map<string, number>();

  constructor(a: NodeId, b: NodeId) {
    this.open = new Set([a, b]);
  }

  /** Keeps the order of one sender's lane. */
  inOrder(from: NodeId, lane: Lane, atMs: number): number {
    const arrivesMs = Math.max(atMs, this.#lastMs.get(`${from} ${lane}`) ?? 0);
    this.#lastMs.set(`${from} ${lane}`, arrivesMs);
    return arrivesMs;
  }
}

interface Place {
  readonly feed: Feed;
  readonly learned: Map<NodeId, NodeId>;
  readonly waiting: Map<NodeId, { readonly message: Message; readonly lane: Lane }[]>;
  readonly backoff: Map<NodeId, { readonly pauseMs: number; readonly untilMs: number }>;
  readonly seen: Set<string>;
}

export function addressOf(id: NodeId): string {
  return `/memory/${id}/p2p/${id}`;
}

/** Behaves as the real transport does (ports.ts), on a virtual clock, and fails on request. */
export class Network {
  /** Direct messages that were sent, by kind. */
  readonly sent = new Map<Message['kind'], number>();
  readonly options: NetworkOptions;
  readonly #places = new Map<NodeId, Place>();
  readonly #links = new Map<string, Link>();
  readonly #side = new Map<NodeId, number>();
  /** Machines without power: nobody refuses a dial there, nobody answers it. */
  readonly #dark = new Set<NodeId>();

  constructor(
    private readonly world: World,
    private readonly prng: Prng,
    options: Partial<NetworkOptions>,
  ) {
    this.options = { ...NETWORK_DEFAULTS, ...options };
  }

  attach(id: NodeId, feed: Feed): void {
    this.#dark.delete(id);
    const nothing = { learned: new Map(), waiting: new Map(), backoff: new Map(), seen: new Set<string>() };
    this.#places.set(id, { feed, ...nothing });
  }

  /** @param isDark - its machine is gone too: peers learn of it by silence only */
  detach(id: NodeId, isDark: boolean): void {
    this.#places.delete(id);
    if (isDark) this.#dark.add(id);
    for (const [name, link] of this.#links) {
      if (!link.open.delete(id)) continue;
      const [peer] = link.open;
      if (peer === undefined) this.#links.delete(name);
      else this.world.after(isDark ? this.options.silenceMs : this.#delay(), () => this.#close(name, link));
    }
  }

  /** Nodes of different sides do not hear each other. */
  split(...sides: readonly (readonly NodeId[])[]): void {
    this.#side.clear();
    sides.forEach((side, i) => side.forEach((id) => this.#side.set(id, i)));
    for (const [name, link] of this.#links) {
      const isCut = () => [...link.open].some((a) => [...link.open].some((b) => !this.#isJoined(a, b)));
      if (isCut()) this.world.after(this.options.silenceMs, () => isCut() && this.#close(name, link));
    }
  }

  heal(): void {
    this.#side.clear();
    for (const link of this.#links.values()) for (const arrive of link.held.splice(0)) arrive();
  }

  learn(at: NodeId, peer: NodeId, addresses: readonly string[]): void {
    const [address] = addresses;
    if (address !== undefined) this.#places.get(at)?.learned.set(peer, idIn(address));
  }

  send(from: NodeId, to: NodeId, message: Message, lane: Lane): void {
    this.sent.set(message.kind, (this.sent.get(message.kind) ?? 0) + 1);
    const link = this.#links.get(nameOf(from, to));
    if (link?.open.has(from)) return this.#pass(link, from, to, message, lane);
    const place = this.#places.get(from);
    const isKnown = place?.learned.has(to) && (place.backoff.get(to)?.untilMs ?? 0) <= this.world.nowMs;
    const waiting = place?.waiting.get(to);
    if (waiting) waiting.push({ message, lane });
    else if (place && isKnown) {
      place.waiting.set(to, [{ message, lane }]);
      this.#dial(from, to, [addressOf(to)]);
    }
  }

  dial(from: NodeId, addresses: readonly string[]): void {
    const [address] = addresses;
    if (address === undefined) return;
    const to = idIn(address);
    if (to !== from && !this.#links.get(nameOf(from, to))?.open.has(from)) this.#dial(from, to, addresses);
  }

  publish(from: NodeId, message: Message): void {
    const id = gossipId(message);
    const isNew = !this.#places.get(from)?.seen.has(id);
    this.#places.get(from)?.seen.add(id);
    if (!isNew || !this.#isConnected(from)) return;
    for (const [to, place] of this.#places) {
      if (to === from || !this.#isJoined(from, to) || !this.#isConnected(to)) continue;
      if (this.prng.chance(this.options.loss)) continue;
      this.world.after(5 + this.prng.below(40), () => {
        if (this.#places.get(to) !== place || place.seen.has(id)) return;
        place.seen.add(id);
        place.feed({ kind: 'gossip', message: this.options.wire(message) });
      });
    }
  }

  #pass(link: Link, from: NodeId, to: NodeId, message: Message, lane: Lane): void {
    if (this.prng.chance(this.options.loss)) return;
    const copy = this.options.wire(message);
    const atMs = link.inOrder(from, lane, this.world.nowMs + this.#delay());
    const arrive = () => {
      if (!link.open.has(to)) return;
      if (this.#isJoined(from, to)) this.#places.get(to)?.feed({ kind: 'message', from, message: copy });
      else link.held.push(arrive);
    };
    this.world.after(atMs - this.world.nowMs, arrive);
  }

  #dial(from: NodeId, to: NodeId, addresses: readonly string[]): void {
    const place = this.#places.get(from);
    const isSilent = this.#dark.has(to) || !this.#isJoined(from, to);
    this.world.after(isSilent ? this.options.dialTimeoutMs : 3 * this.#delay(), () => {
      if (!place || this.#places.get(from) !== place) return;
      const isThere = this.#places.has(to) && this.#isJoined(from, to);
      if (isThere) return this.#connect(from, to);
      const pauseMs = Math.min(BACKOFF_MS_MAX, 2 * (place.backoff.get(to)?.pauseMs ?? BACKOFF_MS / 2));
      place.backoff.set(to, { pauseMs, untilMs: this.world.nowMs + pauseMs });
      place.waiting.delete(to);
      place.feed({ kind: 'unreachable', addresses });
    });
  }

  #connect(from: NodeId, to: NodeId): void {
    const name = nameOf(from, to);
    const before = this.#links.get(name);
    if (before?.open.size === 2) return;
    if (before) this.#close(name, before);
    const link = new Link(from, to);
    this.#links.set(name, link);
    this.#opened(link, from, to);
    this.#opened(link, to, from);
  }

  #opened(link: Link, at: NodeId, peer: NodeId): void {
    const place = this.#places.get(at);
    if (!place || !link.open.has(at)) return;
    place.backoff.delete(peer);
    place.feed({ kind: 'connected', peer });
    const waiting = place.waiting.get(peer) ?? [];
    place.waiting.delete(peer);
    for (const { message, lane } of waiting) this.#pass(link, at, peer, message, lane);
  }

  #close(name: string, link: Link): void {
    if (this.#links.get(name) === link) this.#links.delete(name);
    const ends = [...link.open];
    link.open.clear();
    for (const end of ends) {
      const peer = name.split(' ').find((id) => id !== end) as NodeId;
      this.#places.get(end)?.feed({ kind: 'disconnected', peer });
    }
  }

  #delay(): number {
    return this.prng.jitter(this.options.latencyMs);
  }

  #isJoined(a: NodeId, b: NodeId): boolean {
    return this.#side.get(a) === this.#side.get(b);
  }

  #isConnected(id: NodeId): boolean {
    for (const link of this.#links.values()) if (link.open.has(id)) return true;
    return false;
  }
}

function nameOf(a: NodeId, b: NodeId): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

function idIn(address: string): NodeId {
  return address.split('/').at(-1) as NodeId;
}

/** Who says the same says one thing. */
function gossipId(message: Message): string {
  if (message.kind === 'swim.rumour') return message.id;
  if (message.kind !== 'load.vector') throw new Error(`${message.kind} is not gossiped`);
  const { node, boot, seq } = message.vector;
  return `${node} ${boot} ${seq}`;
}
