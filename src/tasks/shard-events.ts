import type {
  Answered,
  AskEffect,
  Loaded,
  LoadEffect,
  MessageEvent,
  PeerEvent,
  ReplyEffect,
  SendEffect,
} from '../kernel/effects.js';
import type { TimerEffect, TimerFired } from '../kernel/timers.js';
import type { TaskMessage, TaskMessages } from './messages.js';
import type { QueryMessage, QueryMessages } from './queries.js';
import type { RegisterNews, RegisterWish } from './replication/effects.js';
import type { ShardTag } from './shard-tags.js';

/** What executors tell of tasks. */
export type AboutTasks = TaskMessages['task.result' | 'task.started' | 'task.handback' | 'task.ask'];
/** What a shard home is sent. */
export type ToShardHome =
  | AboutTasks
  | TaskMessages['shard.create' | 'shard.release' | 'shard.hold' | 'shard.update' | 'shard.cancel' | 'shard.retry']
  | QueryMessages['query.tasks' | 'query.task'];

export type ShardEvent =
  | MessageEvent<ToShardHome>
  | Answered<TaskMessage, ShardTag>
  | RegisterNews<ShardTag>
  | Loaded<ShardTag>
  | PeerEvent
  | TimerFired;

export type ShardEffect =
  | SendEffect<TaskMessage>
  | AskEffect<TaskMessage, ShardTag>
  | ReplyEffect<TaskMessage | QueryMessage>
  | RegisterWish<ShardTag>
  | LoadEffect<ShardTag>
  | TimerEffect;
