import type { Entry, Put } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';

/**
 * The ports of a node: what the driver needs of the world. Real adapters stand in src/node/io, simulated ones in the
 * simulator; one contract suite (test/contract) holds both to these words.
 */

/** `control` carries small, urgent messages; `bulk` whatever may be large. They never block each other. */
export type Lane = 'control' | 'bulk';

/** What is gossiped: hints only, safe to lose. */
export type Topic = 'rumours' | 'load';

export interface TransportEvents<Message> {
  message(from: NodeId, message: Message): void;
  /** A gossiped message; it is unsigned, so it names its origin itself where that matters. */
  gossip(topic: Topic, message: Message): void;
  /** A connection to `peer` is open, whoever dialled it. Given once per peer until it is closed. */
  connected(peer: NodeId): void;
  disconnected(peer: NodeId): void;
  /** No connection came of a `dial`, or of the dial that a `send` made. */
  unreachable(addresses: readonly string[], reason: string): void;
}

export interface Transport<Message> {
  readonly id: NodeId;
  /** The multiaddrs that others can dial, each ending in /p2p/<id>. */
  addresses(): readonly string[];
  /**
   * Sends to one node, in order per (peer, lane) while a connection lasts. A message may be lost: there is no connection
   * and none can be made, the queue is full, the peer went away. It is never duplicated or changed.
   */
  send(to: NodeId, message: Message, lane: Lane): void;
  publish(topic: Topic, message: Message): void;
  /** Connects to whoever answers at one of these multiaddrs (with or without /p2p/<id>). */
  dial(addresses: readonly string[]): void;
  /** Closes the connection to `peer` if there is one, whatever was on its way; `disconnected` follows. */
  hangUp(peer: NodeId): void;
  /** Where to find `peer` when a `send` needs a connection. */
  learn(peer: NodeId, addresses: readonly string[]): void;
  stats(): TransportStats;
  close(): Promise<void>;
}

export interface TransportStats {
  readonly peers: number;
  /** Mesh peers per gossip topic; below gossipsub's D-low a flock of more than a few nodes is badly knit. */
  readonly mesh: Readonly<Record<Topic, number>>;
  /** Frames or messages refused on decode, by cause. */
  readonly refused: Readonly<Record<string, number>>;
  readonly dropped: number;
}

export type { Entry, Put };

export interface StoreHealth {
  /** It takes writes. While it does not it tries again by itself, and says when it does. */
  readonly isOk: boolean;
  /** Why it takes none. */
  readonly reason?: string;
  /** Bad values that were met since it was opened and still stand, each counted once. */
  readonly bad: number;
}

export interface Store {
  /**
   * Writes all puts or none. `done` is called once they are on disk (fsynced), batches in order; with an error where they
   * are not, or nobody knows whether they are. With one that fails so do all that were written behind it before that was
   * reported, in order, and the store refuses until it has seen that it can write again. Values are plain data: objects, arrays, strings, numbers, booleans, null and Uint8Array.
   */
  write(puts: readonly Put[], done: (error?: Error) => void): void;
  /** Undefined where nothing is stored, and where what is stored is bad: `range` tells these apart. */
  get(key: string): unknown;
  /** Entries whose key starts with `prefix`, in key order (by UTF-8 bytes), from after `after`, at most `limit`. */
  range(prefix: string, options?: { readonly after?: string; readonly limit?: number }): readonly Entry[];
  health(): StoreHealth;
  /** `changed` is called whenever `health().isOk` changes: before the writes are reported that failed with it. */
  watch(changed: () => void): void;
  close(): Promise<void>;
}
