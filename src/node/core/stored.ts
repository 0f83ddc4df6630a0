import type { Put } from '../../kernel/effects.js';
import type { JobId } from '../../kernel/ids.js';
import type { MemberState } from '../../membership/member.js';
import type { StoredJob } from '../../tasks/job-home.js';
import type { JobRecord } from '../../tasks/job.js';
import { specKey, taskPrefix } from '../../tasks/keys.js';
import type { TaskRecord } from '../../tasks/record.js';
import type { StoredShard } from '../../tasks/shard-events.js';
import type { ShardRecord } from '../../tasks/shard.js';
import type { JobSpec } from '../../tasks/spec.js';

/** Where the member list is kept. */
export const MEMBERS_KEY = 'node/members';

/** What a node finds on its disk when it starts. */
export interface StoredState {
  readonly members: readonly MemberState[];
  readonly jobs: readonly StoredJob[];
  readonly shards: readonly StoredShard[];
}

export const NOTHING_STORED: StoredState = { members: [], jobs: [], shards: [] };

/** The reading half of the store port. */
interface Readable {
  get(key: string): unknown;
  range(prefix: string): readonly Put[];
}

/** Reads back what the machines wrote. Tasks of shards that are done are left where they are. */
export function readStored(store: Readable): StoredState {
  const specOf = (job: JobId) => store.get(specKey(job)) as JobSpec;
  const jobs = store.range('job/').map(({ value }) => {
    const record = value as JobRecord;
    const items = record.finished || !record.itemised ? [] : store.range(`item/${record.job}/`);
    const byShard = items.map(
      ({ key, value: lines }) => [Number(key.split('/')[2]), lines as readonly string[]] as const,
    );
    return { record, spec: specOf(record.job), items: new Map(byShard) };
  });
  const shards = store.range('shard/').map(({ value }) => {
    const record = value as ShardRecord;
    const tasks = record.done ? [] : store.range(taskPrefix(record.job, record.shard));
    return { record, spec: specOf(record.job), tasks: tasks.map((put) => put.value as TaskRecord) };
  });
  return { members: (store.get(MEMBERS_KEY) as readonly MemberState[] | undefined) ?? [], jobs, shards };
}
