import { ResourcesSchema } from '../kernel/resources.js';
import type { TaskState as State } from '../kernel/states.js';
import { AFTER_MAX } from '../tasks/gate.js';
import { FunctionSchema, type ProgressView, type TaskResult } from './functions.js';
import { count, list, oneOf, record, text, textMap, Type, type Static } from '../kernel/schema.js';

/**
 * The bodies of the HTTP API, shared by daemon, client and CLI. Times are ISO 8601 in UTC; ids are strings; sizes are
 * bytes. Fields may be added, never renamed.
 */

export type { ProgressView, TaskResult } from './functions.js';

const TasksSchema = Type.Union([
  record({ kind: Type.Literal('single') }),
  /** Indexes first, first + step, … up to last: `--array 1-100:2`. */
  record({ kind: Type.Literal('range'), first: count(2 ** 31), last: count(2 ** 31), step: count(2 ** 31) }),
  /** One task a line, indexes 0, 1, …: `--each-line`. The line is COVEY_ITEM and replaces `{}`. */
  record({ kind: Type.Literal('lines'), lines: list(Type.String(), 1_000_000) }),
]);

/** POST /v1/jobs. The header Idempotency-Key makes a repeat of the same submission the same job. */
export const SubmitBodySchema = record({
  name: Type.Optional(text(200)),
  /** argv; with `shell` one element, run by /bin/sh -c. This or `function`. */
  argv: Type.Optional(list(Type.String(), 65_536)),
  function: Type.Optional(FunctionSchema),
  shell: Type.Optional(Type.Boolean()),
  cwd: Type.Optional(text(4096)),
  env: Type.Optional(textMap(4096, 512 * 1024)),
  /** base64. */
  stdin: Type.Optional(Type.String()),
  needs: Type.Optional(Type.Partial(ResourcesSchema, { additionalProperties: false })),
  tasks: Type.Optional(TasksSchema),
  timeoutMs: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 366 * 86_400_000 })),
  retries: Type.Optional(count(1000)),
  contract: Type.Optional(oneOf('at-least-once', 'at-most-once')),
  key: Type.Optional(text(1024)),
  /** Starts when these jobs have ended so: all of each `ok`, `any` way, or not all of it well (`fail`); else it is cancelled. */
  after: Type.Optional(list(record({ job: text(40), on: oneOf('ok', 'any', 'fail') }), AFTER_MAX)),
  /** Starts no sooner than this after its acceptance. */
  delayMs: Type.Optional(Type.Number({ minimum: 0, maximum: 366 * 86_400_000 })),
  /** ISO 8601: starts no sooner. */
  notBefore: Type.Optional(text(40)),
});
export type SubmitBody = Static<typeof SubmitBodySchema>;

export interface Submitted {
  readonly job: string;
  readonly tasks: number;
  /** `degraded`: by the word of a survivor without a majority; see JobView. */
  readonly durability: { readonly replicas: number; readonly acked: number; readonly degraded: boolean };
  /** True where the idempotency key was known: nothing new was made. */
  readonly existed: boolean;
}

/** How complete an answer is, since no node knows everything: `asked` and `answered` count nodes. */
export interface Completeness {
  readonly partial: boolean;
  readonly asked: number;
  readonly answered: number;
}

/** Jobs whose end a job waits for, and a time before which it does not start. */
export interface WaitsView {
  readonly after: readonly { readonly job: string; readonly on: 'ok' | 'any' | 'fail' }[];
  readonly until: string | null;
}

/** GET /v1/jobs/{id}?waitMs=: answers when the job is terminal or after `waitMs` (at most 60,000), whichever is first. */
export interface JobView {
  readonly job: string;
  readonly name: string;
  readonly state: State;
  readonly tasks: number;
  readonly counts: Readonly<Record<State, number>>;
  readonly submittedAt: string;
  readonly finishedAt: string | null;
  /** 1, and one more for each retry. */
  readonly run: number;
  /** What must come to pass before anything of it starts; null where nothing does. */
  readonly waits: WaitsView | null;
  /** What it waits for, in words, or why it was cancelled, where no user did that. */
  readonly reason: string | null;
  /** A survivor goes on alone with some of it: what it says is provisional until a majority of the replicas is back. */
  readonly degraded: boolean;
  /** What keeps its coordinator from recording anything of it, where it has not ended and that is known. */
  readonly hindrance: string | null;
}

/** How an earlier run of a task ended. */
export interface RunView {
  readonly run: number;
  readonly state: State;
  readonly exitCode: number | null;
  readonly epoch: number | null;
  readonly executor: string | null;
  readonly finishedAt: string | null;
}

export interface TaskView {
  /** JOB/INDEX. */
  readonly id: string;
  readonly index: number;
  readonly state: State;
  /** NodeId of the node that has or had the last attempt. */
  readonly executor: string | null;
  readonly epoch: number | null;
  /** Of this run. */
  readonly attempts: number;
  /** 1, and one more each time that it was retried. */
  readonly run: number;
  /** The last of the runs before, the oldest first. */
  readonly runs: readonly RunView[];
  readonly exitCode: number | null;
  /** `SIGKILL`, … for an exit code over 128, as shells say it. */
  readonly signal: string | null;
  readonly reason: string | null;
  readonly submittedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** What its last attempt wrote; null where that is not known yet. */
  readonly stdoutBytes: number | null;
  readonly stderrBytes: number | null;
  readonly hasResult: boolean;
  /** Provisional: see JobView. */
  readonly degraded: boolean;
}

/** GET /v1/tasks/{id}: with the last bytes of its output (base64) once it is terminal. */
export interface TaskDetail extends TaskView {
  readonly stdoutTail: string;
  readonly stderrTail: string;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  /** What a function that runs last said of itself; null where it has said nothing. */
  readonly progress: ProgressView | null;
}

