import { amount, count, JobIdSchema, list, NodeIdSchema, record, text, Type, type Static } from '../kernel/schema.js';
import { EndSchema } from './job-record.js';
import type { TaskMessages } from './messages.js';
import { TaskRangeSchema, TASKS_MAX } from './range.js';
import { REPLICAS_MAX } from './register/replica-set.js';
import { RetriedSchema } from './shard-messages.js';
import { LIMITS } from './spec.js';

/** What a shard's register keeps of it, apart from its spec and its tasks' records. */
export const ShardRecordSchema = record({
  job: JobIdSchema,
  shard: count(TASKS_MAX),
  range: TaskRangeSchema,
  items: Type.Optional(list(text(LIMITS.itemBytesMax), LIMITS.shardTasksMax)),
  /** The placement key of its tasks, where one was given. */
  key: Type.Optional(text(1024)),
  createdAtMs: amount(),
  cancelled: Type.Boolean(),
  /** Where its job is. */
  jobSet: list(NodeIdSchema, REPLICAS_MAX),
  /** The last retry of its job that it has carried out, and of how many tasks. */
  retried: Type.Optional(RetriedSchema),
  /** Where not every task has a record: all are at their end since the shard was cancelled. */
  done: Type.Optional(EndSchema),
});
export type ShardRecord = Static<typeof ShardRecordSchema>;

/** What a new shard begins with. */
export function shardRecordOf(create: Omit<TaskMessages['shard.create'], 'kind' | 'ask' | 'set'>): ShardRecord {
  const { job, shard, range, items, createdAtMs, cancelled, jobSet } = create;
  const { key } = create.spec;
  const optional = { ...(items ? { items } : {}), ...(key === undefined ? {} : { key }) };
  return { job, shard, range, createdAtMs, cancelled, jobSet: [...jobSet], ...optional };
}
