import type { ReplyEffect } from '../kernel/effects.js';
import type { JobId, NodeId } from '../kernel/ids.js';
import { Job } from './job.js';
import type { JobRecord } from './job-record.js';
import type { JobEffect, JobWriteTag } from './job-events.js';
import type { TaskMessage, TaskMessages } from './messages.js';
import { JOB } from './replication/names.js';
import type { Places } from './replication/places.js';
import type { Asker } from './shard-tags.js';

/** What the retries of jobs need of the machine that coordinates these. */
export interface JobRetriesPort {
  job(id: JobId): Job | undefined;
  emit(effect: JobEffect): void;
  elsewhere(to: NodeId, re: number, id: JobId): void;
  /** The job goes on as this one from now on. */
  restart(job: Job): void;
}

type RetriedTag = Extract<JobWriteTag, { readonly what: 'retried' }>;

/**
 * Retries of jobs. The job's register says first that it is unfinished, and what is to be started again; then its shards are
 * asked, by whoever coordinates it, until each has carried that out; then it is answered. So a crash in between loses nothing:
 * a successor finds the retry on record and asks again, and a shard carries each out only once.
 */
export class JobRetries {
  /** Until all shards have carried the retry out. */
  readonly #waiting = new Map<JobId, Asker[]>();
  /** On their way to a majority, by their tokens. */
  readonly #writing = new Map<JobId, string>();
  /** Until the register of a finished job has a coordinator again. */
  readonly #reopening = new Map<JobId, { readonly from: NodeId; readonly message: TaskMessages['job.retry'] }[]>();

  constructor(
    private readonly places: Places,
    private readonly port: JobRetriesPort,
  ) {}

  /** Until it is durable nothing else may write the job's record. */
  isWriting(id: JobId): boolean {
    return this.#writing.has(id);
  }

  asked(from: NodeId, message: TaskMessages['job.retry']): void {
    const { job: id, ask: re, token } = message;
    const job = this.port.job(id);
    if (job) return this.#begin(job, from, message);
    const place = this.places.placeOf(id);
    if (place.kind === 'unknown' || place.kind === 'gone') return this.#reply({ to: from, re }, 'unknown', 0);
    if (place.kind !== 'final' || !place.summary.job) return this.port.elsewhere(from, re, id);
    const { job: record, shard } = place.summary;
    if (record.retry?.token === token) {
      return this.#reply({ to: from, re }, 'done', record.retry.tasks ?? shard?.retried?.tasks ?? 0);
    }
    if (message.isRepeat) return this.#reply({ to: from, re }, 'unknown', 0);
    const reopening = this.#reopening.get(id);
    if (reopening) return void reopening.push({ from, message });
    this.#reopening.set(id, [{ from, message }]);
    this.port.emit({ kind: 'renew', register: id });
  }

  opened(job: Job): void {
    const { job: id } = job.record;
    const reopening = this.#reopening.get(id) ?? [];
    this.#reopening.delete(id);
    for (const { from, message } of reopening) this.#begin(job, from, message);
  }

  /** This node does not coordinate it any more, or has not come to it. */
  closed(id: JobId): void {
    const reopening = (this.#reopening.get(id) ?? []).map(({ from, message }) => ({ to: from, re: message.ask }));
    for (const { to, re } of [...reopening, ...(this.#waiting.get(id) ?? [])]) this.port.elsewhere(to, re, id);
    for (const map of [this.#reopening, this.#waiting, this.#writing]) map.delete(id);
  }

  /** That it is unfinished again is durable. */
  written({ job: id, record }: RetriedTag): void {
    const job = this.port.job(id);
    this.#writing.delete(id);
    if (job) this.port.restart(new Job(record, job.spec, job.replicas, job.items));
  }

  /** A shard has said how it stands. */
  noted(job: Job): void {
    const { job: id } = job.record;
    const waiting = this.#waiting.get(id);
    if (!waiting || this.#writing.has(id) || !job.isRetried) return;
    this.#waiting.delete(id);
    for (const asker of waiting) this.#reply(asker, 'done', job.retriedTasks());
  }

  #begin(job: Job, from: NodeId, message: TaskMessages['job.retry']): void {
    const { job: id, retry } = job.record;
    const { token, failedOnly, index } = message;
    const asker = { to: from, re: message.ask };
    // Nothing of it has begun yet, let alone ended.
    if (job.waits ?? job.spec.schedule) return this.#reply(asker, 'done', 0);
    if (job.isDegraded) return this.port.elsewhere(from, message.ask, id);
    if (this.#writing.get(id) === token || (retry?.token === token && !job.isRetried)) {
      return void this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), asker]);
    }
    if (retry?.token === token) return this.#reply(asker, 'done', job.retriedTasks());
    if (message.isRepeat) return this.#reply(asker, 'unknown', 0);
    // Its shards are to carry out one thing after the other; the only shard of a job does so by itself.
    const isCancelling = job.isCancelling || (job.cancelled && job.shards > 1 && !job.isComplete);
    if (this.#writing.has(id) || !job.isRetried || isCancelling) return this.#reply(asker, 'busy', 0);
    const next = { run: (retry?.run ?? 0) + 1, token, failedOnly, ...(index === undefined ? {} : { index }) };
    const gate = job.spec.start ? { gate: { passed: [], isOpen: true } } : {};
    const record: JobRecord = { ...job.record, cancelled: false, held: job.isHeld, retry: next, ...gate };
    for (const over of ['finished', 'reason', 'expired', 'abandoned', 'limits'] as const) delete record[over];
    // The time by which the last run had to end is none of this one's.
    const limits = { ...job.limits };
    delete limits.notAfterMs;
    if (Object.keys(limits).length > 0) record.limits = limits;
    this.#waiting.set(id, [asker]);
    this.#writing.set(id, token);
    const tag: RetriedTag = { what: 'retried', job: id, record };
    this.port.emit({ kind: 'write', register: id, entries: [{ key: JOB, value: record }], tag });
  }

  #reply({ to, re }: Asker, outcome: TaskMessages['job.retried']['outcome'], tasks: number): void {
    const message: ReplyEffect<TaskMessage>['message'] = { kind: 'job.retried', outcome, tasks };
    this.port.emit({ kind: 'reply', to, re, message });
  }
}
