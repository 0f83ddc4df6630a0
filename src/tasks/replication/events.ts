import type { CommitEffect, Committed, LoadEffect, Loaded, MessageEvent, SendEffect } from '../../kernel/effects.js';
import type { TimerEffect, TimerFired } from '../../kernel/timers.js';
import type { RegisterId } from '../register/head.js';
import type { RegisterMessage } from '../register/messages.js';
import type { RegisterEvent, RegisterTag } from '../register/registers.js';
import type { RegisterNews, RegisterWish } from './effects.js';
import type { ReplicationMessage } from './messages.js';

export type ReplicationEvent<Tag> =
  | MessageEvent<RegisterMessage | ReplicationMessage>
  | Committed<RegisterTag>
  | Loaded<RegisterId>
  | TimerFired
  | Extract<RegisterEvent, { readonly kind: 'restore' }>
  /** All the members that there are to be known are known: what this node coordinated before may be taken up again. */
  | { readonly kind: 'joined' }
  /** Another standing of some member. */
  | { readonly kind: 'members-changed' }
  /** Nothing is to stay here. */
  | { readonly kind: 'leave' }
  | RegisterWish<Tag>;

export type ReplicationEffect<Tag> =
  | SendEffect<RegisterMessage | ReplicationMessage>
  | CommitEffect<RegisterTag>
  | LoadEffect<RegisterId>
  | TimerEffect
  | { readonly kind: 'news'; readonly news: RegisterNews<Tag> };
