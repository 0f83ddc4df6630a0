import { amount, count, JobIdSchema, NodeIdSchema, oneOf, record, Type, type Static } from '../kernel/schema.js';
import { TASK_STATES } from '../kernel/states.js';
import { index } from './range.js';

/** A job (without `index`) or a task came into a state, as its coordinator saw it. */
export const ChangeSchema = record({
  job: JobIdSchema,
  index: Type.Optional(index),
  state: oneOf(...TASK_STATES),
  run: count(),
  /** Of the attempt, and who has it, where there is one. */
  epoch: Type.Optional(count()),
  executor: Type.Optional(NodeIdSchema),
  /** Wall clock of the flock. */
  atMs: amount(),
});
export type Change = Static<typeof ChangeSchema>;

/** Told of every change as it happens. */
export type ChangeSink = (change: Omit<Change, 'atMs'>) => void;

/** Changes in one answer. */
export const CHANGES_MAX = 512;
