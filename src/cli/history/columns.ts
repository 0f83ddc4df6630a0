import type { JobView, TaskView } from '../../client/index.js';
import { isTerminal, TASK_STATES } from '../../kernel/states.js';

export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** What a line tells, by the names that CSV and JSON have for it, in their order. */
export type Columns<T> = Readonly<Record<string, (of: T) => Cell>>;

/** A task that has ended, and its job as it was listed. */
export interface Ended {
  readonly job: JobView;
  readonly task: TaskView;
}

export const TASK_COLUMNS: Columns<Ended> = {
  task: ({ task }) => task.id,
  job: ({ job }) => job.job,
  name: ({ job }) => job.name,
  index: ({ task }) => task.index,
  state: ({ task }) => task.state,
  exitCode: ({ task }) => task.exitCode,
  signal: ({ task }) => task.signal,
  attempts: ({ task }) => task.attempts,
  run: ({ task }) => task.run,
  node: ({ task }) => task.executor,
  submittedAt: ({ task }) => task.submittedAt,
  startedAt: ({ task }) => task.startedAt,
  finishedAt: ({ task }) => task.finishedAt,
  waitMs: ({ task }) => between(task.submittedAt, task.startedAt),
  runMs: ({ task }) => between(task.startedAt, task.finishedAt),
  cpuMs: ({ task }) => task.cpuMs,
  peakBytes: ({ task }) => task.peakBytes,
  reason: ({ task }) => task.reason,
  degraded: ({ task }) => task.degraded,
};

export const JOB_COLUMNS: Columns<JobView> = {
  job: ({ job }) => job,
  name: ({ name }) => name,
  state: ({ state }) => state,
  tasks: ({ tasks }) => tasks,
  ...Object.fromEntries(TASK_STATES.filter(isTerminal).map((state) => [state, ({ counts }: JobView) => counts[state]])),
  run: ({ run }) => run,
  submittedAt: ({ submittedAt }) => submittedAt,
  finishedAt: ({ finishedAt }) => finishedAt,
  tookMs: ({ submittedAt, finishedAt }) => between(submittedAt, finishedAt),
  reason: ({ reason }) => reason,
  degraded: ({ degraded }) => degraded,
};

export function rowOf<T>(columns: Columns<T>, of: T): Row {
  return Object.fromEntries(Object.entries(columns).map(([name, cell]) => [name, cell(of)]));
}

/** Milliseconds; null where one of the times is not known. Clocks of nodes differ: never below 0. */
export function between(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Math.max(0, Date.parse(to) - Date.parse(from));
}
