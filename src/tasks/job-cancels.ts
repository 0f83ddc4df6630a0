import type { JobId, NodeId } from '../kernel/ids.js';
import { terminalCount } from '../kernel/states.js';
import type { JobAnswers } from './job-answers.js';
import type { JobEffect, JobWriteTag } from './job-events.js';
import type { JobRetries } from './job-retries.js';
import type { Job } from './job.js';
import type { CancelCause } from './job-record.js';
import type { TaskMessages } from './messages.js';
import { JOB } from './replication/names.js';
import type { Places } from './replication/places.js';
import type { ShardAsking } from './shard-asking.js';
import type { Asker } from './shard-tags.js';

/** What the cancels of jobs need of the machine that coordinates these. */
export interface JobCancelsPort {
  readonly places: Places;
  readonly answers: JobAnswers;
  readonly retries: JobRetries;
  readonly shards: ShardAsking;
  job(id: JobId): Job | undefined;
  emit(effect: JobEffect): void;
  /** It waits for nothing any more. @returns whether it did */
  forget(id: JobId): boolean;
  /** Nothing holds it back any more: its shards are made, to be cancelled. */
  start(job: Job): void;
}

type CancelledTag = Extract<JobWriteTag, { readonly what: 'cancelled' }>;

/** Cancels of whole jobs: committed writes, answered when they are durable, and carried out by their shards. */
export class JobCancels {
  constructor(private readonly port: JobCancelsPort) {}

  asked(from: NodeId, { job: id, ask: re, reason }: TaskMessages['job.cancel']): void {
    const { answers, places, retries } = this.port;
    const job = this.port.job(id);
    if (!job || job.isSettled) {
      const place = places.placeOf(id);
      // A replica that has missed the job's create cannot say that nothing of it is left.
      if (place.kind === 'elsewhere' || place.kind === 'unknown') return answers.elsewhere(from, re, id);
      return answers.reply(from, re, { kind: 'job.cancelled', known: true, tasks: 0 });
    }
    if (retries.isWriting(id)) return answers.elsewhere(from, re, id);
    this.#write(job, reason === undefined ? undefined : { reason }, { to: from, re });
  }

  /** No user asked for it, so nobody is answered. Does nothing where it is cancelled, or about to be retried. */
  because(job: Job, cause: CancelCause): void {
    if (job.cancelled || job.isCancelling || job.isComplete || this.port.retries.isWriting(job.record.job)) return;
    this.#write(job, cause);
  }

  /** Also where it is cancelled already: its shards are told that theirs are given up. */
  abandon(job: Job, cause: CancelCause): void {
    if (!job.isCancelling && !this.port.retries.isWriting(job.record.job)) this.#write(job, cause);
  }

  /** Does nothing where no more of it has ended badly than may. */
  giveUp(job: Job): void {
    if (job.isHopeless) this.because(job, { reason: `more than ${job.maxFails} of its tasks did not succeed` });
  }

  /** It is durable. */
  written(job: Job, { asker, cause }: CancelledTag): void {
    const { answers, shards } = this.port;
    const tasks = job.record.range.count - terminalCount(job.counts());
    const alone = job.isDegraded ? { degraded: true } : {};
    if (asker) answers.reply(asker.to, asker.re, { kind: 'job.cancelled', known: true, tasks, ...alone });
    job.cut(cause);
    const isNew = this.port.forget(job.record.job);
    for (const shard of job.shardsUnderCreation()) this.#createCancelled(job, shard);
    job.isCancelling = false;
    for (const shard of job.unfinishedShards()) shards.ask('shard-cancelled', job, shard);
    if (isNew && job.shards > 1) this.port.start(job);
  }

  #write(job: Job, cause: CancelCause | undefined, asker?: Asker): void {
    const { job: id } = job.record;
    Object.assign(job, { isCancelling: true, causeUnderWay: cause });
    const entries = [{ key: JOB, value: job.stored() }];
    this.port.emit({ kind: 'write', register: id, entries, tag: { what: 'cancelled', job: id, asker, cause } });
  }

  /** What was asked before the cancel would be sent again until it is answered, and its tasks would start. */
  #createCancelled(job: Job, shard: number): void {
    this.port.emit({ kind: 'withdraw', tag: { what: 'shard', job: job.record.job, shard } });
    this.port.shards.ask('shard', job, shard);
  }
}
