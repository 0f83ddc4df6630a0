import type { NodeId } from '../kernel/ids.js';
import type { LoadVector } from '../kernel/load.js';
import type { TimerEffect, TimerFired } from '../kernel/timers.js';
import type { MemberState } from './member.js';
import type { MembershipMessage, MessageOf } from './messages.js';

export type MembershipEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'message'; readonly from: NodeId; readonly message: MembershipMessage }
  | { readonly kind: 'gossip'; readonly message: MessageOf<'swim.rumour'> }
  | TimerFired
  | { readonly kind: 'connected'; readonly peer: NodeId }
  | { readonly kind: 'disconnected'; readonly peer: NodeId }
  | { readonly kind: 'unreachable'; readonly addresses: readonly string[] }
  | { readonly kind: 'set-draining'; readonly draining: boolean }
  /** The last event: a machine that has left does nothing more. */
  | { readonly kind: 'leave' };

export type MembershipEffect =
  | { readonly kind: 'send'; readonly to: NodeId; readonly message: MembershipMessage }
  | { readonly kind: 'publish'; readonly topic: 'rumours'; readonly message: MessageOf<'swim.rumour'> }
  | TimerEffect
  | { readonly kind: 'dial'; readonly addresses: readonly string[] }
  /** Closes the connection to a peer that is dead or suspect, as it may carry nothing any more; `disconnected` follows. */
  | { readonly kind: 'hang-up'; readonly peer: NodeId }
  /** For the transport's address book. */
  | { readonly kind: 'learn'; readonly peer: NodeId; readonly addresses: readonly string[] }
  /** Another boot in `after` than in `before`: the node restarted, and what it ran before is over. */
  | { readonly kind: 'member-changed'; readonly before: MemberState | undefined; readonly after: MemberState }
  /** Dead or left for so long that it is no member any more. */
  | { readonly kind: 'member-forgotten'; readonly id: NodeId }
  /** Once: this node knows what its flock knows, or there is nobody to ask. */
  | { readonly kind: 'joined' }
  /** Peers remember this node with `boot`, which is above its own or was not earned by this process: amnesia. */
  | { readonly kind: 'outdated-boot'; readonly boot: number }
  | { readonly kind: 'persist-members'; readonly members: readonly MemberState[] }
  | { readonly kind: 'load-heard'; readonly load: LoadVector };
