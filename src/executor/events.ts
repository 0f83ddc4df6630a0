import type { JobId, NodeId } from '../kernel/ids.js';
import type { TimerEffect, TimerFired } from '../kernel/timers.js';
import type { Assignment, Group, Held, Outcome, Work } from './assignment.js';
import type { AttemptEnd, AttemptId, Call, Ended, Progress, Runnable, Startable } from './runner.js';

/** Tasks of one shard, as an offer names them. */
export interface Offer {
  readonly from: NodeId;
  /** Of the coordinator: offers of a lower one than was disowned are void. */
  readonly ballot: number;
  /** To be refused where it cannot start at once. */
  readonly startsNow: boolean;
  /** Who may take the coordinator's place. */
  readonly set: readonly NodeId[];
  readonly job: JobId;
  readonly shard: number;
  /** When its job is to have ended, on the flock's wall clock; absent: whenever. */
  readonly dueMs?: number | undefined;
  readonly work: Work;
  readonly tasks: readonly {
    readonly index: number;
    readonly epoch: number;
    readonly attempt: number;
    readonly steals: number;
    readonly item?: string | undefined;
  }[];
}

export type ExecutorEvent =
  /** `follower`: the attempt of the latest `next`, started in this one's place. */
  | { readonly kind: 'ended'; readonly attempt: AttemptId; readonly end: AttemptEnd; readonly follower?: AttemptId }
  | { readonly kind: 'ended-together'; readonly ends: readonly Ended[] }
  | { readonly kind: 'progress'; readonly attempt: AttemptId; readonly progress: Progress }
  /** The coordinator has recorded a result: it need not be kept. */
  | { readonly kind: 'recorded'; readonly attempt: AttemptId }
  /** The coordinator's word on an ask. Not granted: the attempt is not, or no longer, this node's. */
  | { readonly kind: 'answered'; readonly attempt: AttemptId; readonly nonce: number; readonly isGranted: boolean }
  | TimerFired
  /** Takes no more and hands back what is queued; what runs may end. */
  | { readonly kind: 'drain' }
  /** The same, and ends what runs. */
  | { readonly kind: 'leave' };

export type ExecutorEffect =
  | { readonly kind: 'start'; readonly attempt: AttemptId; readonly command: Runnable }
  /** In one place, one after the other. */
  | { readonly kind: 'start-together'; readonly starts: readonly Startable<Call>[] }
  /** What is to follow whichever attempt ends first; undefined: nothing is. */
  | { readonly kind: 'next'; readonly next: Startable | undefined }
  | { readonly kind: 'signal'; readonly attempt: AttemptId; readonly how: 'term' | 'kill' }
  | (Group & { readonly kind: 'started'; readonly to: NodeId; readonly atMs: number })
  /** To the coordinator: may it start? */
  | { readonly kind: 'ask'; readonly assignment: Assignment; readonly nonce: number }
  | { readonly kind: 'result'; readonly assignment: Assignment; readonly outcome: Outcome }
  /** To the coordinator: no longer held here; `thief` asked for them. `preempted`: they ran, and were stopped for shorter ones. */
  | (Group & {
      readonly kind: 'handback';
      readonly to: NodeId;
      readonly set: readonly NodeId[];
      readonly thief?: NodeId | undefined;
      readonly preempted?: boolean;
    })
  | TimerEffect;

/** `reason`: why it did not accept the last of those that it refused. */
export interface OfferAnswer {
  readonly accepted: number[];
  readonly reason?: string;
  readonly effects: ExecutorEffect[];
}

/** How many tasks were given to a thief. */
export interface Given {
  readonly given: number;
  readonly effects: ExecutorEffect[];
}

export interface HeldAnswer {
  readonly held: Held[];
  readonly effects: ExecutorEffect[];
}

/** The placement room's word on how much a node may hold while it has no free slot. */
export interface Admission {
  /** Tasks, queued and running. */
  bound(): number;
  /** Work queued and running, in milliseconds, when a task of `estimateMs` is added. */
  workBoundMs(estimateMs: number): number;
}
