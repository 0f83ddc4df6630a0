import type { JobId, NodeId } from '../kernel/ids.js';
import type { TimerEffect, TimerFired } from '../kernel/timers.js';
import type { Assignment, Outcome, Work } from './assignment.js';
import type { AttemptEnd, AttemptId, Command } from './runner.js';

/** Tasks of one shard, as an offer names them. */
export interface Offer {
  readonly from: NodeId;
  /** The coordinator's boot: offers of one before its latest are void. */
  readonly boot: number;
  readonly job: JobId;
  readonly shard: number;
  readonly work: Work;
  readonly tasks: readonly {
    readonly index: number;
    readonly epoch: number;
    readonly attempt: number;
    readonly steals: number;
    readonly item?: string | undefined;
  }[];
}

/** Attempts at tasks of one shard. */
export interface Group {
  readonly job: JobId;
  readonly shard: number;
  readonly tasks: readonly { readonly index: number; readonly epoch: number }[];
}

export type ExecutorEvent =
  | { readonly kind: 'ended'; readonly attempt: AttemptId; readonly end: AttemptEnd }
  /** The coordinator has recorded a result: it need not be kept. */
  | { readonly kind: 'recorded'; readonly attempt: AttemptId }
  | TimerFired
  /** Hands back what is queued, ends what runs. */
  | { readonly kind: 'leave' };

export type ExecutorEffect =
  | { readonly kind: 'start'; readonly attempt: AttemptId; readonly command: Command }
  | { readonly kind: 'signal'; readonly attempt: AttemptId; readonly how: 'term' | 'kill' }
  | (Group & { readonly kind: 'started'; readonly to: NodeId; readonly atMs: number })
  | { readonly kind: 'result'; readonly assignment: Assignment; readonly outcome: Outcome }
  /** To the coordinator: no longer held here; `thief` asked for them. */
  | (Group & { readonly kind: 'handback'; readonly to: NodeId; readonly thief?: NodeId | undefined })
  | TimerEffect;

/** The placement room's word on how much a node may hold while it has no free slot. */
export interface Admission {
  /** Tasks, queued and running. */
  bound(): number;
  /** Work queued and running, in milliseconds, when a task of `estimateMs` is added. */
  workBoundMs(estimateMs: number): number;
}
