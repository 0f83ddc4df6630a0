import { count, record, type Static } from '../kernel/schema.js';
import { assert } from '../kernel/assert.js';

/** Tasks a job may have. */
export const TASKS_MAX = 1_000_000;

/** Fields of messages: a task's index, and the number of a job's shard. */
export const index = count(2 ** 31);
export const shard = count(TASKS_MAX);

/**
 * The indexes first, first + step, … of a job's tasks. An array `1-9:2` has indexes 1, 3, 5, 7, 9; a plain job has the one
 * index 0. An *ordinal* counts tasks from 0.
 */
export const TaskRangeSchema = record({ first: count(2 ** 31), step: count(2 ** 31), count: count(TASKS_MAX) });
export type TaskRange = Static<typeof TaskRangeSchema>;

export function indexAt(range: TaskRange, ordinal: number): number {
  assert(ordinal >= 0 && ordinal < range.count, () => `ordinal ${ordinal} outside 0..${range.count - 1}`);
  return range.first + ordinal * range.step;
}

/** The ordinal of an index, or undefined where the range has no such index. */
export function ordinalOf(range: TaskRange, index: number): number | undefined {
  const ordinal = (index - range.first) / range.step;
  return Number.isInteger(ordinal) && ordinal >= 0 && ordinal < range.count ? ordinal : undefined;
}

/** The ordinal of the first index above `index`: `range.count` or more where there is none. */
export function ordinalAfter(range: TaskRange, index: number): number {
  return Math.max(0, Math.floor((index - range.first) / range.step) + 1);
}

/** The part of `range` that shard number `shard` holds when each holds `size` tasks. */
export function shardRange(range: TaskRange, size: number, shard: number): TaskRange {
  const from = shard * size;
  assert(from < range.count, () => `shard ${shard} of size ${size} is beyond ${range.count} tasks`);
  return { first: range.first + from * range.step, step: range.step, count: Math.min(size, range.count - from) };
}

/** Which shard holds `index`, or undefined where the range has no such index. */
export function shardOf(range: TaskRange, size: number, index: number): number | undefined {
  const ordinal = ordinalOf(range, index);
  return ordinal === undefined ? undefined : Math.floor(ordinal / size);
}
