import { assert, known } from '../kernel/assert.js';
import { amount, count, JobIdSchema, record, text, Type, type Static } from '../kernel/schema.js';
import type { Counts } from '../kernel/states.js';
import { GateSchema } from './gate.js';
import { PlanSchema, type Plan } from './job-messages.js';
import type { JobInfo } from './queries.js';
import { index, TaskRangeSchema, TASKS_MAX } from './range.js';
import type { ReplicaSet } from './register/replica-set.js';
import { CountsSchema } from './shard-messages.js';
import { ScheduledSchema } from './schedule.js';
import { jobState } from './states.js';
import { TermsSchema } from './terms.js';

/** How something ended: how many tasks in which state, and when the last of them. */
export const EndSchema = record({ atMs: amount(), counts: CountsSchema });

/** How many tasks may end badly, by when all must have ended (wall clock), and what shards are told of. */
const LimitsSchema = record({
  maxFails: Type.Optional(count(TASKS_MAX)),
  notAfterMs: Type.Optional(amount()),
  terms: Type.Optional(TermsSchema),
});
export type JobLimits = Static<typeof LimitsSchema>;

/** What a job's register keeps of it, apart from its spec and items. */
export const JobRecordSchema = record({
  job: JobIdSchema,
  range: TaskRangeSchema,
  plan: PlanSchema,
  itemised: Type.Boolean(),
  digest: text(64),
  createdAtMs: amount(),
  cancelled: Type.Boolean(),
  /** Why it was cancelled, where no user did that. */
  reason: Type.Optional(text(300)),
  /** Its time is over: what of it has not ended ends `expired`. */
  expired: Type.Optional(Type.Boolean()),
  /** Its majority, or that of a shard, was given up. */
  abandoned: Type.Optional(Type.Boolean()),
  /** Nothing more of it starts. */
  held: Type.Optional(Type.Boolean()),
  /** Changed since it was submitted: they count in place of its spec's. */
  limits: Type.Optional(LimitsSchema),
  finished: Type.Optional(EndSchema),
  /** Of a job that does not start at once. */
  gate: Type.Optional(GateSchema),
  /** Of a schedule. */
  scheduled: Type.Optional(ScheduledSchema),
  /** The last retry, the `run`th: of all tasks that had ended, of those that had not succeeded, or of one. */
  retry: Type.Optional(
    record({
      ...{ run: count(), token: text(64), failedOnly: Type.Boolean(), index: Type.Optional(index) },
      /** How many tasks it started again. */
      tasks: Type.Optional(count(TASKS_MAX)),
    }),
  ),
});
export type JobRecord = Static<typeof JobRecordSchema>;

/** Why a job is cancelled that no user cancelled. */
export type CancelCause = Pick<JobRecord, 'expired' | 'abandoned'> & Required<Pick<JobRecord, 'reason'>>;

export function causeOf({ reason, expired, abandoned }: JobRecord): CancelCause | undefined {
  if (reason === undefined) return undefined;
  return { reason, ...(expired === true ? { expired } : {}), ...(abandoned === true ? { abandoned } : {}) };
}

export function shardsOf({ range, plan }: Pick<JobRecord, 'range' | 'plan'>): number {
  return Math.ceil(range.count / plan.shardSize);
}

/** @param replicas - the job's own, where its only shard is */
export function setOf({ width, nodes, members }: Plan, shard: number, replicas: ReplicaSet): ReplicaSet {
  if (width === 0) return replicas;
  const set = members.slice(shard * width, (shard + 1) * width).map((i) => known(nodes[i], `node ${i} of a plan`));
  assert(set.length === width, () => `shard ${shard} has ${set.length} replicas of ${width}`);
  return set;
}

/** What users see of a job. */
export function infoOf(
  record: Pick<JobRecord, 'job' | 'range' | 'createdAtMs' | 'retry'> & Partial<Pick<JobRecord, 'cancelled' | 'reason'>>,
  name: string,
  counts: Counts,
  finishedAtMs: number | undefined,
): JobInfo {
  return {
    job: record.job,
    name,
    state: jobState(counts, record.range.count),
    tasks: record.range.count,
    counts,
    createdAtMs: record.createdAtMs,
    ...(record.retry ? { run: record.retry.run + 1 } : {}),
    ...(record.cancelled && record.reason !== undefined ? { reason: record.reason } : {}),
    ...(finishedAtMs === undefined ? {} : { finishedAtMs: Math.max(finishedAtMs, record.createdAtMs) }),
  };
}
