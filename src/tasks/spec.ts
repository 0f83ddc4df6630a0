import { NOTIFY_MAX } from '../kernel/notify.js';
import { PrioritySchema } from '../kernel/priority.js';
import { POLICIES } from '../kernel/policies.js';
import { JobQueueSchema } from '../kernel/queues.js';
import { ResourcesSchema } from '../kernel/resources.js';
import { amount, bytes, count, list, oneOf, record, text, textMap, Type, type Static } from '../kernel/schema.js';
import { StartSchema } from './gate.js';
import { TASKS_MAX } from './range.js';
import { ScheduleSchema } from './schedule.js';

/**
 * Limits of one submission. A spec travels whole in a frame of 1 MiB together with a batch of items, so
 * stdin + argv + env + arguments (specBytesMax) and the items of one shard (shardItemBytesMax) must fit into it side by side.
 */
export const LIMITS = {
  stdinBytesMax: 384 * 1024,
  /** Of a function's arguments as JSON. */
  argsBytesMax: 384 * 1024,
  specBytesMax: 512 * 1024,
  itemBytesMax: 64 * 1024,
  shardItemBytesMax: 384 * 1024,
  shardTasksMax: 256,
  /** A plan of so many shards takes about 300 KiB of the frame that it shares with the spec. */
  shardsMax: 32_768,
  /** A job makes about this many shards a node, so that takeover and balance have small units to work with. */
  shardsPerNode: 4,
} as const;

const IMAGE_MAX = 500;

/** A function of an ES module, called once for each task. */
const FunctionSchema = record({
  /** A path; a relative one is meant from the job's `cwd`. */
  module: text(4096),
  export: text(200),
  /** JSON. */
  args: Type.Optional(text(LIMITS.argsBytesMax)),
  /** What it is called with first: the arguments, the task's index, or its item as a text or as the JSON that it is. */
  input: oneOf('args', 'index', 'text', 'json'),
});

/** Who is told once all of a job has ended. */
const NotifySchema = record({
  /** For /bin/sh -c. */
  command: Type.Optional(text(NOTIFY_MAX.command)),
  /** Takes a POST. */
  url: Type.Optional(text(NOTIFY_MAX.url)),
});

/** What every task of a job runs, and under which promises. */
export const JobSpecSchema = record({
  name: text(200),
  /** Who submitted: scopes idempotency keys. */
  submitter: text(200),
  /** Empty where a function is called. */
  argv: list(text(LIMITS.specBytesMax), 65_536),
  function: Type.Optional(FunctionSchema),
  shell: Type.Boolean(),
  /** What container it runs in; such a job needs one `container`. */
  image: Type.Optional(text(IMAGE_MAX)),
  cwd: Type.Optional(text(4096)),
  env: textMap(4096, LIMITS.specBytesMax),
  stdin: Type.Optional(bytes(LIMITS.stdinBytesMax)),
  needs: ResourcesSchema,
  timeoutMs: Type.Optional(amount(366 * 86_400_000)),
  /** What nodes go by whose queue has the discipline `priority` or `weighted-share`. */
  priority: Type.Optional(PrioritySchema),
  /** The queue of the flock that it is in: what nodes go by whose queue is `capacity`. */
  queue: Type.Optional(JobQueueSchema),
  /** It comes again so often and takes so long: nodes whose queue is `rm` or `dm` take on no more than they keep up with. */
  periodMs: Type.Optional(amount(366 * 86_400_000)),
  runtimeMs: Type.Optional(amount(366 * 86_400_000)),
  /** How often a task that ended `failed` or `timed-out` is started again. */
  retries: count(1000),
  /** Exit codes after which it is; absent: all. One that timed out counts as 124. */
  retryOn: Type.Optional(list(count(255), 256)),
  /** No more tasks are placed at a time. */
  maxParallel: Type.Optional(Type.Integer({ minimum: 1, maximum: TASKS_MAX })),
  /** So many tasks may end badly; with one more the rest is cancelled. */
  maxFails: Type.Optional(count(TASKS_MAX)),
  /** What has not ended so long after the job's creation, or by this time of the wall clock, ends `expired`. */
  deadlineMs: Type.Optional(amount(366 * 86_400_000)),
  notAfterMs: Type.Optional(amount()),
  /** What may become of an attempt whose end is not known: started again, or given up as `interrupted`. */
  contract: oneOf('at-least-once', 'at-most-once'),
  /** The tree of files that each task begins with, in a directory of its own; `cwd` is then meant from there: src/files. */
  upload: Type.Optional(text(64)),
  /** Globs of the files that are kept of each task. */
  outputs: Type.Optional(list(text(1024), 100)),
  /** Placement key: tasks of one key go to the same node while it has room. Default: the shard's id. */
  key: Type.Optional(text(1024)),
  /** How nodes are chosen for its tasks; absent: by the bounded ring. */
  policy: Type.Optional(oneOf(...POLICIES)),
  /** A task for each node that there was, which is its item: it runs there and nowhere else. */
  perNode: Type.Optional(Type.Boolean()),
  /** Nothing of it starts before it is released. */
  held: Type.Optional(Type.Boolean()),
  /** Jobs are made of this one at these times; nothing of it starts itself. */
  schedule: Type.Optional(ScheduleSchema),
  /** Absent: at once. */
  start: Type.Optional(StartSchema),
  /** Whoever accepts the job makes jobs of these that wait for it. */
  notify: Type.Optional(NotifySchema),
  /** It is such a job: it tells of the end of the one that it waits for, by its command, or by a POST to the URL in its place. */
  notice: Type.Optional(oneOf('command', 'url')),
});
export type JobSpec = Static<typeof JobSpecSchema>;
