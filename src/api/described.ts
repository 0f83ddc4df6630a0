import type { FastifySchema } from 'fastify';
import { record, Type, type TSchema } from '../kernel/schema.js';
import { QueueNameSchema, QueueSettingsSchema } from '../kernel/queues.js';
import { REPEAT_HEADER } from '../kernel/repeat.js';
import * as schema from './schema.js';
import { meaning } from './schema/parts.js';
import { SubmitBodySchema } from './submit-body.js';
import { UpdateBodySchema } from './update-body.js';

interface Description {
  readonly summary: string;
  /** By name, the path's. */
  readonly params?: Readonly<Record<string, TSchema>>;
  /** By name, all that may be given; what they hold is read by the route, which says better what is wrong with it. */
  readonly query?: Readonly<Record<string, TSchema>>;
  readonly headers?: Readonly<Record<string, TSchema>>;
  readonly body?: TSchema;
  readonly status?: number;
  readonly answer: TSchema;
  /** @default 'application/json' */
  readonly type?: string;
}

const JSON_TYPE = 'application/json';
const optional = <T extends TSchema>(description: string, of: T) => Type.Optional(meaning(description, of));
const whole = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });

const JOB = { job: meaning('Id of a job.', Type.String()) };
const TASK = { ...JOB, index: meaning('Index of a task.', whole(0, 2 ** 31)) };
const STATE = optional('Only those in this state.', schema.state());
const FLAG = Type.Unsafe<string>(Type.String({ enum: ['1', '0', 'true', 'false'] }));
const QUEUE = { name: meaning('Letters, digits, and . _ - within.', QueueNameSchema) };
const BLOB = { hash: meaning('SHA-256 of the bytes, in hexadecimal.', Type.String()) };
const FAILED = { failed: optional('Only tasks that ended otherwise than well.', FLAG) };
const KEY = {
  'idempotency-key': optional('A repeat under the same key is the same request.', Type.String()),
};

const PROBLEM = {
  description: 'What went wrong, and what to do.',
  content: { 'application/problem+json': { schema: schema.ProblemSchema } },
};

/** A route's schema: what it takes and gives, in its own test and in openapi.json. */
function described(of: Description): { readonly schema: FastifySchema } {
  const { summary, params, query = {}, headers, body, status = 200, answer, type = JSON_TYPE } = of;
  const given = { description: summary, content: { [type]: { schema: answer } } };
  return {
    schema: {
      ...{ summary, querystring: record({ ...query }) },
      ...(params ? { params: record({ ...params }) } : {}),
      ...(headers ? { headers: Type.Object({ ...headers }) } : {}),
      ...(body ? { body } : {}),
      response: { [status]: given, '4xx': PROBLEM, '5xx': PROBLEM },
    },
  };
}

