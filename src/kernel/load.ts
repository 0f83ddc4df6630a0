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
  /** Jobs one after the other of which an attempt failed here, with none between that ended well; absent below `FAILING_MIN`. */
  failing: Type.Optional(count()),
});
export type LoadVector = Static<typeof LoadVectorSchema>;

/** Of so many jobs in a row nothing has ended well: fewer may be as unlucky on a node that is well. */
export const FAILING_MIN = 10;

/**
 * Tasks that one node may have in its queue, whatever its bound: enough to keep many slots busy over a round trip, few
 * enough that what a node holds back from all others, and what its death sends back, stays small.
 */
export const QUEUE_MAX = 512;

/** Tasks that the node already is to run. */
export function loadOf(vector: LoadVector): number {
  return vector.running + vector.queued;
}

/** Tasks at a node that nobody runs yet. */
export function waitingAt(vector: LoadVector): number {
  return vector.queued + vector.waiting;
}
