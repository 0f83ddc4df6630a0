import type { Entry, Put, StorePage } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { TimerEffect, TimerFired } from '../../kernel/timers.js';
import type {
  AttemptEnd,
  AttemptId,
  Call,
  Ended,
  OutputChunk,
  OutputStream,
  Progress,
  Runnable,
  Startable,
} from '../../executor/runner.js';
import type { ClientRequest, ClientResult } from './gateway/requests.js';
import type { Lane, Topic } from './ports.js';
import type { Message } from './wire.js';

/** Everything that can happen to a node. */
export type NodeEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'message'; readonly from: NodeId; readonly message: Message }
  | { readonly kind: 'gossip'; readonly message: Message }
  | { readonly kind: 'connected'; readonly peer: NodeId }
  | { readonly kind: 'disconnected'; readonly peer: NodeId }
  | { readonly kind: 'unreachable'; readonly addresses: readonly string[] }
  | TimerFired
  /** A `persist` is on disk. */
  | { readonly kind: 'persisted'; readonly write: number }
  /** A `persist` is not on disk, or nobody knows whether it is. So are all that came behind it before `store` says that it is well. */
  | { readonly kind: 'persist-failed'; readonly write: number }
  /** The store takes writes again, or no more (`reason` says why); until it is said, it takes them. */
  | { readonly kind: 'store'; readonly isOk: boolean; readonly reason?: string }
  | { readonly kind: 'loaded'; readonly read: number; readonly entries: readonly Entry[] }
  /** `follower`: the attempt of the latest `next`, started in this one's place. */
  | { readonly kind: 'ended'; readonly attempt: AttemptId; readonly end: AttemptEnd; readonly follower?: AttemptId }
  | { readonly kind: 'ended-together'; readonly ends: readonly Ended[] }
  | { readonly kind: 'progress'; readonly attempt: AttemptId; readonly progress: Progress }
  | { readonly kind: 'output'; readonly read: number; readonly chunk: OutputChunk | undefined }
  | { readonly kind: 'client'; readonly client: number; readonly request: ClientRequest }
  | { readonly kind: 'client-gone'; readonly client: number }
  /** Stop taking work, hand back what is held, tell the flock; ends with effect `left`. */
  | { readonly kind: 'leave' };

/** Everything that a node can do to the world. */
export type NodeEffect =
  | { readonly kind: 'send'; readonly to: NodeId; readonly message: Message; readonly lane: Lane }
  | { readonly kind: 'publish'; readonly topic: Topic; readonly message: Message }
  | { readonly kind: 'dial'; readonly addresses: readonly string[] }
  | { readonly kind: 'hang-up'; readonly peer: NodeId }
  | { readonly kind: 'learn'; readonly peer: NodeId; readonly addresses: readonly string[] }
  | TimerEffect
  /** All puts or none; writes keep their order. */
  | { readonly kind: 'persist'; readonly write: number; readonly puts: readonly Put[] }
  | { readonly kind: 'load'; readonly read: number; readonly prefix: string; readonly page?: StorePage }
  | { readonly kind: 'start'; readonly attempt: AttemptId; readonly command: Runnable }
  /** In one place, one after the other. */
  | { readonly kind: 'start-together'; readonly starts: readonly Startable<Call>[] }
  /** What is to follow whichever attempt ends first; undefined: nothing is. */
  | { readonly kind: 'next'; readonly next: Startable | undefined }
  | { readonly kind: 'signal'; readonly attempt: AttemptId; readonly how: 'term' | 'kill' }
  | {
      readonly kind: 'read-output';
      readonly read: number;
      readonly attempt: AttemptId;
      readonly stream: OutputStream;
      readonly range: { readonly offset: number; readonly limit: number; readonly waitMs: number };
    }
  | { readonly kind: 'answer'; readonly client: number; readonly result: ClientResult }
  | { readonly kind: 'joined' }
  /** The flock has been told. `records`: registers of which it is a replica still, as nobody has taken its place, or not in time. */
  | { readonly kind: 'left'; readonly records: number }
  /** Peers know a later boot of this node: it must not go on from an older disk. */
  | { readonly kind: 'outdated'; readonly boot: number };
