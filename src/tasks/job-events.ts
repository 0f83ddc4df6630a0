import type { Answered, AskEffect, MessageEvent, ReplyEffect, WithdrawEffect } from '../kernel/effects.js';
import type { JobId, NodeId } from '../kernel/ids.js';
import type { TimerEffect, TimerFired } from '../kernel/timers.js';
import type { JobRecord } from './job.js';
import type { TaskMessage, TaskMessages } from './messages.js';
import type { QueryMessage, QueryMessages } from './queries.js';
import type { ClaimNews, ClaimWish, RegisterNews, RegisterWish } from './replication/effects.js';
import type { Asker } from './shard-tags.js';

/** What a job home wants to be reminded of when an answer comes: which of the shard's nodes was asked, how often in vain before. */
export interface ShardAskTag {
  readonly what: 'shard' | 'shard-cancelled' | 'shard-retried';
  readonly job: JobId;
  readonly shard: number;
  readonly asked: NodeId;
  readonly hops: number;
}

/** The same of a write: `cancelled` is to be answered. */
export type JobWriteTag =
  | (Asker & { readonly what: 'cancelled'; readonly job: JobId })
  | { readonly what: 'retried'; readonly job: JobId; readonly record: JobRecord }
  | { readonly what: 'finished' | 'trimmed'; readonly job: JobId };

/** What a job home is sent. */
export type ToJobHome =
  | TaskMessages['job.items' | 'job.claim' | 'job.create' | 'job.cancel' | 'job.retry' | 'shard.report']
  | QueryMessages['query.job' | 'query.jobs'];

export type JobEvent =
  MessageEvent<ToJobHome> | Answered<TaskMessage, ShardAskTag> | RegisterNews<JobWriteTag> | ClaimNews | TimerFired;

export type JobEffect =
  | AskEffect<TaskMessage, ShardAskTag>
  | WithdrawEffect<Pick<ShardAskTag, 'what' | 'job' | 'shard'>>
  | ReplyEffect<TaskMessage | QueryMessage>
  | RegisterWish<JobWriteTag>
  | ClaimWish
  | TimerEffect;
