import type { RegisterId } from './register/head.js';
import type { ReplicaSet } from './register/replica-set.js';
import type { Degradation } from './replication/effects.js';

/** Where a shard is kept, and under which ballot this node coordinates it. */
export interface ShardPlace {
  readonly register: RegisterId;
  readonly set: ReplicaSet;
  readonly ballot: number;
  /** Set where it goes on without a majority. */
  readonly degraded?: Degradation | undefined;
}
