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
import { HeadSchema, rank } from './register/head.js';
import { REPLICAS_MAX, ReplicaSetSchema } from './register/replica-set.js';
import { ballotNumber } from './register/version.js';
import { OutcomeSchema } from './record.js';
import { JobSpecSchema, LIMITS } from './spec.js';

/** Shards in one question of what is held. */
export const HELD_SHARDS_MAX = 256;

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

/**
 * The replica set of each shard; fixed by the create. Each shard has `width` of them: those of shard k are `nodes[i]` for the
 * `width` numbers i from `members[k * width]` on. A job of one shard has no such list: its shard is where the job is.
 */
export const PlanSchema = record({
  shardSize: count(LIMITS.shardTasksMax),
  width: count(REPLICAS_MAX),
  nodes: list(NodeIdSchema, 10_000),
  members: list(count(10_000), LIMITS.shardsMax * REPLICAS_MAX),
});
export type Plan = Static<typeof PlanSchema>;

/** Retries of a job are numbered from 1; `tasks`: how many of a shard's it has started again. */
export const RetriedSchema = record({ run: count(), tasks: count(TASKS_MAX) });

/** How a shard stands. */
const progress = {
  version: count(),
  counts: CountsSchema,
  /** When the last of its tasks ended, as far as any has; wall clock. */
  endedAtMs: amount(),
  retried: Type.Optional(RetriedSchema),
  /** Told by a survivor without a majority: provisional. */
  degraded: Type.Optional(Type.Boolean()),
};

/** What a retry is of: all tasks that have ended, those that did so otherwise than well, or one of them. */
const selection = { failedOnly: Type.Boolean(), index: Type.Optional(index) };

const AttemptSchema = record({ index, epoch: count() });

/**
 * What gateways, job homes, shard homes and executors say to each other. A message with `ask` is a request and is sent
 * again until its reply, which names it in `re`; whoever receives one must stand repeats.
 */
export const TASK_MESSAGES = {
  /** Items of one shard, sent ahead of the create that needs them. */
  'job.items': record({ kind: Type.Literal('job.items'), ...asked, job: JobIdSchema, shard, items }),
  'job.staged': record({ kind: Type.Literal('job.staged'), ...answers }),
  /** Somebody is about to make a job under a key: no older register of it may be taken any more (ADR 18). */
  'job.claim': record({
    kind: Type.Literal('job.claim'),
    ...asked,
    job: JobIdSchema,
    createdAtMs: amount(),
    /** Of the set that is to have it. */
    digest: count(),
    rank,
  }),
  'job.claimed': record({
    kind: Type.Literal('job.claimed'),
    ...answers,
    isGranted: Type.Boolean(),
    outdone: Type.Optional(rank),
    /** The register that the node has. */
    head: Type.Optional(HeadSchema),
  }),
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
    set: ReplicaSetSchema,
    /** Of the claim that was granted for it. */
    rank: Type.Optional(rank),
    /** The id follows from a key of the user's: nodes that would choose another set must refuse it (register.md, rule 7). */
    isKeyed: Type.Boolean(),
  }),
  'job.created': record({
    kind: Type.Literal('job.created'),
    ...answers,
    outcome: oneOf('created', 'exists', 'conflict', 'items-missing', 'busy', 'disagree', 'gone'),
    tasks: count(TASKS_MAX),
    /** Disks that are to hold it, and those that were known to when this was said. */
    replicas: count(REPLICAS_MAX),
    acked: count(REPLICAS_MAX),
  }),
  'job.cancel': record({ kind: Type.Literal('job.cancel'), ...asked, job: JobIdSchema }),
  'job.cancelled': record({
    kind: Type.Literal('job.cancelled'),
    ...answers,
    known: Type.Boolean(),
    tasks: count(TASKS_MAX),
    /** By a survivor without a majority: provisional. */
    degraded: Type.Optional(Type.Boolean()),
  }),
  /** Opens the next run of tasks that have ended. A repeat of the same retry has the same token. */
  'job.retry': record({
    kind: Type.Literal('job.retry'),
    ...asked,
    job: JobIdSchema,
    token: text(64),
    ...selection,
    /** Only to hear of a retry that was taken before; another one is `unknown`. */
    isRepeat: Type.Boolean(),
  }),
  /** `busy`: another retry of the job, or its cancel, is still being carried out. */
  'job.retried': record({
    kind: Type.Literal('job.retried'),
    ...answers,
    outcome: oneOf('done', 'busy', 'unknown'),
    tasks: count(TASKS_MAX),
  }),

  /** In answer to any request that only a coordinator can serve: it may be one of these, or nobody at the moment. */
  elsewhere: record({ kind: Type.Literal('elsewhere'), ...answers, nodes: list(NodeIdSchema, REPLICAS_MAX) }),

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
  }),
  /** Nothing holds its tasks back any more. */
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

  'task.offer': record({
    kind: Type.Literal('task.offer'),
    ...asked,
    job: JobIdSchema,
    shard,
    /** Who may take the coordinator's place. */
    set: ReplicaSetSchema,
    /** The boot of the executor that is meant: a later one cannot know whether it took the offer up before. */
    executorBoot: count(),
    /** To be refused where it cannot start at once. */
    startsNow: Type.Optional(Type.Boolean()),
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
  /**
   * May this attempt start? For tasks that run at most once. `boot` and `nonce` name the ask, which its sender serves once and
   * within a time of its own (register.md, rule 12).
   */
  'task.ask': record({
    kind: Type.Literal('task.ask'),
    ...asked,
    job: JobIdSchema,
    shard,
    index,
    epoch: count(),
    boot: count(),
    nonce: count(),
  }),
  /** Not granted: the attempt is not, or no longer, the asker's. */
  'task.granted': record({ kind: Type.Literal('task.granted'), ...answers, isGranted: Type.Boolean() }),
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
    /** The executor, where somebody else tells it. */
    ranOn: Type.Optional(NodeIdSchema),
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
  /** Indexes of those it does not hold. Only the boot that was given an attempt knows that it never began. */
  'task.revoked': record({
    kind: Type.Literal('task.revoked'),
    ...answers,
    boot: count(),
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
  /** Under which ballot: whoever was deposed takes nothing back. Without one all tasks of the shard have ended. */
  'task.takenback': record({ kind: Type.Literal('task.takenback'), ...answers, ballot: Type.Optional(ballotNumber) }),

  /**
   * A new coordinator asks what is held of its shards. Whoever answers disowns the rest: offers of lower ballots are void from
   * then on (register.md, rule 10).
   */
  'held.ask': record({
    kind: Type.Literal('held.ask'),
    ...asked,
    shards: list(record({ job: JobIdSchema, shard, ballot: ballotNumber, set: ReplicaSetSchema }), HELD_SHARDS_MAX),
  }),
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
