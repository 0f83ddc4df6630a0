import { known } from '../kernel/assert.js';
import type { JobId } from '../kernel/ids.js';
import type { TaskState } from '../kernel/states.js';
import type { Now } from '../kernel/time.js';
import type { TimerBook } from '../kernel/timers.js';
import { Alarm } from './alarm.js';
import { dueMs, isMet, reasonFor, type Parent } from './gate.js';
import type { JobEffect, ParentTold } from './job-events.js';
import type { Job } from './job.js';
import type { CancelCause } from './job-record.js';
import { JOB } from './replication/names.js';

/** What the gates of jobs need of the machine that coordinates these. */
export interface GatesPort {
  readonly timers: TimerBook;
  job(id: JobId): Job | undefined;
  emit(effect: JobEffect): void;
  /** Nothing holds it back any more. */
  start(job: Job): void;
  /** What it waits for will not come to pass. */
  cancel(job: Job, cause: CancelCause): void;
}

/** A parent that is known to go on is asked about no sooner than this again. */
const PAUSE_MS = 1_000;

interface Closed {
  readonly dueMs: number;
  readonly parents: Map<JobId, Parent['on']>;
}

interface Watch {
  readonly children: Set<JobId>;
  /** When it was last asked about; monotonic. */
  askedMs: number;
  /** It is to be asked about again when its pause is over. */
  isResting: boolean;
}

/**
 * Jobs of which nothing may start yet: they wait for other jobs, or for a time. That a parent has ended is known from whoever
 * coordinates it, which is asked until it is so; an end is for ever, so whoever takes such a job over comes to the same answer.
 */
export class Gates {
  readonly #closed = new Map<JobId, Closed>();
  readonly #watches = new Map<JobId, Watch>();
  readonly #alarm: Alarm;

  constructor(private readonly port: GatesPort) {
    this.#alarm = new Alarm('gates', port.timers, (effect) => void port.emit(effect));
  }

  /** Whether the job has to wait; then it is started, or cancelled, when it is time. */
  close(job: Job, now: Now): boolean {
    const { start } = job.spec;
    const { record } = job;
    if (!start || job.gate?.isOpen === true || job.cancelled || job.isComplete) return false;
    const passed = new Set(job.gate?.passed);
    const parents = new Map(start.after.filter(({ job: id }) => !passed.has(id)).map(({ job: id, on }) => [id, on]));
    const closed = { dueMs: dueMs(start, record.createdAtMs), parents };
    if (parents.size === 0 && closed.dueMs <= now.wallMs) return false;
    this.#closed.set(record.job, closed);
    this.#note(job, closed);
    for (const parent of parents.keys()) this.#watch(parent, record.job, now);
    if (closed.dueMs > now.wallMs) this.#alarm.set(closed.dueMs - now.wallMs, now);
    return true;
  }

  /** True where it had to wait. */
  forget(id: JobId): boolean {
    const closed = this.#closed.get(id);
    this.#closed.delete(id);
    for (const parent of closed?.parents.keys() ?? []) this.#unwatch(parent, id);
    const job = this.port.job(id);
    if (job) job.waits = undefined;
    return closed !== undefined;
  }

  told({ job: parent, info, isGone }: ParentTold, now: Now): void {
    const watch = this.#watches.get(parent);
    if (!watch) return;
    if (info?.finishedAtMs !== undefined && info.degraded !== true) return this.#ended(parent, info.state, now);
    if (isGone === true) return this.#refuseAll(parent, `job ${parent} has ended and is kept no more`);
    if (now.monoMs - watch.askedMs >= PAUSE_MS) return this.#ask(parent, watch, now);
    watch.isResting = true;
    this.#alarm.set(watch.askedMs + PAUSE_MS - now.monoMs, now);
  }

  ownsTimer(name: string): boolean {
    return name === this.#alarm.name;
  }

  onTimer(now: Now): void {
    for (const [parent, watch] of this.#watches) {
      const restMs = watch.askedMs + PAUSE_MS - now.monoMs;
      if (watch.isResting && restMs > 0) this.#alarm.set(restMs, now);
      else if (watch.isResting) this.#ask(parent, watch, now);
    }
    for (const [id, closed] of [...this.#closed]) {
      if (closed.dueMs > now.wallMs) this.#alarm.set(closed.dueMs - now.wallMs, now);
      else this.#tryOpen(id, now);
    }
  }

  #ended(parent: JobId, state: TaskState, now: Now): void {
    const children = this.#watches.get(parent)?.children ?? [];
    this.#watches.delete(parent);
    for (const id of children) {
      const closed = this.#closed.get(id);
      const on = closed?.parents.get(parent);
      if (!closed || on === undefined) continue;
      if (!isMet(on, state)) {
        this.#refuse(id, reasonFor(parent, state));
        continue;
      }
      closed.parents.delete(parent);
      this.#pass(id, parent, closed);
      this.#tryOpen(id, now);
    }
  }

  /** Where more is waited for, that this parent ended must outlive the parent. */
  #pass(id: JobId, parent: JobId, closed: Closed): void {
    const job = known(this.port.job(id), `job ${id}, which waits`);
    job.gate = { passed: [...(job.gate?.passed ?? []), parent] };
    this.#note(job, closed);
    if (closed.parents.size > 0) this.#store(job);
  }

  #tryOpen(id: JobId, now: Now): void {
    const closed = this.#closed.get(id);
    const job = this.port.job(id);
    if (!closed || !job || closed.parents.size > 0 || closed.dueMs > now.wallMs) return;
    this.forget(id);
    job.gate = { passed: job.gate?.passed ?? [], isOpen: true };
    // The only shard of a job says by itself what has begun; of several that may not be asked.
    if (job.shards > 1) this.#store(job);
    this.port.start(job);
  }

  #refuseAll(parent: JobId, reason: string): void {
    const children = this.#watches.get(parent)?.children ?? [];
    for (const id of [...children]) this.#refuse(id, reason);
  }

  #refuse(id: JobId, reason: string): void {
    const job = known(this.port.job(id), `job ${id}, which waits`);
    this.port.cancel(job, { reason });
  }

  #store(job: Job): void {
    const { job: id } = job.record;
    const entries = [{ key: JOB, value: job.stored() }];
    this.port.emit({ kind: 'write', register: id, entries, tag: { what: 'gate', job: id } });
  }

  #note(job: Job, { dueMs: untilMs, parents }: Closed): void {
    const after = [...parents].map(([id, on]) => ({ job: id, on }));
    job.waits = { after, ...(untilMs > 0 ? { untilMs } : {}) };
  }

  #watch(parent: JobId, child: JobId, now: Now): void {
    const watch = this.#watches.get(parent);
    if (watch) return void watch.children.add(child);
    const fresh = { children: new Set([child]), askedMs: now.monoMs, isResting: false };
    this.#watches.set(parent, fresh);
    this.#ask(parent, fresh, now);
  }

  #unwatch(parent: JobId, child: JobId): void {
    const watch = this.#watches.get(parent);
    watch?.children.delete(child);
    if (watch?.children.size === 0) this.#watches.delete(parent);
  }

  #ask(parent: JobId, watch: Watch, now: Now): void {
    Object.assign(watch, { askedMs: now.monoMs, isResting: false });
    this.port.emit({ kind: 'watch', job: parent });
  }
}
