import type { TaskState } from '../kernel/states.js';
import type { ChangeSink } from './change.js';
import type { Job } from './job.js';
import { jobState } from './states.js';

/** Tells in what state a job is, where that has not been told. */
export class JobChanges {
  readonly #told = new WeakMap<Job, TaskState>();

  constructor(private readonly sink: ChangeSink | undefined) {}

  tell(job: Job): void {
    const { job: id, range, retry } = job.record;
    const state = jobState(job.counts(), range.count);
    if (state === this.#told.get(job)) return;
    this.#told.set(job, state);
    this.sink?.({ job: id, state, run: (retry?.run ?? 0) + 1 });
  }
}
