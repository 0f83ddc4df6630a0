import type { Answered, AskEffect, MessageEvent, ReplyEffect, WithdrawEffect } from '../kernel/effects.js';
import type { JobId, NodeId } from '../kernel/ids.js';
import type { TimerEffect, TimerFired } from '../kernel/timers.js';
import type { CancelCause, JobRecord } from './job-record.js';
import type { TaskMessage, TaskMessages } from './messages.js';
import type { JobInfo, QueryMessage, QueryMessages } from './queries.js';
import type { ClaimNews, ClaimWish, RegisterNews, RegisterWish } from './replication/effects.js';
import type { TaskRange } from './range.js';
import type { Asker } from './shard-tags.js';
import type { JobSpec } from './spec.js';

/** What a job home wants to be reminded of when an answer comes: which of the shard's nodes was asked, how often in vain before. */
export interface ShardAskTag {
  readonly what: 'shard' | 'shard-released' | 'shard-hold' | 'shard-update' | 'shard-cancelled' | 'shard-retried';
  readonly job: JobId;
  readonly shard: number;
  readonly asked: NodeId;
  readonly hops: number;
}

/** The same of a write: a `cancelled` that somebody asked for is to be answered. */
export type JobWriteTag =
  | {
      readonly what: 'cancelled';
      readonly job: JobId;
      readonly asker?: Asker | undefined;
      readonly cause?: CancelCause | undefined;
    }
  | { readonly what: 'hold'; readonly job: JobId; readonly asker: Asker }
  | { readonly what: 'update'; readonly job: JobId; readonly asker: Asker }
  | { readonly what: 'retried'; readonly job: JobId; readonly record: JobRecord }
  | { readonly what: 'finished' | 'trimmed' | 'gate'; readonly job: JobId };

/** What a job home is sent. */
export type ToJobHome =
  | TaskMessages[
      | 'job.items'
      | 'job.claim'
      | 'job.create'
      | 'job.cancel'
      | 'job.abandon'
      | 'job.hold'
      | 'job.update'
      | 'job.retry']
  | TaskMessages['shard.report']
  | QueryMessages['query.job' | 'query.jobs'];

/** Has the node look how another job stands, and for a while whether it ends: event `parent-told`. */
export interface WatchEffect {
  readonly kind: 'watch';
  readonly job: JobId;
  /** How long its end may be waited for. @default a while */
  readonly waitMs?: number;
}

/** Has the node submit, or cancel, a job for a schedule, as any client could: events `child-told`, `child-cancelled`. */
export type ChildEffect =
  | {
      readonly kind: 'submit-job';
      readonly schedule: JobId;
      readonly submission: {
        readonly job: JobId;
        readonly isKeyed: boolean;
        readonly digest: string;
        readonly spec: JobSpec;
        readonly range: TaskRange;
      };
    }
  | { readonly kind: 'cancel-job'; readonly schedule: JobId; readonly job: JobId };

/** `unknown`: it may have been made, and is safely asked for again. */
export interface ChildTold {
  readonly kind: 'child-told';
  readonly schedule: JobId;
  readonly job: JobId;
  readonly outcome: 'made' | 'unknown';
}

/** `isDone`: it is cancelled, or has ended; else nobody could say. */
export interface ChildCancelled {
  readonly kind: 'child-cancelled';
  readonly schedule: JobId;
  readonly job: JobId;
  readonly isDone: boolean;
}

/** Without `info` nobody could say; `isGone`: nobody ever will. */
export interface ParentTold {
  readonly kind: 'parent-told';
  readonly job: JobId;
  readonly info?: JobInfo | undefined;
  readonly isGone?: boolean | undefined;
}

export type JobEvent =
  | MessageEvent<ToJobHome>
  | Answered<TaskMessage, ShardAskTag>
  | RegisterNews<JobWriteTag>
  | ClaimNews
  | ParentTold
  | ChildTold
  | ChildCancelled
  | TimerFired;

export type JobEffect =
  | AskEffect<TaskMessage, ShardAskTag>
  | WithdrawEffect<Pick<ShardAskTag, 'what' | 'job' | 'shard'>>
  | ReplyEffect<TaskMessage | QueryMessage>
  | RegisterWish<JobWriteTag>
  | ClaimWish
  | WatchEffect
  | ChildEffect
  | TimerEffect;
