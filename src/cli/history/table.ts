import { age, clean, formatBytes, formatCounts, formatExit, paint, shortNode } from '../format.js';
import { formatDuration } from '../../kernel/units.js';
import type { JobView } from '../../client/index.js';
import { between, type Ended } from './columns.js';

export interface Look {
  readonly color: boolean;
  /** Whole node ids. */
  readonly full: boolean;
}

/** Columns of fixed width: what is still to come is not known. */
const TASK_WIDTHS = [25, 11, 7, 5, 7, 7, 7, 5, 8, 7];
const JOB_WIDTHS = [18, 11, 7, 7, 24];

export const TASK_HEAD = aligned(
  ['TASK', 'STATE', 'EXIT', 'TRIES', 'WAIT', 'RUN', 'CPU', 'MEM', 'NODE', 'AGO', 'NAME'],
  TASK_WIDTHS,
);
export const JOB_HEAD = aligned(['JOB', 'STATE', 'TIME', 'AGO', 'TASKS', 'NAME'], JOB_WIDTHS);

export function taskLine({ job, task }: Ended, { color, full }: Look, nowMs: number): string {
  const cells = [
    ...[task.id, task.state, formatExit(task), String(task.attempts)],
    ...[duration(task.submittedAt, task.startedAt), duration(task.startedAt, task.finishedAt)],
    task.cpuMs === null ? '-' : formatDuration(task.cpuMs),
    task.peakBytes === null ? '-' : formatBytes(task.peakBytes),
    ...[shortNode(task.executor, full), age(task.finishedAt, nowMs), clean(job.name)],
  ];
  return aligned(cells, TASK_WIDTHS).replace(task.state, paint(task.state, color));
}

export function jobLine(view: JobView, { color }: Look, nowMs: number): string {
  const { job, state, submittedAt, finishedAt, counts, name } = view;
  const times = [duration(submittedAt, finishedAt), age(finishedAt, nowMs)];
  return aligned([job, state, ...times, formatCounts(counts), clean(name)], JOB_WIDTHS).replace(
    state,
    paint(state, color),
  );
}

function aligned(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join('  ')
    .trimEnd();
}

function duration(from: string | null, to: string | null): string {
  const ms = between(from, to);
  return ms === null ? '-' : formatDuration(ms);
}
