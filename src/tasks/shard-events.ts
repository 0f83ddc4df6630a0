import type { Answered, Committed, Loaded, MessageEvent, PeerEvent } from '../kernel/effects.js';
import type { NodeId } from '../kernel/ids.js';
import type { TimerFired } from '../kernel/timers.js';
import type { TaskMessage, TaskMessages } from './messages.js';
import type { QueryMessages } from './queries.js';
import type { TaskRecord } from './record.js';
import type { ShardRecord } from './shard.js';
import type { ShardTag } from './shard-tags.js';
import type { JobSpec } from './spec.js';

/** What executors tell of tasks. */
export type AboutTasks = TaskMessages['task.result' | 'task.started' | 'task.handback'];
/** What a shard home is sent. */
export type ToShardHome =
  AboutTasks | TaskMessages['shard.create' | 'shard.cancel'] | QueryMessages['query.tasks' | 'query.task'];

export interface StoredShard {
  readonly record: ShardRecord;
  readonly spec: JobSpec;
  readonly tasks: readonly TaskRecord[];
}

export type ShardEvent =
  | MessageEvent<ToShardHome>
  | Answered<TaskMessage, ShardTag>
  | Committed<ShardTag>
  | Loaded<ShardTag>
  | PeerEvent
  | TimerFired
  /** Once: all the members that there are to be known are known. */
  | { readonly kind: 'joined' }
  /** Once, at the start: what the store holds, and the members that may hold attempts of it. */
  | { readonly kind: 'restore'; readonly shards: readonly StoredShard[]; readonly members: readonly NodeId[] };
