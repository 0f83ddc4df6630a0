import type { Answered, Loaded, MessageEvent, PeerEvent } from '../kernel/effects.js';
import type { TimerFired } from '../kernel/timers.js';
import type { TaskMessage, TaskMessages } from './messages.js';
import type { QueryMessages } from './queries.js';
import type { RegisterNews } from './replication/effects.js';
import type { ShardTag } from './shard-tags.js';

/** What executors tell of tasks. */
export type AboutTasks = TaskMessages['task.result' | 'task.started' | 'task.handback' | 'task.ask'];
/** What a shard home is sent. */
export type ToShardHome =
  | AboutTasks
  | TaskMessages['shard.create' | 'shard.release' | 'shard.hold' | 'shard.cancel' | 'shard.retry']
  | QueryMessages['query.tasks' | 'query.task'];

export type ShardEvent =
  | MessageEvent<ToShardHome>
  | Answered<TaskMessage, ShardTag>
  | RegisterNews<ShardTag>
  | Loaded<ShardTag>
  | PeerEvent
  | TimerFired;
