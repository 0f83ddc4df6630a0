import { amount, count, NodeIdSchema, record, Type, type Static } from './schema.js';

/** What a node says of its own load. The freshest by (boot, seq) is believed; every one is a hint. */
export const LoadVectorSchema = record({
  node: NodeIdSchema,
  boot: count(),
  seq: count(),
  /** Attempts that run, tasks that wait in its queue, and tasks that wait at it as coordinator without an executor. */
  running: count(),
  queued: count(),
  waiting: count(),
  /** CPUs in all, and those free now. */
  slots: amount(),
  free: amount(),
  /** Estimated work queued and running, in milliseconds of one CPU. */
  workMs: amount(),
  draining: Type.Boolean(),
});
export type LoadVector = Static<typeof LoadVectorSchema>;

/** Tasks that the node already is to run. */
export function loadOf(vector: LoadVector): number {
  return vector.running + vector.queued;
}
