import type { JobId } from '../kernel/ids.js';
import { amount, JobIdSchema, list, oneOf, record, Type, type Static } from '../kernel/schema.js';
import type { TaskState } from '../kernel/states.js';

/** Jobs that one job may wait for. */
export const AFTER_MAX = 1_000;

/** Another job whose end is waited for: that all of it succeeded, that it ended, or that some of it did not succeed. */
export const ParentSchema = record({ job: JobIdSchema, on: oneOf('ok', 'any', 'fail') });
export type Parent = Static<typeof ParentSchema>;

/** What must have come to pass before anything of a job starts. */
export const StartSchema = record({
  after: list(ParentSchema, AFTER_MAX),
  /** Counted from the job's creation. */
  delayMs: Type.Optional(amount(366 * 86_400_000)),
  /** Wall clock. */
  notBeforeMs: Type.Optional(amount()),
});
export type Start = Static<typeof StartSchema>;

/** What of it is on record: parents that ended as was wished, or that nothing is waited for any more. */
export const GateSchema = record({
  passed: list(JobIdSchema, AFTER_MAX),
  isOpen: Type.Optional(Type.Boolean()),
});
export type Gate = Static<typeof GateSchema>;

/** What a job still waits for. */
export const WaitsSchema = record({ after: list(ParentSchema, AFTER_MAX), untilMs: Type.Optional(amount()) });
export type Waits = Static<typeof WaitsSchema>;

/** All that a job of this spec waits for, or has waited for. */
export function parentsOf({ start }: { readonly start?: Start | undefined } = {}): { after?: Parent[] } {
  return start && start.after.length > 0 ? { after: start.after } : {};
}

/** When the time has come, wherever parents stand; 0 where no time was given. */
export function dueMs({ delayMs, notBeforeMs = 0 }: Start, createdAtMs: number): number {
  return Math.max(notBeforeMs, delayMs === undefined ? 0 : createdAtMs + delayMs);
}

/** Whether a parent that ended so ended as was wished. */
export function isMet(on: Parent['on'], state: TaskState): boolean {
  return on === 'any' || (on === 'ok') === (state === 'succeeded');
}

/** Why a job that waited for this one is in vain. */
export function reasonFor(parent: JobId, state: TaskState): string {
  return state === 'succeeded' ? `job ${parent} did not fail` : `job ${parent} ended ${state}`;
}
