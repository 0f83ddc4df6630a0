import { DISCIPLINE_NAMES } from '../kernel/disciplines.js';
import { POLICIES } from '../kernel/policies.js';
import { ResourcesSchema } from '../kernel/resources.js';
import {
  amount,
  answers,
  asked,
  bytes,
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
import { TASK_STATES } from '../kernel/states.js';
import { CHANGES_MAX, ChangeSchema } from './change.js';
import { AFTER_MAX, ParentSchema, WaitsSchema } from './gate.js';
import { PlanSchema } from './job-messages.js';
import { ScheduleInfoSchema } from './schedule.js';
import { CountsSchema } from './shard-messages.js';
import { LimitsInfoSchema } from './terms.js';
import { index, shard, TaskRangeSchema, TASKS_MAX } from './range.js';
import { PATH_STEPS_MAX, RESULT_MAX, RUNS_MAX, RunSchema, StepSchema, TAIL_BYTES_MAX, UsageSchema } from './record.js';
import { REPLICAS_MAX, ReplicaSetSchema } from './register/replica-set.js';
import { LIMITS } from './spec.js';

export const JobInfoSchema = record({
  job: JobIdSchema,
  name: text(200),
  state: oneOf(...TASK_STATES),
  tasks: count(TASKS_MAX),
  counts: CountsSchema,
  createdAtMs: amount(),
  finishedAtMs: Type.Optional(amount()),
  /** 1, and one more for each retry. */
  run: Type.Optional(count()),
  /** Somebody holds it back. */
  held: Type.Optional(Type.Boolean()),
  /** Where it is one. */
  schedule: Type.Optional(ScheduleInfoSchema),
  /** All the jobs that it waits for, or has waited for. */
  after: Type.Optional(list(ParentSchema, AFTER_MAX)),
  /** While nothing of it may start yet. */
  waits: Type.Optional(WaitsSchema),
  /** By which nodes are chosen for its tasks, where it names one. */
  policy: Type.Optional(oneOf(...POLICIES)),
  /** A task on each node: nothing is chosen. */
  perNode: Type.Optional(Type.Boolean()),
  /** Those that it has, until it has ended. */
  limits: Type.Optional(LimitsInfoSchema),
  /** Why it was cancelled, where no user did that. */
  reason: Type.Optional(text(300)),
  /** A survivor without a majority says so, of the job or of a shard: it may be taken back. */
  degraded: Type.Optional(Type.Boolean()),
  /** What keeps its coordinator from recording anything of it, where it has not ended. */
  hindrance: Type.Optional(text(1000)),
});
export type JobInfo = Static<typeof JobInfoSchema>;

export const TaskInfoSchema = record({
  index,
  state: oneOf(...TASK_STATES),
  epoch: count(),
  executor: Type.Optional(NodeIdSchema),
  attempts: count(),
  exitCode: Type.Optional(count(255)),
  reason: Type.Optional(text(1000)),
  startedAtMs: Type.Optional(amount()),
  finishedAtMs: Type.Optional(amount()),
  /** Absent: the first run. */
  run: Type.Optional(count()),
  /** How earlier runs ended, the oldest first. */
  runs: Type.Optional(list(RunSchema, RUNS_MAX)),
  /** What its last attempt wrote; absent until that has ended. */
  stdoutBytes: Type.Optional(count()),
  stderrBytes: Type.Optional(count()),
  /** A function runs, and may say how far it is. */
  isCall: Type.Optional(Type.Boolean()),
  /** A function has returned something that is kept. */
  hasResult: Type.Optional(Type.Boolean()),
  /** The tree of the files that it left. */
  outputs: Type.Optional(text(64)),
  /** What its last attempt took. */
  usage: Type.Optional(UsageSchema),
  /** That, as JSON, where it was asked for. */
  result: Type.Optional(text(RESULT_MAX)),
  /** By the word of a survivor without a majority: it may be taken back. */
  degraded: Type.Optional(Type.Boolean()),
});
export type TaskInfo = Static<typeof TaskInfoSchema>;

/** Where a task stands among those that wait at a node, in the order of its discipline: from 1. */
const QueuePlaceSchema = record({ discipline: oneOf(...DISCIPLINE_NAMES), position: count(), queued: count() });
export type QueuePlace = Static<typeof QueuePlaceSchema>;

/** How far a running task says it is. */
const ProgressSchema = record({
  /** 0..1. */
  fraction: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  text: Type.Optional(text(200)),
});
export type Progress = Static<typeof ProgressSchema>;

/** More nodes that fail are not told of. */
export const SHUNNED_MAX = 64;

const ShunnedSchema = record({
  node: NodeIdSchema,
  ended: count(),
  failed: count(),
  forMs: Type.Optional(amount()),
});

/** More of one task: where it went and what it last said. */
export const TaskMoreSchema = record({
  path: list(StepSchema, PATH_STEPS_MAX),
  key: text(1024),
  /** What the task needs, while it lives. */
  needs: Type.Optional(ResourcesSchema),
  /** Where a survivor goes on alone: how many of its replicas are gone, since when too many, and how many would be enough. */
  degraded: Type.Optional(
    record({
      gone: count(REPLICAS_MAX),
      replicas: count(REPLICAS_MAX),
      missing: count(REPLICAS_MAX),
      sinceMs: amount(),
    }),
  ),
  /** Where it has not ended: what keeps its coordinator from recording anything of it. */
  hindrance: Type.Optional(text(1000)),
  /** Where it has not ended: what became of its last attempt is known, and is about to be recorded. */
  isCommitting: Type.Optional(Type.Boolean()),
  /** It may not start before that is recorded. */
  isAtMostOnce: Type.Optional(Type.Boolean()),
  /** Nodes that get nothing of its coordinator, since they fail what others do. */
  shunned: Type.Optional(list(ShunnedSchema, SHUNNED_MAX)),
  /** How long tasks of its name have taken at its coordinator of late, at speed 1; where some have. */
  learntMs: Type.Optional(amount()),
  /** Tasks that wait at this shard's home, of all its shards. */
  waiting: count(),
  /** What a function returned, as JSON. */
  result: Type.Optional(text(RESULT_MAX)),
  stdoutTail: bytes(TAIL_BYTES_MAX),
  stderrTail: bytes(TAIL_BYTES_MAX),
  stdoutBytes: count(),
  stderrBytes: count(),
});
export type TaskMore = Static<typeof TaskMoreSchema>;

/** More nodes that a policy has scored are not told of. */
const SCORES_MAX = 20;

/** What gateways ask on behalf of clients. Repeats are harmless: nothing here changes anything. */
export const QUERY_MESSAGES = {
  /** Held until the job is terminal or `waitMs` has passed. */
  'query.job': record({ kind: Type.Literal('query.job'), ...asked, job: JobIdSchema, waitMs: count(60_000) }),
  'query.job-told': record({
    kind: Type.Literal('query.job-told'),
    ...answers,
    /** It was finished, and let go of. */
    isGone: Type.Optional(Type.Boolean()),
    found: Type.Optional(
      record({
        info: JobInfoSchema,
        digest: text(64),
        range: TaskRangeSchema,
        plan: PlanSchema,
        cancelled: Type.Boolean(),
        expired: Type.Optional(Type.Boolean()),
        /** Where the job itself is. */
        set: ReplicaSetSchema,
        /** Told by a survivor of that set, without a majority. */
        isAlone: Type.Optional(Type.Boolean()),
      }),
    ),
  }),
  /** Jobs whose home this is, newest first, older than `beforeMs`; of those made right then, the ids before `beforeJob`. */
  'query.jobs': record({
    kind: Type.Literal('query.jobs'),
    ...asked,
    prefix: text(40),
    state: Type.Optional(oneOf(...TASK_STATES)),
    /** Only those that wait, or have waited, for this one. */
    after: Type.Optional(JobIdSchema),
    beforeMs: Type.Optional(amount()),
    beforeJob: Type.Optional(JobIdSchema),
    limit: count(1000),
  }),
  'query.jobs-told': record({ kind: Type.Literal('query.jobs-told'), ...answers, jobs: list(JobInfoSchema, 1000) }),
  /** Tasks of one shard with an index over `after`, by rising index. */
  'query.tasks': record({
    kind: Type.Literal('query.tasks'),
    ...asked,
    job: JobIdSchema,
    shard,
    after: Type.Integer({ minimum: -1, maximum: 2 ** 31 }),
    state: Type.Optional(oneOf(...TASK_STATES)),
    limit: count(LIMITS.shardTasksMax),
    withResults: Type.Optional(Type.Boolean()),
  }),
  'query.tasks-told': record({
    kind: Type.Literal('query.tasks-told'),
    ...answers,
    found: Type.Boolean(),
    tasks: list(TaskInfoSchema, LIMITS.shardTasksMax),
    /** Results have filled it: the next tasks are to be asked for again. */
    isCut: Type.Optional(Type.Boolean()),
  }),
  /** How far an attempt is, of the node that runs it; or where it stands in the queue of that. */
  'query.progress': record({ kind: Type.Literal('query.progress'), ...asked, job: JobIdSchema, index, epoch: count() }),
  'query.progress-told': record({
    kind: Type.Literal('query.progress-told'),
    ...answers,
    progress: Type.Optional(ProgressSchema),
    queue: Type.Optional(QueuePlaceSchema),
  }),
  /** How the node that is asked would choose one for such a task. */
  'query.scores': record({
    kind: Type.Literal('query.scores'),
    ...asked,
    policy: Type.Optional(oneOf(...POLICIES)),
    key: text(1024),
    name: text(200),
    needs: ResourcesSchema,
  }),
  'query.scores-told': record({
    kind: Type.Literal('query.scores-told'),
    ...answers,
    policy: oneOf(...POLICIES),
    measure: Type.Optional(record({ what: text(200), best: oneOf('least', 'greatest'), among: oneOf('all', 'drawn') })),
    /** Of those that take the task, the best first, then of others. */
    scores: list(record({ node: NodeIdSchema, score: Type.Number() }), SCORES_MAX),
  }),
  'query.task': record({ kind: Type.Literal('query.task'), ...asked, job: JobIdSchema, shard, index }),
  'query.task-told': record({
    kind: Type.Literal('query.task-told'),
    ...answers,
    found: Type.Optional(record({ info: TaskInfoSchema, more: TaskMoreSchema })),
  }),
  /** Output of an attempt, from the node that ran it. */
  'query.output': record({
    kind: Type.Literal('query.output'),
    ...asked,
    job: JobIdSchema,
    index,
    epoch: count(),
    stream: oneOf('stdout', 'stderr'),
    offset: count(),
    limit: count(256 * 1024),
    waitMs: count(60_000),
  }),
  'query.output-told': record({
    kind: Type.Literal('query.output-told'),
    ...answers,
    found: Type.Optional(record({ data: bytes(256 * 1024), offset: count(), eof: Type.Boolean() })),
  }),
  /**
   * Changes that a node has seen as a coordinator: those after number `after` of its start `boot`, or of any number where that is
   * 0, no older than `sinceMs`; held until there is one, or `waitMs` has passed. Without `sinceMs` only the last number is told.
   */
  'query.changes': record({
    kind: Type.Literal('query.changes'),
    ...asked,
    job: Type.Optional(JobIdSchema),
    boot: count(),
    after: count(),
    sinceMs: Type.Optional(amount()),
    waitMs: count(60_000),
  }),
  'query.changes-told': record({
    kind: Type.Literal('query.changes-told'),
    ...answers,
    boot: count(),
    /** The number of the last change that was looked at. */
    next: count(),
    /** Some that were asked for are forgotten, or were seen by an earlier start. */
    isGap: Type.Boolean(),
    changes: list(ChangeSchema, CHANGES_MAX),
  }),
} as const;

type Schemas = typeof QUERY_MESSAGES;
export type QueryMessages = { [K in keyof Schemas]: Static<Schemas[K]> };
export type QueryMessage = QueryMessages[keyof QueryMessages];
