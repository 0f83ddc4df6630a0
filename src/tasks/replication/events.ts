import type {
  CommitEffect,
  Committed,
  LoadEffect,
  Loaded,
  MessageEvent,
  Put,
  SendEffect,
} from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { Prng } from '../../kernel/prng.js';
import type { TimerEffect, TimerFired } from '../../kernel/timers.js';
import type { RegisterId } from '../register/head.js';
import type { RegisterMessage } from '../register/messages.js';
import type { RegisterEvent, RegisterTag } from '../register/registers.js';
import type { ClaimNews, ClaimWish, RegisterNews, RegisterWish } from './effects.js';
import type { ReplicationMessage } from './messages.js';
import type { ProposalAnswer, ProposalAsk } from './proposals.js';
import type { PlacesPort } from './places.js';
import type { FlockPort } from './relocation.js';
import type { RetentionConfig } from './retention.js';
import type { SurvivorTag } from './survivor.js';

export type ReplicationEvent<Tag> =
  | MessageEvent<RegisterMessage | ReplicationMessage>
  | Committed<RegisterTag | SurvivorTag<Tag>>
  | Loaded<RegisterId>
  | TimerFired
  | (Extract<RegisterEvent, { readonly kind: 'restore' }> & { readonly degraded: readonly Put[] })
  /** To a proposal of what was recorded without a majority. */
  | ProposalAnswer
  /** All the members that there are to be known are known: what this node coordinated before may be taken up again. */
  | { readonly kind: 'joined' }
  /** Another standing of some member; `back`: it is alive again, or anew. */
  | { readonly kind: 'members-changed'; readonly back?: NodeId }
  /** Nothing is to stay here. */
  | { readonly kind: 'leave' }
  | ClaimWish
  | RegisterWish<Tag>;

export type ReplicationEffect<Tag> =
  | SendEffect<RegisterMessage | ReplicationMessage>
  | CommitEffect<RegisterTag | SurvivorTag<Tag>>
  | ProposalAsk
  | LoadEffect<RegisterId>
  | TimerEffect
  | { readonly kind: 'news'; readonly news: RegisterNews<Tag> }
  | ClaimNews;

export interface ReplicationOptions extends PlacesPort {
  readonly prng: Prng;
  /** Dead, left or forgotten. */
  readonly isGone: (node: NodeId) => boolean;
  /** Whether it is worth sending to a node. */
  readonly isReachable: (node: NodeId) => boolean;
  readonly flock: FlockPort;
  readonly retention?: Partial<RetentionConfig> | undefined;
  /** How long a majority may be dead before a survivor goes on alone. @default LOST_AFTER_MS */
  readonly lostAfterMs?: number | undefined;
}
