import { amount, answers, asked, count, JobIdSchema, list, record, text, Type } from '../kernel/schema.js';
import type { TASK_STATES } from '../kernel/states.js';
import { index, shard, TaskRangeSchema, TASKS_MAX } from './range.js';
import { ReplicaSetSchema } from './register/replica-set.js';
import { JobSpecSchema, LIMITS } from './spec.js';
import { TermsSchema } from './terms.js';

/** Of the tasks of one shard. */
export const items = list(text(LIMITS.itemBytesMax), LIMITS.shardTasksMax);

export const CountsSchema = record({
  pending: count(),
  queued: count(),
  running: count(),
  succeeded: count(),
  failed: count(),
  cancelled: count(),
  'timed-out': count(),
  interrupted: count(),
  expired: count(),
} satisfies Record<(typeof TASK_STATES)[number], unknown>);

/** Retries of a job are numbered from 1; `tasks`: how many of a shard's it has started again. */
export const RetriedSchema = record({ run: count(), tasks: count(TASKS_MAX) });

/** How a shard stands. */
const progress = {
  version: count(),
  counts: CountsSchema,
  /** When the last of its tasks ended, as far as any has; wall clock. */
  endedAtMs: amount(),
  retried: Type.Optional(RetriedSchema),
  /** Nothing more of it starts. */
  held: Type.Optional(Type.Boolean()),
  /** Of a job whose terms were changed: the last change that counts here, and how many tasks may be placed at a time. */
  terms: Type.Optional(count()),
  share: Type.Optional(count(TASKS_MAX)),
  /** Told by a survivor without a majority: provisional. */
  degraded: Type.Optional(Type.Boolean()),
};

/** What a retry is of: all tasks that have ended, those that did so otherwise than well, or one of them. */
export const selection = { failedOnly: Type.Boolean(), index: Type.Optional(index) };

/** What the coordinators of jobs and those of shards say to each other. */
export const SHARD_MESSAGES = {
  'shard.create': record({
    kind: Type.Literal('shard.create'),
    ...asked,
    job: JobIdSchema,
    shard,
    spec: JobSpecSchema,
    range: TaskRangeSchema,
    items: Type.Optional(items),
    /** So many of its tasks may be placed at a time; absent: all. */
    share: Type.Optional(count(TASKS_MAX)),
    /** In place of what the spec says. */
    terms: Type.Optional(TermsSchema),
    createdAtMs: amount(),
    cancelled: Type.Boolean(),
    expired: Type.Optional(Type.Boolean()),
    /** Most of its replicas are given up, if they are gone. */
    abandoned: Type.Optional(Type.Boolean()),
    held: Type.Optional(Type.Boolean()),
    set: ReplicaSetSchema,
    /** The replicas of the job, whose coordinator is told how the shard stands. */
    jobSet: ReplicaSetSchema,
  }),
  /** Also the reply to shard.release and shard.cancel. `version` rises with every change; the highest is believed. */
  'shard.state': record({
    kind: Type.Literal('shard.state'),
    ...answers,
    ...progress,
  }),
  'shard.report': record({
    kind: Type.Literal('shard.report'),
    ...asked,
    job: JobIdSchema,
    shard,
    ...progress,
  }),
  'shard.noted': record({ kind: Type.Literal('shard.noted'), ...answers }),
  /** Without `index` the whole shard, for good; with it one task. */
  'shard.cancel': record({
    kind: Type.Literal('shard.cancel'),
    ...asked,
    job: JobIdSchema,
    shard,
    index: Type.Optional(index),
    /** Its job's time is over. */
    expired: Type.Optional(Type.Boolean()),
    /** Most of its replicas are given up, if they are gone. */
    abandoned: Type.Optional(Type.Boolean()),
  }),
  /** Nothing more of it is to start, or it may go on. Answered with shard.state once it is durable. */
  'shard.hold': record({ kind: Type.Literal('shard.hold'), ...asked, job: JobIdSchema, shard, isHeld: Type.Boolean() }),
  /** What has not begun goes by these terms. Answered with shard.state once that is durable. */
  'shard.update': record({
    ...{ kind: Type.Literal('shard.update'), ...asked, job: JobIdSchema, shard, terms: TermsSchema },
    share: Type.Optional(count(TASKS_MAX)),
  }),
  /** What its job waited for has come to pass. */
  'shard.release': record({ kind: Type.Literal('shard.release'), ...asked, job: JobIdSchema, shard }),
  /** Answered with shard.state once it is durable. */
  'shard.retry': record({
    kind: Type.Literal('shard.retry'),
    ...asked,
    job: JobIdSchema,
    shard,
    run: count(),
    ...selection,
  }),
} as const;
