import type { JobId, NodeId } from '../kernel/ids.js';
import type { TaskState } from '../kernel/states.js';
import type { TaskRecord } from './record.js';

interface Named {
  readonly job: JobId;
  readonly shard: number;
}

/** The request to be answered once something is durable. */
export interface Asker {
  readonly to: NodeId;
  readonly re: number;
}

/** What a shard home wants to be reminded of when an answer or a write comes back. */
export type ShardTag =
  | (Named & Asker & { readonly what: 'created' })
  /** Without `index` the whole shard. */
  | (Named & Asker & { readonly what: 'cancelled'; readonly index?: number | undefined })
  /** `ballot`: a new one, of a coordinator that restarted or whose epochs run out; `running`: a task that began here. */
  | (Named & { readonly what: 'ballot' | 'running' | 'done' | 'report' })
  | (Named & {
      readonly what: 'offer' | 'revoke';
      readonly tasks: readonly { readonly index: number; readonly epoch: number }[];
    })
  /** A task's record; `result` is to be answered once it is durable. */
  | (Named & {
      readonly what: 'record';
      readonly index: number;
      readonly state: TaskRecord['state'];
      readonly result?: Asker;
    })
  | (Named & { readonly what: 'tasks'; readonly query: ListQuery })
  | (Named & { readonly what: 'task'; readonly query: OneQuery })
  | { readonly what: 'held' };

export interface ListQuery extends Asker {
  readonly after: number;
  readonly state?: TaskState | undefined;
  readonly limit: number;
}

export interface OneQuery extends Asker {
  readonly index: number;
}
