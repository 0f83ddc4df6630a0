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
import { JOB_MESSAGES } from './job-messages.js';
import { index, shard } from './range.js';
import { REPLICAS_MAX, ReplicaSetSchema } from './register/replica-set.js';
import { ballotNumber } from './register/version.js';
import { OutcomeSchema } from './record.js';
import { SHARD_MESSAGES } from './shard-messages.js';
import { JobSpecSchema, LIMITS } from './spec.js';

/** Shards in one question of what is held. */
export const HELD_SHARDS_MAX = 256;

const AttemptSchema = record({ index, epoch: count() });

/**
 * What gateways, job homes, shard homes and executors say to each other. A message with `ask` is a request and is sent
 * again until its reply, which names it in `re`; whoever receives one must stand repeats.
 */
export const TASK_MESSAGES = {
  ...JOB_MESSAGES,
  ...SHARD_MESSAGES,

  /** In answer to any request that only a coordinator can serve: it may be one of these, or nobody at the moment. */
  elsewhere: record({ kind: Type.Literal('elsewhere'), ...answers, nodes: list(NodeIdSchema, REPLICAS_MAX) }),

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
    /** When its job is to have ended. */
    dueMs: Type.Optional(amount()),
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
  /** Those of these attempts that have not begun are to be handed back. */
  'task.recall': record({
    kind: Type.Literal('task.recall'),
    ...asked,
    job: JobIdSchema,
    shard,
    tasks: list(AttemptSchema, LIMITS.shardTasksMax),
  }),
  'task.recalled': record({ kind: Type.Literal('task.recalled'), ...answers }),
  /** Indexes of those it does not hold. Only the boot that was given an attempt knows that it never began. */
  'task.revoked': record({
    kind: Type.Literal('task.revoked'),
    ...answers,
    boot: count(),
    unknown: list(index, LIMITS.shardTasksMax),
  }),
  /** The executor has stopped holding these tasks; `to` asked for them by stealing. `preempted`: they ran. */
  'task.handback': record({
    kind: Type.Literal('task.handback'),
    ...asked,
    job: JobIdSchema,
    shard,
    tasks: list(AttemptSchema, LIMITS.shardTasksMax),
    to: Type.Optional(NodeIdSchema),
    preempted: Type.Optional(Type.Boolean()),
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
