import type { NodeId } from './ids.js';

/** A value to store, or its removal where `value` is undefined. */
export interface Put {
  readonly key: string;
  readonly value: unknown;
}

/**
 * What is read back from the store. `isBad`: its checksum does not fit. Something was stored under this key, and nobody knows
 * what; the entry stays bad until it is written again or removed.
 */
export type Entry =
  | (Put & { readonly isBad?: false })
  | { readonly key: string; readonly value?: undefined; readonly isBad: true };

/** Drops one key from each member of a union of messages. */
export type Without<Message, Key extends string> = Message extends unknown ? Omit<Message, Key> : never;

/** A request without the number that the exchange gives it. */
export type Request<Message> = Without<Extract<Message, { readonly ask: number }>, 'ask'>;

/** A reply without the number of the request it answers. */
export type Reply<Message> = Without<Extract<Message, { readonly re: number }>, 're'>;

/** A message that asks for no reply. */
export type Notice<Message> = Exclude<Message, { readonly ask: number } | { readonly re: number }>;

export interface SendEffect<Message> {
  readonly kind: 'send';
  readonly to: NodeId;
  readonly message: Notice<Message>;
}

/**
 * A request, sent again until its reply comes: as event `reply` with the same tag. Patience may end before: `alive` while
 * the peer is believed alive or suspect, a number after so many milliseconds as well; then the event is `no-reply`.
 * `forever` waits for a dead peer to come back.
 */
export interface AskEffect<Message, Tag> {
  readonly kind: 'ask';
  readonly to: NodeId;
  readonly message: Request<Message>;
  readonly tag: Tag;
  readonly patience: 'forever' | 'alive' | number;
  /** Sent no sooner than that; patience begins now. @default 0 */
  readonly delayMs?: number;
}

/** Requests with this tag are void: they are sent no more, and what still comes in reply is not told. */
export interface WithdrawEffect<Tag> {
  readonly kind: 'withdraw';
  readonly tag: Tag;
}

export interface ReplyEffect<Message> {
  readonly kind: 'reply';
  readonly to: NodeId;
  readonly re: number;
  readonly message: Reply<Message>;
}

/** A durable write, all puts or none; event `committed` with the same tag once it is on disk. */
export interface CommitEffect<Tag> {
  readonly kind: 'commit';
  readonly puts: readonly Put[];
  readonly tag: Tag;
}

/** The events that answer the effects above. */
export type Answered<Message, Tag> =
  | { readonly kind: 'reply'; readonly from: NodeId; readonly tag: Tag; readonly message: Reply<Message> }
  | { readonly kind: 'no-reply'; readonly from: NodeId; readonly tag: Tag };
export interface Committed<Tag> {
  readonly kind: 'committed';
  readonly tag: Tag;
}

export interface MessageEvent<Message> {
  readonly kind: 'message';
  readonly from: NodeId;
  readonly message: Message;
}

/** What membership lets the other machines know: a node is dead or left, is there (again), or came with a new boot. */
export type PeerEvent =
  | { readonly kind: 'peer-here'; readonly node: NodeId }
  | { readonly kind: 'peer-gone'; readonly node: NodeId }
  | { readonly kind: 'peer-restarted'; readonly node: NodeId; readonly boot: number };

/** A part of what is stored, in key order. */
export interface StorePage {
  /** The key after which it begins. */
  readonly after: string;
  /** So many entries at most. */
  readonly limit: number;
}

/** Reads entries of the store by key prefix, in key order; event `loaded` with the same tag. */
export interface LoadEffect<Tag> {
  readonly kind: 'load';
  readonly prefix: string;
  /** Absent: all of them. */
  readonly page?: StorePage;
  readonly tag: Tag;
}
export interface Loaded<Tag> {
  readonly kind: 'loaded';
  readonly tag: Tag;
  /** Those that can be believed. */
  readonly entries: readonly Put[];
  /** Some other was bad. @default false */
  readonly isBad?: boolean;
}
