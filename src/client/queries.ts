import type { JobAnswer } from '../api/schema.js';
import type { TaskState } from '../kernel/states.js';

export interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

export interface JobsQuery {
  /** Jobs on a page. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** Only ids that begin so. */
  readonly prefix?: string | undefined;
  readonly state?: TaskState | undefined;
  /** Only jobs that wait, or have waited, for the end of this one. */
  readonly after?: string | undefined;
}

export interface TasksQuery {
  /** The last index seen. */
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
  readonly state?: TaskState | undefined;
}

export interface WaitOptions extends Abortable {
  readonly timeoutMs?: number | undefined;
  /** Called at least twice a second, unless it takes longer itself; the last time with what `wait` returns. */
  readonly onProgress?: ((job: JobAnswer) => unknown) | undefined;
}
