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
import { shard, TaskRangeSchema, TASKS_MAX } from './range.js';
import { HeadSchema, rank } from './register/head.js';
import { REPLICAS_MAX, ReplicaSetSchema } from './register/replica-set.js';
import { items, selection } from './shard-messages.js';
import { JobSpecSchema, LIMITS } from './spec.js';
import { WishedTermsSchema } from './terms.js';

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

/** What gateways and the coordinators of jobs say to each other. */
export const JOB_MESSAGES = {
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
  'job.cancel': record({
    kind: Type.Literal('job.cancel'),
    ...asked,
    job: JobIdSchema,
    /** Why, where that is to be seen. */
    reason: Type.Optional(text(300)),
  }),
  'job.cancelled': record({
    kind: Type.Literal('job.cancelled'),
    ...answers,
    known: Type.Boolean(),
    tasks: count(TASKS_MAX),
    /** By a survivor without a majority: provisional. */
    degraded: Type.Optional(Type.Boolean()),
  }),
  /** Most replicas of it, or of a shard of it, are to be given up. */
  'job.abandon': record({ kind: Type.Literal('job.abandon'), ...asked, job: JobIdSchema }),
  /**
   * `done`: it is on record that it is cancelled; `begun`: that is under way; `over`: it has ended; `early`: they have not been
   * gone for long; `unsure`: what is left may lack some of it; `whole`: no majority is known to be lost.
   */
  'job.abandoned': record({
    kind: Type.Literal('job.abandoned'),
    ...answers,
    outcome: oneOf('done', 'begun', 'over', 'early', 'unsure', 'whole'),
    /** So many of its replicas are gone, and how long they have still to be. */
    gone: count(REPLICAS_MAX),
    replicas: count(REPLICAS_MAX),
    leftMs: amount(),
    /** Cancelled, or about to be. */
    tasks: count(TASKS_MAX),
    /** By a survivor without a majority: provisional. */
    degraded: Type.Boolean(),
  }),
  /** Nothing more of it is to start, or it may go on. */
  'job.hold': record({ kind: Type.Literal('job.hold'), ...asked, job: JobIdSchema, isHeld: Type.Boolean() }),
  /** It is durable, or too late. */
  'job.held': record({ kind: Type.Literal('job.held'), ...answers, isOver: Type.Boolean() }),
  /** Limits of a job that has not ended, to count from now on: those that are given. */
  'job.update': record({
    kind: Type.Literal('job.update'),
    ...asked,
    job: JobIdSchema,
    maxFails: Type.Optional(count(TASKS_MAX)),
    /** From when its coordinator hears of it, or a time of the wall clock. */
    deadlineMs: Type.Optional(amount(366 * 86_400_000)),
    notAfterMs: Type.Optional(amount()),
    terms: Type.Optional(WishedTermsSchema),
  }),
  /** It is durable, or too late. */
  'job.updated': record({ kind: Type.Literal('job.updated'), ...answers, isOver: Type.Boolean() }),
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
} as const;
