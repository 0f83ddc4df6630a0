import type { Completeness, TaskView } from '../../../src/api/schema.js';
import type { TaskState } from '../../../src/kernel/states.js';

/** `covey submit --json`. */
export interface SubmitAnswer {
  readonly job: string;
  readonly tasks: number;
  readonly durability: { readonly replicas: number; readonly acked: number; readonly degraded: boolean };
}

/** `covey show --json JOB`. */
export interface ShowAnswer extends Completeness {
  readonly job: string;
  readonly state: TaskState;
  readonly counts: Readonly<Partial<Record<TaskState, number>>>;
  readonly degraded: boolean;
  readonly tasks: readonly TaskView[];
}

/** `covey … --json` where it fails. */
export interface ErrorAnswer {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** How often each value occurs. */
export function tally<T>(values: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
