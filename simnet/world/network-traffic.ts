/** What libp2p writes around a message of its own frame: batch head, length, yamux and noise. TCP and IP come on top. */
export const FRAME_BYTES = 5 + 2 + 12 + 18;
/** The same for one message of gossip, in gossipsub's envelope with its topic. */
export const GOSSIP_FRAME_BYTES = FRAME_BYTES + 28;

/** What one node sent, since it was first heard of. Bytes are those that libp2p hands to its socket. */
export class Traffic {
  controlMessages = 0;
  controlBytes = 0;
  bulkMessages = 0;
  bulkBytes = 0;
  /** Copies of gossiped messages, and what gossipsub says about them. */
  gossipMessages = 0;
  gossipBytes = 0;
  /** Gossip that was delivered here, and copies that came beyond the first. */
  delivered = 0;
  duplicates = 0;
  /** Direct messages for which there was no way, or no room. */
  dropped = 0;
  /** Messages that arrived damaged here. */
  refused = 0;

  get messages(): number {
    return this.controlMessages + this.bulkMessages + this.gossipMessages;
  }

  get bytes(): number {
    return this.controlBytes + this.bulkBytes + this.gossipBytes;
  }
}

/** Counts by name, read like a map of numbers. Counting up looks the name up once and makes nothing. */
export class KindCounts<Kind extends string> {
  readonly #counts = new Map<Kind, { n: number }>();

  add(kind: Kind): void {
    const count = this.#counts.get(kind);
    if (count === undefined) this.#counts.set(kind, { n: 1 });
    else count.n += 1;
  }

  get(kind: Kind): number | undefined {
    return this.#counts.get(kind)?.n;
  }

  keys(): Kind[] {
    return [...this.#counts.keys()];
  }

  values(): number[] {
    return [...this.#counts.values()].map(({ n }) => n);
  }

  entries(): [Kind, number][] {
    return [...this.#counts].map(([kind, { n }]) => [kind, n]);
  }

  [Symbol.iterator](): IterableIterator<[Kind, number]> {
    return this.entries()[Symbol.iterator]();
  }

  clear(): void {
    this.#counts.clear();
  }
}
