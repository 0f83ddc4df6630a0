import { amount, bytes, count, list, NodeIdSchema, oneOf, record, text, Type, type Static } from '../kernel/schema.js';

/** Bytes of each output stream kept with a task's outcome, so that they outlive the executor. */
export const TAIL_BYTES_MAX = 4096;

/** Steps of a task's way kept for `explain`; later ones push out the oldest. */
export const PATH_STEPS_MAX = 12;

/** One step of a task's way to its executor. */
export const StepSchema = record({
  node: NodeIdSchema,
  what: oneOf('accepted', 'refused', 'stolen', 'lost'),
  load: Type.Optional(amount()),
  bound: Type.Optional(amount()),
  reason: Type.Optional(text(300)),
});
export type Step = Static<typeof StepSchema>;

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
});
export type Outcome = Static<typeof OutcomeSchema>;

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
  /** It is to be cancelled, though some node may still hold it. */
  cancelled: Type.Optional(Type.Boolean()),
  /** That attempt runs at the coordinator itself: one that finds this when it starts again died with it. */
  running: Type.Optional(Type.Boolean()),
  path: list(StepSchema, PATH_STEPS_MAX),
  outcome: Type.Optional(OutcomeSchema),
});
export type TaskRecord = Static<typeof TaskRecordSchema>;

/** Epoch of an attempt: rises with the coordinator's ballot, so no two attempts of a task share one. */
export function epochOf(ballot: number, counter: number): number {
  return ballot * 2 ** 20 + counter;
}

/** Attempts that one ballot can number; beyond it a new ballot must be prepared. */
export const EPOCHS_PER_BALLOT = 2 ** 20;
