import type { JobId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import type { TimerBook, TimerEffect } from '../kernel/timers.js';
import { Alarm } from './alarm.js';
import { dueOf } from './job-limits.js';
import type { Job } from './job.js';

/**
 * Jobs that are to have ended by a time. It is counted from what is on record, so whoever takes a job over comes to the same; a
 * retry is a wish of its own, and has none but what it is given while it goes on.
 */
export class Deadlines {
  /** Wall clock. */
  readonly #due = new Map<JobId, number>();
  readonly #alarm: Alarm;

  /** @param passed - to be told of each job whose time is over */
  constructor(
    timers: TimerBook,
    emit: (effect: TimerEffect) => void,
    private readonly passed: (job: JobId) => void,
  ) {
    this.#alarm = new Alarm('deadlines', timers, emit);
  }

  watch(job: Job, now: Now): void {
    const { record, spec, cancelled, isComplete } = job;
    const dueMs = dueOf(job);
    if (dueMs === Infinity || spec.schedule || cancelled || isComplete) return this.forget(record.job);
    this.#due.set(record.job, dueMs);
    this.#alarm.set(dueMs - now.wallMs, now);
  }

  forget(job: JobId): void {
    this.#due.delete(job);
  }

  ownsTimer(name: string): boolean {
    return name === this.#alarm.name;
  }

  onTimer(now: Now): void {
    for (const [job, dueMs] of [...this.#due]) {
      if (dueMs > now.wallMs) this.#alarm.set(dueMs - now.wallMs, now);
      else {
        this.#due.delete(job);
        this.passed(job);
      }
    }
  }
}
