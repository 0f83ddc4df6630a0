import type { JobId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import type { TimerBook } from '../kernel/timers.js';
import { Alarm } from './alarm.js';
import type { ChildCancelled, ChildTold, JobEffect, ParentTold } from './job-events.js';
import type { Job } from './job.js';
import { JOB } from './replication/names.js';
import type { NextTime, Schedule, Scheduled } from './schedule.js';
import type { JobSpec } from './spec.js';

/** What schedules need of the machine that coordinates them. */
export interface SchedulesPort {
  readonly timers: TimerBook;
  readonly nextTime: NextTime;
  job(id: JobId): Job | undefined;
  emit(effect: JobEffect): void;
}

/** A time that nobody came to for so long was missed: a takeover takes less. */
const LATE_MS = 60_000;
/** What could not be made is tried again after this. */
const AGAIN_MS = 1_000;
/** Missed times that are counted through, before all up to now are taken for missed. */
const MISSED_MAX = 10_000;

interface Watched {
  readonly schedule: Schedule;
  /** When it is next looked at. Wall clock. */
  atMs: number;
  /** The time for which a job is being made, or asked about. */
  firingMs: number | undefined;
}

/**
 * Jobs that are made again and again, at their times. The job of a time has an id that follows from both, and what was done is
 * on record with the schedule: so whoever takes a schedule over makes no job a second time, and misses none.
 */
export class Schedules {
  readonly #watched = new Map<JobId, Watched>();
  readonly #alarm: Alarm;

  constructor(private readonly port: SchedulesPort) {
    this.#alarm = new Alarm('schedules', port.timers, (effect) => void port.emit(effect));
  }

  /** Whether the job is a schedule: then nothing of it ever starts, and its times are kept from now on. */
  watch(job: Job, now: Now): boolean {
    const { schedule } = job.spec;
    if (!schedule) return false;
    if (job.cancelled || job.isComplete) return false;
    const watched: Watched = { schedule, atMs: Infinity, firingMs: undefined };
    this.#watched.set(job.record.job, watched);
    this.#next(job, watched, now);
    return true;
  }

  /** True where it was one. */
  forget(id: JobId): boolean {
    const job = this.port.job(id);
    if (job && this.#watched.has(id)) job.waits = undefined;
    return this.#watched.delete(id);
  }

  ownsTimer(name: string): boolean {
    return name === this.#alarm.name;
  }

  onTimer(now: Now): void {
    for (const [id, watched] of this.#watched) {
      const job = this.port.job(id);
      if (!job || watched.firingMs !== undefined) continue;
      if (watched.atMs > now.wallMs) this.#alarm.set(watched.atMs - now.wallMs, now);
      else this.#due(job, watched, now);
    }
  }

  /** How the last job of a schedule stands. */
  told({ job: child, info, isGone }: ParentTold, now: Now): void {
    for (const [id, watched] of this.#watched) {
      const job = this.port.job(id);
      const { firingMs } = watched;
      if (!job || firingMs === undefined || job.scheduled?.job !== child) continue;
      if (isGone === true || info?.finishedAtMs !== undefined) this.#make(job, firingMs);
      else if (!info) this.#again(watched, now);
      else if (watched.schedule.overlap === 'skip') this.#done(job, watched, { untilMs: firingMs, job: child }, now);
      else this.port.emit({ kind: 'cancel-job', schedule: id, job: child });
    }
  }

  /** What came of the cancel of the job before. */
  cancelled({ schedule: id, job: child, isDone }: ChildCancelled, now: Now): void {
    const watched = this.#watched.get(id);
    const job = this.port.job(id);
    if (!watched || !job || watched.firingMs === undefined || job.scheduled?.job !== child) return;
    if (isDone) this.#make(job, watched.firingMs);
    else this.#again(watched, now);
  }

  /** What came of the job that was to be made. */
  made({ schedule: id, job: child, outcome }: ChildTold, now: Now): void {
    const watched = this.#watched.get(id);
    const job = this.port.job(id);
    if (!watched || !job || watched.firingMs === undefined) return;
    if (outcome === 'unknown') return this.#again(watched, now);
    this.#done(job, watched, { untilMs: watched.firingMs, job: child }, now);
  }

  /** It is time, and perhaps was more often while nobody was there. */
  #due(job: Job, watched: Watched, now: Now): void {
    const dueMs = watched.atMs;
    const latestMs = this.#latest(watched.schedule, dueMs, now.wallMs);
    const isMissed = now.wallMs - latestMs > LATE_MS && watched.schedule.missed === 'skip';
    // Those before the latest were missed in any case.
    const firingMs = now.wallMs - dueMs > LATE_MS ? latestMs : dueMs;
    if (job.isHeld || isMissed) return this.#done(job, watched, { ...job.scheduled, untilMs: firingMs }, now);
    watched.firingMs = firingMs;
    const last = job.scheduled?.job;
    if (watched.schedule.overlap === 'allow' || last === undefined) this.#make(job, firingMs);
    else this.port.emit({ kind: 'watch', job: last, waitMs: 0 });
  }

  #latest(schedule: Schedule, dueMs: number, nowMs: number): number {
    let latestMs = dueMs;
    for (let i = 0; i < MISSED_MAX; i++) {
      const nextMs = this.port.nextTime(schedule, latestMs);
      if (nextMs === undefined || nextMs > nowMs) return latestMs;
      latestMs = nextMs;
    }
    return nowMs;
  }

  #make({ record, spec }: Job, atMs: number): void {
    const { job: schedule, range, digest } = record;
    const job = childOf(schedule, atMs);
    const submission = { job, isKeyed: true, digest, range, spec: childSpec(spec, schedule, atMs) };
    this.port.emit({ kind: 'submit-job', schedule, submission });
  }

  #done(job: Job, watched: Watched, scheduled: Scheduled, now: Now): void {
    watched.firingMs = undefined;
    job.scheduled = scheduled;
    const { job: id } = job.record;
    const entries = [{ key: JOB, value: job.stored() }];
    this.port.emit({ kind: 'write', register: id, entries, tag: { what: 'gate', job: id } });
    this.#next(job, watched, now);
  }

  #again(watched: Watched, now: Now): void {
    watched.firingMs = undefined;
    this.#alarm.set(AGAIN_MS, now);
  }

  #next(job: Job, watched: Watched, now: Now): void {
    const atMs = this.port.nextTime(watched.schedule, job.scheduled?.untilMs ?? job.record.createdAtMs);
    watched.atMs = atMs ?? Infinity;
    job.waits = { after: [], ...(atMs === undefined ? {} : { untilMs: atMs }) };
    if (atMs !== undefined) this.#alarm.set(atMs - now.wallMs, now);
  }
}

/** Its id, and how many seconds after 1970 it was due. */
function childOf(schedule: JobId, atMs: number): JobId {
  return `${schedule}${Math.floor(atMs / 1000).toString(36)}` as JobId;
}

function childSpec(spec: JobSpec, schedule: JobId, atMs: number): JobSpec {
  const at = String(Math.floor(atMs / 1000));
  const child = { ...spec, env: { ...spec.env, COVEY_SCHEDULE: schedule, COVEY_SCHEDULED_AT: at } };
  delete child.schedule;
  delete child.held;
  return child;
}
