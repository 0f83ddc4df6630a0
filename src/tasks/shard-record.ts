import { amount, count, JobIdSchema, list, NodeIdSchema, record, text, Type, type Static } from '../kernel/schema.js';
import type { TaskState } from '../kernel/states.js';
import { GivenUpSchema } from './given-up.js';
import { EndSchema } from './job-record.js';
import type { TaskMessages } from './messages.js';
import { TaskRangeSchema, TASKS_MAX } from './range.js';
import { REPLICAS_MAX } from './register/replica-set.js';
import { RetriedSchema } from './shard-messages.js';
import { LIMITS } from './spec.js';
import { TermsSchema } from './terms.js';

/** What a shard's register keeps of it, apart from its spec and its tasks' records. */
export const ShardRecordSchema = record({
  job: JobIdSchema,
  shard: count(TASKS_MAX),
  range: TaskRangeSchema,
  items: Type.Optional(list(text(LIMITS.itemBytesMax), LIMITS.shardTasksMax)),
  /** So many of its tasks may be placed at a time; absent: all. */
  share: Type.Optional(count(TASKS_MAX)),
  /** What was changed of its spec. */
  terms: Type.Optional(TermsSchema),
  /** The placement key of its tasks, where one was given. */
  key: Type.Optional(text(1024)),
  createdAtMs: amount(),
  cancelled: Type.Boolean(),
  /** Its job's time is over: what was cancelled so ends `expired`. */
  expired: Type.Optional(Type.Boolean()),
  /** Its majority was given up. */
  abandoned: Type.Optional(Type.Boolean()),
  /** Nothing more of it starts. */
  held: Type.Optional(Type.Boolean()),
  givenUp: Type.Optional(GivenUpSchema),
  /** Where its job is. */
  jobSet: list(NodeIdSchema, REPLICAS_MAX),
  /** The last retry of its job that it has carried out, and of how many tasks. */
  retried: Type.Optional(RetriedSchema),
  /** Where not every task has a record: all are at their end since the shard was cancelled. */
  done: Type.Optional(EndSchema),
});
export type ShardRecord = Static<typeof ShardRecordSchema>;

/** How a task without a record stands by its shard's word. */
export function wordOf({ cancelled, expired }: Pick<ShardRecord, 'cancelled' | 'expired'>): TaskState {
  if (!cancelled) return 'pending';
  return expired === true ? 'expired' : 'cancelled';
}

/** What a new shard begins with. */
export function shardRecordOf(create: Omit<TaskMessages['shard.create'], 'kind' | 'ask' | 'set'>): ShardRecord {
  const { job, shard, range, items, createdAtMs, cancelled, expired, held, share, terms, jobSet } = create;
  const { key } = create.spec;
  const optional = {
    ...(items ? { items } : {}),
    ...(key === undefined ? {} : { key }),
    ...(share === undefined ? {} : { share }),
    ...(terms ? { terms } : {}),
    ...(expired === true ? { expired } : {}),
    ...(held === true ? { held } : {}),
  };
  return { job, shard, range, createdAtMs, cancelled, jobSet: [...jobSet], ...optional };
}