/** GET /v1/jobs/{id}/results?limit=&after=: by rising index; a page may be shorter than `limit` and yet not the last. */
export interface ResultsPage extends Completeness {
  readonly results: readonly TaskResult[];
  readonly next: number | null;
}

/** GET /v1/jobs?limit=&cursor=&prefix=&state=: newest first. */
export interface JobsPage extends Completeness {
  readonly jobs: readonly JobView[];
  readonly cursor: string | null;
}

/** GET /v1/jobs/{id}. */
export type JobAnswer = JobView & Completeness;

/** GET /v1/jobs/{id}/tasks?limit=&after=&state=&index=: by rising index; `after` is the last index seen. */
export interface TasksPage extends Completeness {
  readonly tasks: readonly TaskView[];
  readonly next: number | null;
}

/** One step of a task's way to its executor. */
export interface PlacementStep {
  readonly node: string;
  readonly what: 'accepted' | 'refused' | 'stolen' | 'lost';
  /** The target's own load and bound when it answered. */
  readonly load?: number;
  readonly bound?: number;
  readonly reason?: string;
}

export interface Candidate {
  readonly node: string;
  /** Place in the ring's order for the key, from 0. */
  readonly order: number;
  readonly load: number;
  readonly bound: number;
  readonly free: number;
  /** Why it cannot be chosen; absent where it can. */
  readonly out?: string;
}

/** GET /v1/tasks/{id}/explain. */
export interface Explanation {
  readonly task: string;
  readonly state: State;
  /** One sentence: why it is where it is. */
  readonly summary: string;
  readonly coordinator: string;
  readonly shard: number;
  readonly key: string;
  readonly path: readonly PlacementStep[];
  readonly candidates: readonly Candidate[];
  readonly waiting: number;
  /** Where a survivor goes on alone: how many of its replicas are gone, and since when no majority was there. */
  readonly degraded: { readonly gone: number; readonly replicas: number; readonly since: string } | null;
}

/** GET /v1/ring?key=: who would hold and run that key, in order. */
export interface RingView {
  readonly key: string;
  readonly hash: number;
  readonly candidates: readonly Candidate[];
}

export interface NodeView {
  readonly id: string;
  readonly state: 'alive' | 'suspect' | 'dead' | 'left';
  readonly self: boolean;
  readonly addresses: readonly string[];
  readonly boot: number;
  readonly version: string;
  readonly cpus: number;
  readonly load: {
    readonly running: number;
    readonly queued: number;
    readonly waiting: number;
    readonly free: number;
  } | null;
  readonly resources: Static<typeof ResourcesSchema>;
  readonly labels: Readonly<Record<string, string>>;
  readonly zone: string;
  readonly draining: boolean;
  readonly rttMs: number | null;
}

/** GET /v1/nodes. */
export interface NodesAnswer {
  readonly nodes: readonly NodeView[];
}

/** GET /v1/node: the daemon that answers. */
export interface SelfView {
  readonly node: string;
  readonly version: string;
  readonly pid: number;
  readonly boot: number;
  readonly listen: readonly string[];
  readonly socket: string;
  readonly http: string | null;
  readonly ready: boolean;
  readonly store: StoreView;
  /** Frames refused, gossip mesh size, queue lengths, peers. */
  readonly stats: Readonly<Record<string, number>>;
  readonly health: readonly { readonly what: string; readonly hint: string }[];
}

/** The store of the daemon that answers: of /healthz, /readyz and GET /v1/node. */
export interface StoreView {
  /** It takes writes; while it does not, the node is not ready and takes no submissions. */
  readonly ok: boolean;
  /** Why it takes none. */
  readonly reason: string | null;
  /** Values with a wrong checksum that were met and still stand. */
  readonly bad: number;
  /** What had been stored was lost, wholly or in part, before this start. */
  readonly loss: boolean;
}

export interface DoctorCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was found. */
  readonly what: string;
  /** What to do; null where nothing is wrong. */
  readonly hint: string | null;
}

/** GET /v1/doctor. */
export interface DoctorAnswer {
  readonly checks: readonly DoctorCheck[];
}

/** POST /v1/jobs/{id}/cancel and /v1/tasks/{id}/cancel: what was asked to end. Committed before it is answered. */
export interface Cancelled {
  readonly job: string;
  readonly cancelled: number;
  /** Committed by a survivor without a majority only: see JobView. */
  readonly degraded: boolean;
}

/** POST /v1/nodes/{id}/drain: what that node still has. */
export interface Draining {
  readonly node: string;
  readonly running: number;
  readonly queued: number;
  /** Results and tasks that it has handed over and nobody has taken down yet. */
  readonly handing: number;
  /** Jobs and shards of which it is a replica, and another node could be. */
  readonly records: number;
  /** Tasks that have not ended and stay on it, since no other node is there to take them. */
  readonly unfinished: number;
}

/**
 * POST /v1/jobs/{id}/retry?failed= and /v1/tasks/{id}/retry: how many tasks have begun their next run, durably. A task that has
 * not ended is passed over in a job, and refused as `conflict` by itself.
 */
export interface Retried {
  readonly job: string;
  readonly retried: number;
}

/** POST /v1/node/leave. */
export interface Leaving {
  readonly leaving: true;
  /** Tasks whose records nobody else can take: they stay on this node's disk, and go on once it is started again. */
  readonly unfinished: number;
}

/** Every error: application/problem+json (RFC 9457) with covey's code and hint. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly hint?: string;
  /** Of a submission whose outcome is not known: what a repeat sends as its header `covey-repeat`. */
  readonly repeat?: string;
}
