import type { Put } from '../kernel/effects.js';
import type { JobId } from '../kernel/ids.js';
import type { Counts } from '../kernel/states.js';
import { shardKey, specKey } from './keys.js';
import { firstVersion, type Shard, type ShardRecord } from './shard.js';

/** A shard that is done: all that memory keeps of it. */
interface DoneShard {
  readonly record: ShardRecord;
  readonly version: number;
  readonly counts: Counts;
}

export interface ShardName {
  readonly job: JobId;
  readonly shard: number;
}

function nameOf(of: ShardName): string {
  return `${of.job}#${of.shard}`;
}

/** The shards of one home: those that live, and what remains of those that are done. */
export class ShardTable {
  readonly #live = new Map<string, Shard>();
  readonly #done = new Map<string, DoneShard>();
  readonly #specs = new Set<JobId>();

  get(of: ShardName): Shard | undefined {
    return this.#live.get(nameOf(of));
  }

  live(): Iterable<Shard> {
    return this.#live.values();
  }

  isDone(of: ShardName): boolean {
    return this.#done.has(nameOf(of));
  }

  record(of: ShardName): ShardRecord | undefined {
    return this.get(of)?.record ?? this.#done.get(nameOf(of))?.record;
  }

  state(of: ShardName): { readonly version: number; readonly counts: Counts } | undefined {
    const shard = this.get(of);
    return shard ? { version: shard.version, counts: shard.counts() } : this.#done.get(nameOf(of));
  }

  /** What must be stored for a new shard: its spec comes with the first shard of a job. */
  add(shard: Shard): Put[] {
    this.#live.set(shard.name, shard);
    const { job } = shard.record;
    const isFirst = !this.#specs.has(job);
    this.#specs.add(job);
    return isFirst ? [{ key: specKey(job), value: shard.spec }, putOf(shard)] : [putOf(shard)];
  }

  restoreDone(record: ShardRecord, counts: Counts): void {
    this.#specs.add(record.job);
    this.#done.set(nameOf(record), { record, version: firstVersion(record.ballot + 1), counts });
  }

  /** Lets go of a shard all whose tasks are at their end. */
  finish(shard: Shard): Put {
    shard.mode = 'done';
    shard.version += 1;
    const counts = shard.counts();
    const record: ShardRecord = {
      ...shard.record,
      ballot: shard.ballot,
      items: undefined,
      cancelled: shard.isCancelStored,
      done: counts,
    };
    this.#live.delete(shard.name);
    this.#done.set(shard.name, { record, version: shard.version, counts });
    return { key: shardKey(record.job, record.shard), value: record };
  }
}

export function putOf(shard: Shard): Put {
  const { job, shard: number } = shard.record;
  return {
    key: shardKey(job, number),
    value: { ...shard.record, ballot: shard.ballot, cancelled: shard.isCancelStored },
  };
}
