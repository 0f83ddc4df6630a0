import { record, oneOf, Type } from '../../kernel/schema.js';
import { POLICIES } from '../../kernel/policies.js';
import { TASK_STATES, type TaskState } from '../../kernel/states.js';
import { completeness, integer, meaning, nullable, string, time, type View } from './parts.js';

export const state = () => oneOf(...TASK_STATES);

export const CompletenessSchema = record(completeness);
export interface Completeness extends View<typeof CompletenessSchema> {}

export const SubmittedSchema = record({
  job: string(),
  tasks: integer(),
  durability: record({
    replicas: integer(),
    acked: integer(),
    degraded: meaning('By the word of a survivor without a majority; see the same field of a job.', Type.Boolean()),
  }),
  existed: meaning('The idempotency key was known: nothing new was made.', Type.Boolean()),
});
export interface Submitted extends View<typeof SubmittedSchema> {}

const ParentViewSchema = record({ job: string(), on: oneOf('ok', 'any', 'fail') });

const WaitsViewSchema = record({
  after: Type.Array(ParentViewSchema),
  until: nullable(time()),
});
/** Jobs whose end a job waits for, and a time before which it does not start. */
export interface WaitsView extends View<typeof WaitsViewSchema> {}

const ScheduleViewSchema = record({
  cron: string(),
  zone: string(),
  overlap: oneOf('allow', 'skip', 'replace'),
  missed: oneOf('run', 'skip'),
  lastAt: nullable(time()),
  lastJob: nullable(string()),
});
/** When jobs are made of a job; the next time stands in its `waits`. */
export interface ScheduleView extends View<typeof ScheduleViewSchema> {}

const LimitsViewSchema = record({
  timeoutMs: nullable(Type.Number()),
  priority: integer(),
  maxParallel: nullable(integer()),
  maxFails: nullable(integer()),
  retries: integer(),
  retryOn: meaning('Exit codes; null: any.', nullable(Type.Array(integer()))),
  deadline: nullable(time()),
});
/** Limits of a job, as they count now. */
export interface LimitsView extends View<typeof LimitsViewSchema> {}

const job = {
  job: string(),
  name: string(),
  state: state(),
  tasks: integer(),
  counts: meaning(
    'How many tasks are in each state.',
    record(Object.fromEntries(TASK_STATES.map((name) => [name, integer()])) as Record<TaskState, Type.TInteger>),
  ),
  submittedAt: time(),
  finishedAt: nullable(time()),
  run: meaning('1, and one more for each retry.', integer()),
  after: meaning('All the jobs that it waits for, or has waited for.', Type.Array(ParentViewSchema)),
  waits: meaning('What must come to pass before anything of it starts.', nullable(WaitsViewSchema)),
  schedule: meaning('Of a schedule: its times, and the last job that it made.', nullable(ScheduleViewSchema)),
  limits: meaning('Those that count now; null where it has none, or has ended.', nullable(LimitsViewSchema)),
  held: meaning('Somebody holds it back: nothing more of it starts.', Type.Boolean()),
  reason: meaning(
    'What it waits for, in words, or why the rest of it was cancelled or expired, where no user did that.',
    nullable(string()),
  ),
  degraded: meaning(
    'A survivor goes on alone with some of it: provisional until a majority of the replicas is back.',
    Type.Boolean(),
  ),
  hindrance: meaning('What keeps its coordinator from recording anything of it.', nullable(string())),
};
const JobViewSchema = record(job);
export interface JobView extends View<typeof JobViewSchema> {}

export const JobAnswerSchema = record({ ...job, ...completeness });
export interface JobAnswer extends View<typeof JobAnswerSchema> {}

export const JobsPageSchema = record({
  jobs: Type.Array(JobViewSchema),
  cursor: meaning('Where the next page begins.', nullable(string())),
  ...completeness,
});
/** Newest first. */
export interface JobsPage extends View<typeof JobsPageSchema> {}

const RunViewSchema = record({
  run: integer(),
  state: state(),
  exitCode: nullable(integer()),
  epoch: nullable(integer()),
  executor: nullable(string()),
  finishedAt: nullable(time()),
});
/** How an earlier run of a task ended. */
export interface RunView extends View<typeof RunViewSchema> {}

const task = {
  id: meaning('JOB/INDEX', string()),
  index: integer(),
  state: state(),
  executor: meaning('The node that has or had the last attempt.', nullable(string())),
  epoch: nullable(integer()),
  attempts: meaning('Of this run.', integer()),
  run: meaning('1, and one more each time that it was retried.', integer()),
  runs: meaning('The last of the runs before, the oldest first.', Type.Array(RunViewSchema)),
  exitCode: nullable(integer()),
  signal: meaning('SIGKILL, … for an exit code over 128, as shells say it.', nullable(string())),
  reason: nullable(string()),
  submittedAt: time(),
  startedAt: nullable(time()),
  finishedAt: nullable(time()),
  stdoutBytes: meaning('What its last attempt wrote; null where that is not known yet.', nullable(integer())),
  stderrBytes: nullable(integer()),
  cpuMs: meaning('CPU time of its last attempt in milliseconds; null where that is not known.', nullable(integer())),
  peakBytes: meaning('The most memory that its last attempt was seen to have.', nullable(integer())),
  hasResult: meaning('Its function has returned something: /v1/tasks/{id}/result.', Type.Boolean()),
  outputs: meaning('The tree of the files that it left: /v1/blobs/{hash}.', nullable(string())),
  degraded: meaning('Provisional: see the same field of a job.', Type.Boolean()),
};
const TaskViewSchema = record(task);
export interface TaskView extends View<typeof TaskViewSchema> {}