export const ROUTES = {
  submit: described({
    summary: 'Submits a job; answered once it is durable.',
    headers: { ...KEY, [REPEAT_HEADER]: optional('What an earlier try was told to send along.', Type.String()) },
    body: SubmitBodySchema,
    status: 202,
    answer: schema.SubmittedSchema,
  }),
  jobs: described({
    summary: 'Jobs, newest first.',
    query: {
      limit: optional('Jobs on a page.', whole(1, 1000)),
      cursor: optional('Of the page before.', Type.String()),
      prefix: optional('Only ids that begin so.', Type.String()),
      state: STATE,
      after: optional('Only jobs that wait, or have waited, for the end of this one.', Type.String()),
    },
    answer: schema.JobsPageSchema,
  }),
  job: described({
    summary: 'How a job stands.',
    params: JOB,
    query: { waitMs: optional('Answers when the job has ended, or after that time.', whole(0, 60_000)) },
    answer: schema.JobAnswerSchema,
  }),
  tasks: described({
    summary: 'Tasks of a job, by rising index.',
    params: JOB,
    query: {
      limit: optional('Tasks on a page.', whole(1, 1000)),
      after: optional('The last index seen.', whole(-1, 2 ** 31)),
      state: STATE,
    },
    answer: schema.TasksPageSchema,
  }),
  missingBlobs: described({
    summary: 'Which blobs the daemon that answers has not.',
    body: schema.HashesSchema,
    answer: schema.MissingBlobsSchema,
  }),
  putBlob: described({
    summary:
      'Takes a blob in, which is durable once this is answered: on this node, and on others once a job that needs it is submitted.',
    params: BLOB,
    status: 201,
    answer: schema.DoneSchema,
  }),
  getBlob: described({
    summary: 'The bytes of a blob, from whichever node has it.',
    params: BLOB,
    query: { tree: optional('The list of files that it stands in: where to look first.', Type.String()) },
    type: 'application/octet-stream',
    answer: Type.Unsafe<Uint8Array>({ type: 'string', format: 'binary' }),
  }),
  results: described({
    summary: 'What the functions of a job have returned, by rising index.',
    params: JOB,
    query: {
      limit: optional('Results on a page.', whole(1, 1000)),
      after: optional('The last index seen.', whole(-1, 2 ** 31)),
    },
    answer: schema.ResultsPageSchema,
  }),
  cancelJob: described({ summary: 'Ends a job.', params: JOB, answer: schema.CancelledSchema }),
  abandonJob: described({
    ...{ summary: 'Ends a job of which most replicas, or most of a part of it, are dead for good.', params: JOB },
    answer: schema.CancelledSchema,
  }),
  hold: described({
    ...{ summary: 'Nothing more of a job starts; what runs goes on.', params: JOB },
    answer: schema.HoldingSchema,
  }),
  release: described({ summary: 'A job that was held goes on.', params: JOB, answer: schema.HoldingSchema }),
  update: described({
    ...{ summary: 'Changes limits of a job that has not ended: those that are given.', params: JOB },
    ...{ body: UpdateBodySchema, answer: schema.UpdatedSchema },
  }),
  retryJob: described({
    ...{ summary: 'Runs tasks of a job again that have ended.', params: JOB, query: FAILED, headers: KEY },
    answer: schema.RetriedSchema,
  }),
  task: described({ summary: 'How a task stands.', params: TASK, answer: schema.TaskDetailSchema }),
  result: described({
    summary: 'What the function of a task has returned; 404 where it has no result, or none yet.',
    params: TASK,
    answer: schema.TaskResultSchema,
  }),
  cancelTask: described({ summary: 'Ends a task.', params: TASK, answer: schema.CancelledSchema }),
  retryTask: described({
    ...{ summary: 'Runs a task again that has ended.', params: TASK, query: FAILED, headers: KEY },
    answer: schema.RetriedSchema,
  }),
  explain: described({ summary: 'Why a task is where it is.', params: TASK, answer: schema.ExplanationSchema }),
  logs: described({
    summary: 'One output stream of a task, as it is.',
    params: TASK,
    query: {
      stream: optional('stdout unless named.', Type.Unsafe<string>(Type.String({ enum: ['stdout', 'stderr'] }))),
      offset: optional('Bytes to skip.', whole(0, Number.MAX_SAFE_INTEGER)),
      follow: optional('Goes on until the task has ended.', FLAG),
      at: optional('The attempt of which `offset` is, as a frame called it.', Type.String()),
    },
    answer: Type.String({ format: 'binary' }),
    type: 'application/octet-stream',
  }),
  events: described({
    summary: 'Changes as they happen: server-sent events, each with an id to resume after.',
    query: { job: optional('Those of one job, whichever nodes hold it; else those of this node.', Type.String()) },
    headers: { 'last-event-id': optional('Goes on after this event.', Type.String()) },
    answer: schema.FlockEventSchema,
    type: 'text/event-stream',
  }),
  nodes: described({ summary: 'Every member of the flock.', answer: schema.NodesAnswerSchema }),
  ring: described({
    summary: 'Who would hold and run a key, in order.',
    query: { key: Type.String({ minLength: 1 }) },
    answer: schema.RingViewSchema,
  }),
  drain: described({
    summary: 'Has a node take no work any more; answers what it still has.',
    params: { node: meaning('Its id, or a unique beginning or end of that.', Type.String()) },
    query: { begin: optional('false only asks.', FLAG) },
    answer: schema.DrainingSchema,
  }),
  queues: described({ summary: 'The queues of the flock.', answer: schema.QueuesAnswerSchema }),
  setQueue: described({
    summary: 'Makes a queue, or sets all of it anew.',
    params: QUEUE,
    body: QueueSettingsSchema,
    answer: schema.QueueViewSchema,
  }),
  removeQueue: described({
    summary: 'Removes a queue; jobs that are in it go on.',
    params: QUEUE,
    answer: schema.QueueRemovedSchema,
  }),
  self: described({ summary: 'The daemon that answers.', answer: schema.SelfViewSchema }),
  leave: described({ summary: 'The daemon that answers begins to leave.', answer: schema.LeavingSchema }),
  doctor: described({ summary: 'What the daemon finds of itself and around it.', answer: schema.DoctorAnswerSchema }),
  health: described({ summary: 'It lives, whatever its disk does.', answer: schema.HealthSchema }),
  readiness: described({
    summary: 'It takes submissions; 503 while it does not.',
    answer: schema.ReadinessSchema,
  }),
};
