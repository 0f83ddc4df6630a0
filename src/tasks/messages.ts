import { LoadVectorSchema } from '../kernel/load.js';
import {
  amount,
  answers,
  asked,
  count,
  JobIdSchema,
  list,
  NodeIdSchema,
  oneOf,
  record,
  text,
  Type,
  type Static,
} from '../kernel/schema.js';
import type { TASK_STATES } from '../kernel/states.js';
import { index, shard, TaskRangeSchema, TASKS_MAX } from './range.js';
import { OutcomeSchema } from './record.js';
import { JobSpecSchema, LIMITS } from './spec.js';

const items = list(text(LIMITS.itemBytesMax), LIMITS.shardTasksMax);

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

/** Which node is home to each shard; fixed by the create. `homes[homeOf[k]]` is the home of shard k. */
export const PlanSchema = record({
  shardSize: count(LIMITS.shardTasksMax),
  homes: list(NodeIdSchema, 10_000),
  homeOf: list(count(10_000), TASKS_MAX),
});
export type Plan = Static<typeof PlanSchema>;

const AttemptSchema = record({ index, epoch: count() });

/**
 * What gateways, job homes, shard homes and executors say to each other. A message with `ask` is a request and is sent
 * again until its reply, which names it in `re`; whoever receives one must stand repeats.
 */
export const TASK_MESSAGES = {
  /** Items of one shard, sent ahead of the create that needs them. */
  'job.items': record({ kind: Type.Literal('job.items'), ...asked, job: JobIdSchema, shard, items }),
  'job.staged': record({ kind: Type.Literal('job.staged'), ...answers }),
  'job.create': record({
    kind: Type.Literal('job.create'),
    ...asked,
    job: JobIdSchema,
    spec: JobSpecSchema,
    range: TaskRangeSchema,
    plan: PlanSchema,
    /** Whether each task has an item, staged before. */
    itemised: Type.Boolean(),
    /** Of spec, range and items: two creates of one id must agree in it. */
    digest: text(64),
    createdAtMs: amount(),
  }),
  'job.created': record({
    kind: Type.Literal('job.created'),
    ...answers,
    outcome: oneOf('created', 'exists', 'conflict', 'items-missing', 'busy'),
    tasks: count(TASKS_MAX),
  }),
  'job.cancel': record({ kind: Type.Literal('job.cancel'), ...asked, job: JobIdSchema }),
  'job.cancelled': record({
    kind: Type.Literal('job.cancelled'),
    ...answers,
    known: Type.Boolean(),
    tasks: count(TASKS_MAX),
  }),

  'shard.create': record({
    kind: Type.Literal('shard.create'),
    ...asked,
    job: JobIdSchema,
    shard,
    spec: JobSpecSchema,
    range: TaskRangeSchema,
    items: Type.Optional(items),
    createdAtMs: amount(),
    cancelled: Type.Boolean(),
  }),
  /** Also the reply to shard.cancel. `version` rises with every change; the highest is believed. */
  'shard.state': record({
    kind: Type.Literal('shard.state'),
    ...answers,
    version: count(),
    counts: CountsSchema,
  }),
  'shard.report': record({
    kind: Type.Literal('shard.report'),
    ...asked,
    job: JobIdSchema,
    shard,
    version: count(),
    counts: CountsSchema,
  }),
  'shard.noted': record({ kind: Type.Literal('shard.noted'), ...answers }),
  /** Without `index` the whole shard, for good; with it one task. */
  'shard.cancel': record({
    kind: Type.Literal('shard.cancel'),
    ...asked,
    job: JobIdSchema,
    shard,
    index: Type.Optional(index),
  }),

  'task.offer': record({
    kind: Type.Literal('task.offer'),
    ...asked,
    job: JobIdSchema,
    shard,
    /** The coordinator's boot: offers of an earlier one are void. */
    boot: count(),
    /** The boot of the executor that is meant: a later one cannot know whether it took the offer up before. */
    executorBoot: count(),
    spec: JobSpecSchema,
    tasks: list(
      record({
        index,
        epoch: count(),
        attempt: count(),
        steals: count(100),
        item: Type.Optional(text(LIMITS.itemBytesMax)),
      }),
      LIMITS.shardTasksMax,
    ),
  }),
  'task.offered': record({
    kind: Type.Literal('task.offered'),
    ...answers,
    /** Indexes that the executor now holds; it refused the others. */
    accepted: list(index, LIMITS.shardTasksMax),
    reason: Type.Optional(text(300)),
    bound: amount(),
    load: LoadVectorSchema,
  }),
  /** A hint: these attempts have begun. */
  'task.started': record({
    kind: Type.Literal('task.started'),
    job: JobIdSchema,
    shard,
    tasks: list(record({ index, epoch: count(), atMs: amount() }), 1024),
  }),
  'task.result': record({
    kind: Type.Literal('task.result'),
    ...asked,
    job: JobIdSchema,
    shard,
    index,
    epoch: count(),
    outcome: OutcomeSchema,
  }),
  'task.recorded': record({ kind: Type.Literal('task.recorded'), ...answers }),
  /** Ends these attempts, wherever they stand; the outcome comes as a result. */
  'task.revoke': record({
    kind: Type.Literal('task.revoke'),
    ...asked,
    job: JobIdSchema,
    shard,
    tasks: list(AttemptSchema, LIMITS.shardTasksMax),
  }),
  /** Indexes of those it does not hold. */
  'task.revoked': record({
    kind: Type.Literal('task.revoked'),
    ...answers,
    unknown: list(index, LIMITS.shardTasksMax),
  }),
  /** The executor has stopped holding these queued tasks; `to` asked for them by stealing. */
  'task.handback': record({
    kind: Type.Literal('task.handback'),
    ...asked,
    job: JobIdSchema,
    shard,
    tasks: list(AttemptSchema, LIMITS.shardTasksMax),
    to: Type.Optional(NodeIdSchema),
  }),
  'task.takenback': record({ kind: Type.Literal('task.takenback'), ...answers }),

  /** A coordinator that restarted asks what is held of its shards; offers of its earlier boots are void from then on. */
  'held.ask': record({ kind: Type.Literal('held.ask'), ...asked, boot: count() }),
  'held.tell': record({
    kind: Type.Literal('held.tell'),
    ...answers,
    boot: count(),
    held: list(record({ job: JobIdSchema, shard, index, epoch: count(), state: oneOf('queued', 'running') }), 100_000),
  }),

  /** An idle node asks for work. */
  'steal.ask': record({ kind: Type.Literal('steal.ask'), ...asked, load: LoadVectorSchema }),
  'steal.tell': record({ kind: Type.Literal('steal.tell'), ...answers, given: count(), load: LoadVectorSchema }),
} as const;

type Schemas = typeof TASK_MESSAGES;
export type TaskMessages = { [K in keyof Schemas]: Static<Schemas[K]> };
export type TaskMessage = TaskMessages[keyof TaskMessages];
