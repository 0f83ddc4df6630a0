import { PrioritySchema } from '../kernel/priority.js';
import { POLICIES } from '../kernel/policies.js';
import { QueueNameSchema } from '../kernel/queues.js';
import { ResourcesSchema } from '../kernel/resources.js';
import { count, list, oneOf, oneOfKinds, record, text, textMap, Type, type Static } from '../kernel/schema.js';
import { AFTER_MAX } from '../tasks/gate.js';
import { NOTIFY_MAX } from '../kernel/notify.js';

const TasksSchema = oneOfKinds(
  record({ kind: Type.Literal('single') }),
  /** Indexes first, first + step, … up to last: `--array 1-100:2`. */
  record({ kind: Type.Literal('range'), first: count(2 ** 31), last: count(2 ** 31), step: count(2 ** 31) }),
  /** One task a line, indexes 0, 1, …: `--each-line`. The line is COVEY_ITEM and replaces `{}`. */
  record({ kind: Type.Literal('lines'), lines: list(Type.String(), 1_000_000) }),
);

/** A function in place of a command; it is called once for each task, in a worker thread: docs/functions.md. */
const FunctionSchema = record({
  /** Path of an ES module; a relative one is meant from `cwd`. */
  module: Type.String({ minLength: 1, maxLength: 4096 }),
  /** @default 'default' */
  export: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  /** Any JSON: what it is called with where there is no array, else `context.args`. */
  args: Type.Optional(Type.Unknown()),
  /** How the lines of an array are meant: as texts, or each as the JSON that it is. @default 'text' */
  items: Type.Optional(oneOf('text', 'json')),
});

/** POST /v1/jobs. The header Idempotency-Key makes a repeat of the same submission the same job. */
export const SubmitBodySchema = record({
  name: Type.Optional(text(200)),
  /** argv; with `shell` one element, run by /bin/sh -c. This or `function`. */
  argv: Type.Optional(list(Type.String(), 65_536)),
  function: Type.Optional(FunctionSchema),
  shell: Type.Optional(Type.Boolean()),
  /** Each task runs in a container of this image, on a node that has podman or docker. */
  image: Type.Optional(text(500)),
  cwd: Type.Optional(text(4096)),
  env: Type.Optional(textMap(4096, 512 * 1024)),
  /** base64. */
  stdin: Type.Optional(Type.String()),
  needs: Type.Optional(Type.Partial(ResourcesSchema, { additionalProperties: false })),
  tasks: Type.Optional(TasksSchema),
  timeoutMs: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 366 * 86_400_000 })),
  /** What nodes go by whose queue has the discipline `priority` or `weighted-share`. @default 0 */
  priority: Type.Optional(PrioritySchema),
  /** A queue of the flock, for nodes whose queue is `capacity`. */
  queue: Type.Optional(QueueNameSchema),
  /** Such tasks come again so often, and each takes at most so long: for nodes whose queue is `rm` or `dm`. Both or none. */
  periodMs: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 366 * 86_400_000 })),
  runtimeMs: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 366 * 86_400_000 })),
  retries: Type.Optional(count(1000)),
  /** Exit codes after which a task is started again, 124 standing for a timeout; without them all. */
  retryOn: Type.Optional(list(count(255), 256)),
  /** No more tasks run at a time. */
  maxParallel: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  /** Once more tasks than this have ended badly the rest is cancelled. */
  maxFails: Type.Optional(count(1_000_000)),
  /** What has not ended so long after its acceptance, or by this time (ISO 8601), ends `expired`. */
  deadlineMs: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 366 * 86_400_000 })),
  notAfter: Type.Optional(text(40)),
  contract: Type.Optional(oneOf('at-least-once', 'at-most-once')),
  /** The tree of files that each task begins with, whose blobs were PUT; `cwd` and `module` are then meant from there. */
  upload: Type.Optional(text(64)),
  /** Globs of the files that are kept of each task that ends well, within its working directory. */
  outputs: Type.Optional(list(text(1024), 100)),
  /** Jobs are made of this one at the times of a cron expression; it never ends by itself, and nothing of it starts. */
  schedule: Type.Optional(
    record({
      cron: text(200),
      /** IANA time zone. @default UTC */
      zone: Type.Optional(text(100)),
      /** When the job before has not ended. @default skip */
      overlap: Type.Optional(oneOf('allow', 'skip', 'replace')),
      /** Whether a job is made for the last time that was missed. @default run */
      missed: Type.Optional(oneOf('run', 'skip')),
    }),
  ),
  /** Nothing of it starts before it is released. */
  held: Type.Optional(Type.Boolean()),
  /** One task for each node that is there and has enough for it: it runs there and nowhere else, and its item names it. */
  perNode: Type.Optional(Type.Boolean()),
  key: Type.Optional(text(1024)),
  /** How nodes are chosen for its tasks: docs/policies.md. @default that of the node that takes the submission */
  policy: Type.Optional(oneOf(...POLICIES)),
  /** Starts when these jobs have ended so: all of each `ok`, `any` way, or not all of it well (`fail`); else it is cancelled. */
  after: Type.Optional(list(record({ job: text(40), on: oneOf('ok', 'any', 'fail') }), AFTER_MAX)),
  /** Starts no sooner than this after its acceptance. */
  delayMs: Type.Optional(Type.Number({ minimum: 0, maximum: 366 * 86_400_000 })),
  /** ISO 8601: starts no sooner. */
  notBefore: Type.Optional(text(40)),
  /** Who is told when all of it has ended, however it ended: docs/jobs.md. */
  notify: Type.Optional(
    record({
      /** For /bin/sh -c, with COVEY_JOB, COVEY_STATE and others in its environment. */
      command: Type.Optional(text(NOTIFY_MAX.command)),
      /** http or https: takes a POST. */
      url: Type.Optional(text(NOTIFY_MAX.url)),
    }),
  ),
});
export type SubmitBody = Static<typeof SubmitBodySchema>;
