import type { JobId, NodeId } from '../kernel/ids.js';
import type { TaskState } from '../kernel/states.js';
import type { Progress } from './progress.js';
import type { TaskRecord } from './record.js';
import type { ReplicaSet } from './register/replica-set.js';

interface Named {
  readonly job: JobId;
  readonly shard: number;
}

/** The request to be answered once something is durable. */
export interface Asker {
  readonly to: NodeId;
  readonly re: number;
}

/** The last word on a shard, kept until somebody has taken it down. */
export interface FinalReport {
  readonly jobSet: ReplicaSet;
  readonly progress: Progress;
}

/** What a shard is told to go by from now on is on record. */
export type ChangeTag = Named & Asker & { readonly what: 'hold' | 'update' };

/** What a shard home wants to be reminded of when an answer or a write comes back. */
export type ShardTag =
  /** Without `index` the whole shard. */
  | (Named & Asker & { readonly what: 'cancelled'; readonly index?: number | undefined })
  | ChangeTag
  | (Named & { readonly what: 'recall' })
  /** `running`: a task that began here. `given-up`: who is taken for dead. */
  | (Named & { readonly what: 'running' | 'done' | 'given-up' })
  /** A part of a retry; with the last all of it is on record. */
  | (Named &
      Asker & {
        readonly what: 'retried';
        readonly run: number;
        readonly tasks: readonly number[];
        readonly isLast: boolean;
        /** The shard is cancelled no more. */
        readonly uncancels: boolean;
      })
  /** How a shard stands, told to the job's coordinator; `final` where that must be heard. */
  | (Named & {
      readonly what: 'report';
      readonly asked: NodeId;
      readonly hops: number;
      readonly final: FinalReport | undefined;
    })
  | (Named & { readonly what: 'offer'; readonly tasks: readonly Given[] })
  /** `isAwaited`: what is cancelled ends once this is answered. */
  | (Named & { readonly what: 'revoke'; readonly tasks: readonly Given[]; readonly isAwaited: boolean })
  /** A task's record; `result` is to be answered once it is durable. */
  | (Named & {
      readonly what: 'record';
      readonly index: number;
      readonly state: TaskRecord['state'];
      /** When the attempt behind it ended; 0 where there was none. */
      readonly atMs: number;
      readonly result?: Asker;
    })
  /** A grant of an attempt, to the ask of that name. */
  | (Named & { readonly what: 'grant'; readonly index: number; readonly epoch: number; readonly nonce: number })
  | (Named & { readonly what: 'tasks'; readonly query: ListQuery })
  | (Named & { readonly what: 'task'; readonly query: OneQuery })
  | { readonly what: 'held'; readonly shards: readonly AskedShard[] };

/** An attempt that a node was given. */
export interface Given {
  readonly index: number;
  readonly epoch: number;
}

/** A shard of which somebody was asked what is held, and under which ballot. */
export interface AskedShard extends Named {
  readonly ballot: number;
}

export interface ListQuery extends Asker {
  readonly after: number;
  readonly state?: TaskState | undefined;
  readonly limit: number;
  readonly withResults?: boolean | undefined;
}

export interface OneQuery extends Asker {
  readonly index: number;
}
