import { count, duration, percent, times } from '../report/format.js';
import type { Cell, Table } from './matrix.js';

export interface Measure {
  readonly title: string;
  readonly of: (cell: Cell) => number;
  readonly shown: (value: number) => string;
  readonly better: 'less' | 'more';
}

/** What the table shows of each run. */
export const MEASURES: readonly Measure[] = [
  { title: 'mean response', of: (cell) => cell.responseMs, shown: duration, better: 'less' },
  { title: 'p99 of response', of: (cell) => cell.responseP99Ms, shown: duration, better: 'less' },
  { title: 'mean slowdown', of: (cell) => cell.slowdown, shown: times, better: 'less' },
  { title: 'makespan / bound', of: (cell) => cell.makespan, shown: times, better: 'less' },
  { title: 'Jain', of: (cell) => cell.jain, shown: (value) => value.toFixed(3), better: 'more' },
  { title: 'utilisation', of: (cell) => cell.utilisation, shown: percent, better: 'more' },
  { title: 'messages a task', of: (cell) => cell.messagesPerTask, shown: count, better: 'less' },
];

/** Of one column: the best that any row has. */
export function bestOf({ rows }: Table, { of, better }: Measure, column: number): number {
  const values = rows.flatMap(({ cells }) => cells.slice(column, column + 1).map(of));
  return better === 'less' ? Math.min(...values) : Math.max(...values);
}

/** Of all columns of a row: none counts for more because its numbers are greater. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(Math.max(1e-9, value)), 0) / values.length);
}