const ProgressViewSchema = record({ fraction: meaning('0..1', nullable(Type.Number())), text: nullable(string()) });

export const TaskDetailSchema = record({
  ...task,
  stdoutTail: meaning('The last bytes of its output, base64, once it is terminal.', string()),
  stderrTail: string(),
  stdoutBytes: integer(),
  stderrBytes: integer(),
  progress: meaning('What a function that runs last said of itself, if it has.', nullable(ProgressViewSchema)),
});
/** A task with the last bytes of its output (base64) once it is terminal. */
export interface TaskDetail extends View<typeof TaskDetailSchema> {}

export const TasksPageSchema = record({
  tasks: Type.Array(TaskViewSchema),
  next: meaning('The index after which the next page begins.', nullable(integer())),
  ...completeness,
});
/** By rising index. */
export interface TasksPage extends View<typeof TasksPageSchema> {}

export const CancelledSchema = record({
  job: string(),
  cancelled: meaning('How many tasks were asked to end; committed before this is answered.', integer()),
  degraded: meaning('Committed by a survivor without a majority only.', Type.Boolean()),
});
export interface Cancelled extends View<typeof CancelledSchema> {}

export const HoldingSchema = record({ job: string(), held: meaning('Never of a job that has ended.', Type.Boolean()) });
/** Committed before it is answered: nothing more of a held job starts. */
export interface Holding extends View<typeof HoldingSchema> {}

export const UpdatedSchema = record({ job: string() });
/** Committed before it is answered: the limits that were given count from now on. */
export interface Updated extends View<typeof UpdatedSchema> {}

export const RetriedSchema = record({
  job: string(),
  retried: meaning('How many tasks have begun their next run, durably.', integer()),
});
/** A task that has not ended is passed over in a job, and refused as `conflict` by itself. */
export interface Retried extends View<typeof RetriedSchema> {}

const PlacementStepSchema = record({
  node: string(),
  what: oneOf('accepted', 'refused', 'stolen', 'preempted', 'lost'),
  load: Type.Optional(meaning("The target's own load and bound when it answered.", Type.Number())),
  bound: Type.Optional(Type.Number()),
  reason: Type.Optional(string()),
});
/** One step of a task's way to its executor. */
export interface PlacementStep extends View<typeof PlacementStepSchema> {}

export const CandidateSchema = record({
  node: string(),
  order: meaning("Place in the ring's order for the key, from 0.", integer()),
  load: Type.Number(),
  bound: Type.Number(),
  free: Type.Number(),
  speed: meaning('Of one of its cores beside others: 1 is a usual one.', Type.Number()),
  score: Type.Optional(meaning('By the policy of the task: see `scored`; absent where there is none.', Type.Number())),
  out: Type.Optional(meaning('Why it cannot be chosen; absent where it can.', string())),
});
export interface Candidate extends View<typeof CandidateSchema> {}

export const ExplanationSchema = record({
  task: string(),
  state: state(),
  summary: meaning('Why it is where it is.', string()),
  coordinator: string(),
  shard: integer(),
  key: string(),
  path: Type.Array(PlacementStepSchema),
  candidates: Type.Array(CandidateSchema),
  filtered: meaning(
    'All members by what keeps them from taking it now; null where nothing does.',
    Type.Array(record({ nodes: integer(), out: nullable(string()) })),
  ),
  scored: meaning(
    'What the scores of the candidates are, and the coordinator would choose by now; null where it does not say, nothing is to be chosen, or chance decides.',
    nullable(
      record({
        policy: oneOf(...POLICIES),
        what: meaning('What is measured, with its unit.', string()),
        best: meaning('Which of those that take the task is picked.', oneOf('least', 'greatest')),
        among: meaning('drawn: the best of a few that are drawn.', oneOf('all', 'drawn')),
      }),
    ),
  ),
  queue: meaning(
    'Where it stands in the queue of its node, from 1, by which discipline; null where it does not wait there.',
    nullable(record({ discipline: string(), position: integer(), queued: integer() })),
  ),
  waiting: meaning('Tasks that wait at its coordinator for a node with room.', integer()),
  learntMs: meaning(
    'How long tasks of its name have taken at its coordinator of late, at speed 1; null where none has, or it has ended.',
    nullable(Type.Number()),
  ),
  degraded: meaning(
    'Where a survivor goes on alone: how many of its replicas are gone, and since when no majority was there.',
    nullable(record({ gone: integer(), replicas: integer(), since: time() })),
  ),
});
export interface Explanation extends View<typeof ExplanationSchema> {}
