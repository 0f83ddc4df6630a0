import { assertNever } from '../kernel/assert.js';
import type { Answered } from '../kernel/effects.js';
import type { JobId, NodeId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import { TimerBook } from '../kernel/timers.js';
import type { ChangeSink } from './change.js';
import { Deadlines } from './deadlines.js';
import { Gates } from './gates.js';
import { HeldQueries } from './held-queries.js';
import { Job } from './job.js';
import { JobAbandons } from './job-abandons.js';
import { JobAnswers } from './job-answers.js';
import { JobCancels } from './job-cancels.js';
import { JOB_HOME_DEFAULTS, type JobHomeConfig } from './job-home-config.js';
import { JobHolds } from './job-holds.js';
import { JobChanges } from './job-changes.js';
import { JobCreation } from './job-creation.js';
import type { JobEffect, JobEvent, JobWriteTag, ShardAskTag, ToJobHome } from './job-events.js';
import { pageOf } from './job-list.js';
import { JobUpdates } from './job-updates.js';
import { JobRetries } from './job-retries.js';
import type { TaskMessage, TaskMessages } from './messages.js';
import type { Progress } from './progress.js';
import { JOB } from './replication/names.js';
import type { Places } from './replication/places.js';
import type { NextTime } from './schedule.js';
import { Schedules } from './schedules.js';
import { ShardAsking } from './shard-asking.js';
import { ShardMaking } from './shard-making.js';
import { Shard } from './shard.js';

/** The jobs that this node coordinates: has them accepted durably, creates their shards, gathers what these report. */
export class JobHome {
  readonly #jobs = new Map<JobId, Job>();
  readonly #creation: JobCreation;
  readonly #shards: ShardAsking;
  readonly #making: ShardMaking;
  readonly #timers = new TimerBook('jobs');
  readonly #held = new HeldQueries(this.#timers);
  readonly #answers: JobAnswers;
  readonly #changes: JobChanges;
  readonly #retries: JobRetries;
  readonly #gates: Gates;
  readonly #schedules: Schedules;
  readonly #cancels: JobCancels;
  readonly #abandons: JobAbandons;
  readonly #holds: JobHolds;
  readonly #updates: JobUpdates;
  readonly #deadlines: Deadlines;
  #now: Now = { monoMs: 0, wallMs: 0 };
  #out: JobEffect[] = [];

  constructor(
    private readonly self: NodeId,
    private readonly places: Places,
    nextTime: NextTime,
    config: JobHomeConfig = JOB_HOME_DEFAULTS,
    onChange?: ChangeSink,
    isNear: (node: NodeId) => boolean = () => true,
  ) {
    this.#changes = new JobChanges(onChange);
    const emit = (effect: JobEffect) => void this.#out.push(effect);
    this.#answers = new JobAnswers(places, emit);
    this.#creation = new JobCreation(places, this.#answers, config.openJobsMax, emit);
    this.#shards = new ShardAsking(self, config.shardMs, isNear, emit);
    this.#making = new ShardMaking({
      ...{ timers: this.#timers, shards: this.#shards, jobs: this.#jobs },
      ...{ config, emit },
    });
    this.#retries = new JobRetries(places, {
      job: (id) => this.#jobs.get(id),
      emit: (effect) => void this.#out.push(effect),
      elsewhere: this.#answers.elsewhere.bind(this.#answers),
      restart: this.#begin.bind(this),
    });
    this.#gates = new Gates({
      ...{ timers: this.#timers, emit },
      job: (id) => this.#jobs.get(id),
      start: this.#start.bind(this),
      cancel: (job, cause) => void this.#cancels.because(job, cause),
    });
    this.#deadlines = new Deadlines(this.#timers, emit, (id) => {
      const job = this.#jobs.get(id);
      if (job) this.#cancels.because(job, { reason: 'its deadline has passed', expired: true });
    });
    const around = { places, answers: this.#answers, retries: this.#retries, shards: this.#shards, emit };
    const jobOf = (id: JobId) => this.#jobs.get(id);
    this.#schedules = new Schedules({ timers: this.#timers, nextTime, emit, job: jobOf });
    this.#cancels = new JobCancels({
      ...around,
      job: jobOf,
      start: this.#start.bind(this),
      forget: this.#forget.bind(this),
    });
    const presume = this.#presume.bind(this);
    this.#abandons = new JobAbandons({ ...around, job: jobOf, cancels: this.#cancels, presume });
    this.#holds = new JobHolds({ ...around, job: jobOf });
    const limiting = { cancels: this.#cancels, deadlines: this.#deadlines, making: this.#making };
    this.#updates = new JobUpdates({ ...around, ...limiting, job: jobOf });
  }

  step(event: JobEvent, now: Now): JobEffect[] {
    this.#out = [];
    this.#now = now;
    switch (event.kind) {
      case 'message':
        this.#onMessage(event.from, event.message, now);
        break;
      case 'reply':
      case 'no-reply':
        this.#onAnswer(event);
        break;
      case 'opened':
        this.#onOpened(event);
        break;
      case 'written':
        this.#onWritten(event.tag);
        break;
      case 'claimed':
        this.#answers.reply(event.tag.to, event.tag.re, { kind: 'job.claimed', ...event.answer });
        break;
      case 'closed':
        this.#onClosed(event.register as JobId, event.why);
        break;
      case 'parent-told':
        this.#gates.told(event, now);
        this.#schedules.told(event, now);
        break;
      case 'child-told':
        this.#schedules.made(event, now);
        break;
      case 'child-cancelled':
        this.#schedules.cancelled(event, now);
        break;
      case 'timer':
        if (!this.#timers.fired(event.timer)) break;
        if (this.#making.ownsTimer(event.timer.name)) this.#making.onTimer();
        else if (this.#gates.ownsTimer(event.timer.name)) this.#gates.onTimer(now);
        else if (this.#schedules.ownsTimer(event.timer.name)) this.#schedules.onTimer(now);
        else if (this.#deadlines.ownsTimer(event.timer.name)) this.#deadlines.onTimer(now);
        else this.#expireQueries(now);
        break;
      default:
        assertNever(event);
    }
    return this.#out;
  }

  #onMessage(from: NodeId, message: ToJobHome, now: Now): void {
    switch (message.kind) {
      case 'job.items':
        return this.#creation.stage(from, message, now);
      case 'job.claim':
        return this.#creation.claim(from, message);
      case 'job.create':
        return this.#creation.create(from, message, this.#jobs);
      case 'job.cancel':
        return this.#cancels.asked(from, message);
      case 'job.abandon':
        return this.#abandons.asked(from, message);
      case 'job.hold':
        return this.#holds.asked(from, message);
      case 'job.update':
        return this.#updates.asked(from, message, now);
      case 'job.retry':
        return this.#retries.asked(from, message);
      case 'shard.report':
        return this.#onReport(from, message);
      case 'query.job': {
        const job = this.#jobs.get(message.job);
        const query = { from, re: message.ask, topic: message.job, untilMs: now.monoMs + message.waitMs };
        if (job && !job.isComplete && message.waitMs > 0) this.#out.push(...this.#held.hold(query, now));
        else this.#answers.job(query, this.#jobs.get(query.topic));
        return;
      }
      case 'query.jobs':
        return this.#answers.reply(from, message.ask, {
          kind: 'query.jobs-told',
          jobs: pageOf(message, this.#jobs.values(), this.places),
        });
      default:
        return assertNever(message);
    }
  }

  #onOpened({ register, set, ballot, entries, isNew, degraded }: Extract<JobEvent, { kind: 'opened' }>): void {
    const job = Job.of(entries, set, degraded !== undefined);
    for (const asker of this.#creation.end(register as JobId)) this.#answers.opened(asker, job, isNew);
    this.#begin(job);
    this.#retries.opened(job);
    // Its only shard says so too, but not before all members have said what they hold of it.
    const ended = job.shards === 1 ? Shard.ended(entries, { register, set, ballot, degraded }) : undefined;
    if (ended) this.#note(job, 0, ended);
    this.#changes.tell(job);
  }

  /** From now on this node coordinates the job as it stands on record. */
  #begin(job: Job): void {
    this.#jobs.set(job.record.job, job);
    if (job.shards === 1) {
      job.created(0);
      if (job.mustRetry(0)) this.#shards.ask('shard-retried', job, 0);
      if (job.limits?.terms) this.#shards.ask('shard-update', job, 0);
      if (job.cancelled) this.#shards.ask('shard-cancelled', job, 0);
    }
    this.#deadlines.watch(job, this.#now);
    if (!this.#schedules.watch(job, this.#now) && !this.#gates.close(job, this.#now)) this.#start(job);
  }

  /** @returns whether it waited for anything */
  #forget(id: JobId): boolean {
    const wasScheduled = this.#schedules.forget(id);
    return this.#gates.forget(id) || wasScheduled;
  }

  /** Nothing holds it back any more. */
  #start(job: Job): void {
    if (job.shards === 1) {
      if (job.spec.start) this.#shards.ask('shard-released', job, 0);
    } else if (!job.isFinishStored) {
      this.#making.begin(job);
    }
  }

  #onClosed(id: JobId, why: 'final' | 'refused' | 'elsewhere'): void {
    const job = this.#jobs.get(id);
    this.#forget(id);
    this.#deadlines.forget(id);
    this.#jobs.delete(id);
    if (job) this.#shards.forget(job);
    for (const { to, re } of this.#creation.end(id)) {
      if (why === 'refused') this.#answers.refused({ to, re }, 'disagree', 0);
      else this.#answers.elsewhere(to, re, id);
    }
    this.#retries.closed(id);
    for (const query of this.#held.release(id)) this.#answers.job(query, this.#jobs.get(query.topic as JobId));
  }

  #onWritten(tag: JobWriteTag): void {
    const job = this.#jobs.get(tag.job);
    if (!job) return;
    if (tag.what === 'retried') this.#retries.written(tag);
    else if (tag.what === 'cancelled') this.#cancels.written(job, tag);
    else if (tag.what === 'hold') this.#holds.written(job, tag);
    else if (tag.what === 'update') this.#updates.written(job, tag, this.#now);
    else if (tag.what === 'finished') job.isFinishStored = true;
  }

  #onAnswer(event: Answered<TaskMessage, ShardAskTag>): void {
    const { tag, from } = event;
    const job = this.#jobs.get(tag.job);
    if (!job || job.isShardSettled(tag.shard)) return;
    const message = event.kind === 'reply' ? event.message : undefined;
    if (message?.kind !== 'shard.state') return this.#abandons.askNext(tag, job, message);
    if (message.degraded === true) {
      // Perhaps nobody but a survivor has it: it counts as made, cancelled or retried no sooner than a majority says so.
      this.#note(job, tag.shard, message);
      return this.#shards.askSurvivor(tag, job);
    }
    this.#shards.found(job, tag.shard, from);
    if (tag.what === 'shard') {
      const hadItems = job.items.has(tag.shard);
      job.created(tag.shard);
      if (hadItems) this.#creation.trim(job, tag.shard);
      if (job.cancelled) this.#shards.ask('shard-cancelled', job, tag.shard);
      if (job.mustRetry(tag.shard)) this.#shards.ask('shard-retried', job, tag.shard);
      this.#making.more(job);
    }
    this.#note(job, tag.shard, message);
    this.#holds.heard(job, tag.shard, message);
    this.#updates.heard(job, tag.shard, message);
  }

  #presume(job: Job, shard: number, progress: Progress): void {
    job.created(shard);
    this.#making.more(job);
    this.#note(job, shard, progress);
  }

  #onReport(from: NodeId, message: TaskMessages['shard.report']): void {
    const job = this.#jobs.get(message.job);
    // A replica that has missed the job's create does not know it; the last word on a shard must not end there.
    if (!job && this.places.placeOf(message.job).kind !== 'final') {
      return this.#answers.elsewhere(from, message.ask, message.job);
    }
    if (job) this.#note(job, message.shard, message);
    else this.#abandons.reported(from, message);
    this.#answers.reply(from, message.ask, { kind: 'shard.noted' });
  }

  #note(job: Job, shard: number, said: Progress): void {
    if (!job.note(shard, said)) return;
    this.#changes.tell(job);
    this.#retries.noted(job);
    this.#cancels.giveUp(job);
    const { job: id } = job.record;
    if (job.isShardSettled(shard)) {
      if (job.spec.maxParallel !== undefined) this.#making.more(job);
      this.#updates.ended(job);
    }
    if (!job.isComplete || this.#retries.isWriting(id)) return;
    if (job.isSettled) job.items.clear();
    for (const query of this.#held.release(id)) this.#answers.job(query, this.#jobs.get(query.topic as JobId));
    // What its only shard has on record says it all.
    if (job.shards === 1 || !job.isSettled) return;
    const entries = [{ key: JOB, value: job.stored() }];
    this.#out.push({ kind: 'write', register: id, entries, tag: { what: 'finished', job: id } });
  }

  #expireQueries(now: Now): void {
    const { due, effects } = this.#held.expire(now);
    this.#out.push(...effects);
    for (const query of due) this.#answers.job(query, this.#jobs.get(query.topic as JobId));
  }
}
