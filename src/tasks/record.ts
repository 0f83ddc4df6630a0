import { amount, bytes, count, list, NodeIdSchema, oneOf, record, text, Type, type Static } from '../kernel/schema.js';

/** Bytes of each output stream kept with a task's outcome, so that they outlive the executor. */
export const TAIL_BYTES_MAX = 4096;

/** Characters of a function's result, kept with its outcome: one record stays small beside a frame of 1 MiB, also in UTF-8. */
export const RESULT_MAX = 64 * 1024;

/** Steps of a task's way kept for `explain`; later ones push out the oldest. */
export const PATH_STEPS_MAX = 12;

/** One step of a task's way to its executor. */
export const StepSchema = record({
  node: NodeIdSchema,
  what: oneOf('accepted', 'refused', 'stolen', 'preempted', 'lost'),
  load: Type.Optional(amount()),
  bound: Type.Optional(amount()),
  reason: Type.Optional(text(300)),
});
export type Step = Static<typeof StepSchema>;

/** What an attempt took of its machine, as far as that is known. */
export const UsageSchema = record({ cpuMs: Type.Optional(count()), peakBytes: Type.Optional(count()) });

/** How an attempt ended, as its executor tells it. `lost`: it never came to an end of its own; it may be started again. */
export const OutcomeSchema = record({
  how: oneOf('succeeded', 'failed', 'timed-out', 'cancelled', 'lost'),
  exitCode: Type.Optional(count(255)),
  reason: Type.Optional(text(1000)),
  startedAtMs: Type.Optional(amount()),
  finishedAtMs: amount(),
  stdoutTail: bytes(TAIL_BYTES_MAX),
  stderrTail: bytes(TAIL_BYTES_MAX),
  stdoutBytes: count(),
  stderrBytes: count(),
  /** What a function returned, as JSON. */
  result: Type.Optional(text(RESULT_MAX)),
  /** The tree of the files that it left: src/files. */
  outputs: Type.Optional(text(64)),
  usage: Type.Optional(UsageSchema),
  /** Reached by a survivor without a majority, and proposed when one was there again. */
  degraded: Type.Optional(Type.Boolean()),
});
export type Outcome = Static<typeof OutcomeSchema>;

/** Earlier runs of a task that are kept; later ones push out the oldest. */
export const RUNS_MAX = 8;

/** How a run of a task ended, before it was retried. */
export const RunSchema = record({
  run: count(),
  state: oneOf('succeeded', 'failed', 'cancelled', 'timed-out', 'interrupted', 'expired'),
  exitCode: Type.Optional(count(255)),
  /** Of its last attempt; 0 where there was none. */
  epoch: count(),
  executor: Type.Optional(NodeIdSchema),
  finishedAtMs: Type.Optional(amount()),
});
export type Run = Static<typeof RunSchema>;

/**
 * What the coordinator stores of a task once there is something to say. A task without a record is pending by its job's
 * word. `state` is terminal, or `pending` where the record only remembers what failed or was lost so far.
 */
export const TaskRecordSchema = record({
  index: count(2 ** 31),
  state: oneOf('pending', 'succeeded', 'failed', 'cancelled', 'timed-out', 'interrupted', 'expired'),
  /** Epoch of the last attempt; 0 where there was none. */
  epoch: count(),
  executor: Type.Optional(NodeIdSchema),
  attempts: count(),
  /** Attempts that failed of themselves and were granted a retry. */
  failures: count(),
  /** Attempts that ran when their node was lost. */
  losses: count(),
  /** Which run of the task this is about; absent: the first. */
  run: Type.Optional(count()),
  /** How earlier runs ended, the oldest first. */
  runs: Type.Optional(list(RunSchema, RUNS_MAX)),
  /** The retry of its job that opened this run. */
  retry: Type.Optional(count()),
  /** It is to be cancelled, though some node may still hold it. */
  cancelled: Type.Optional(Type.Boolean()),
  /** That attempt runs at the coordinator itself: one that finds this when it starts again died with it. */
  running: Type.Optional(Type.Boolean()),
  /** The attempt of that epoch may have been started, under a grant for this ask of that executor. */
  grant: Type.Optional(record({ boot: count(), nonce: count() })),
  path: list(StepSchema, PATH_STEPS_MAX),
  outcome: Type.Optional(OutcomeSchema),
});
export type TaskRecord = Static<typeof TaskRecordSchema>;
