import type { JobId } from '../kernel/ids.js';
import { terminalCount } from '../kernel/states.js';
import type { Written } from './register/messages.js';
import { SHARD, shardName } from './replication/names.js';
import type { Shard } from './shard.js';
import type { ShardRecord } from './shard-record.js';

export interface ShardName {
  readonly job: JobId;
  readonly shard: number;
}

/** The shards that this node coordinates. */
export class ShardTable {
  readonly #live = new Map<string, Shard>();

  get({ job, shard }: ShardName): Shard | undefined {
    return this.#live.get(shardName(job, shard));
  }

  live(): Iterable<Shard> {
    return this.#live.values();
  }

  /** Tasks that are not at their end. */
  get unfinished(): number {
    let sum = 0;
    for (const shard of this.#live.values()) sum += shard.record.range.count - terminalCount(shard.counts());
    return sum;
  }

  add(shard: Shard): void {
    this.#live.set(shard.name, shard);
  }

  remove(shard: Shard): void {
    if (this.#live.get(shard.name) === shard) this.#live.delete(shard.name);
  }
}

/** What is kept of a shard as it is now; at its end, how it ended. */
export function entryOf(shard: Shard): Written {
  const value: ShardRecord = { ...shard.record, cancelled: shard.isCancelStored };
  if (shard.isCancelStored && shard.isExpired) value.expired = true;
  else delete value.expired;
  if (shard.mode === 'done') value.done = { atMs: shard.endedAtMs, counts: shard.counts() };
  return { key: SHARD, value };
}
