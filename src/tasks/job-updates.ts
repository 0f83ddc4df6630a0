import type { JobId, NodeId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import type { JobAnswers } from './job-answers.js';
import type { Deadlines } from './deadlines.js';
import type { JobCancels } from './job-cancels.js';
import type { JobEffect, JobWriteTag } from './job-events.js';
import type { JobRetries } from './job-retries.js';
import type { Job } from './job.js';
import type { TaskMessages } from './messages.js';
import type { Progress } from './progress.js';
import { JOB } from './replication/names.js';
import type { Places } from './replication/places.js';
import type { ShardAsking } from './shard-asking.js';
import type { ShardMaking } from './shard-making.js';
import { changedTerms } from './terms.js';

/** What changing the limits of jobs needs of the machine that coordinates these. */
export interface JobUpdatesPort {
  readonly places: Places;
  readonly answers: JobAnswers;
  readonly retries: JobRetries;
  readonly cancels: JobCancels;
  readonly deadlines: Deadlines;
  readonly shards: ShardAsking;
  readonly making: ShardMaking;
  job(id: JobId): Job | undefined;
  emit(effect: JobEffect): void;
}

type UpdateTag = Extract<JobWriteTag, { readonly what: 'update' }>;

/**
 * Limits of a job that are changed while it goes on: on record with it, in place of those of its spec. What its tasks are started
 * by is with its shards too: each is told until it says that it is on record there.
 */
export class JobUpdates {
  constructor(private readonly port: JobUpdatesPort) {}

  asked(from: NodeId, { job: id, ask: re, ...wish }: TaskMessages['job.update'], now: Now): void {
    const { answers, places, retries } = this.port;
    const job = this.port.job(id);
    if (!job || job.isSettled || job.cancelled) {
      const isOver = job !== undefined || places.placeOf(id).kind === 'final';
      if (!isOver) return answers.elsewhere(from, re, id);
      return answers.reply(from, re, { kind: 'job.updated', isOver: true });
    }
    if (retries.isWriting(id) || job.isCancelling || job.isDegraded) return answers.elsewhere(from, re, id);
    const { maxFails, deadlineMs, notAfterMs = deadlineMs === undefined ? undefined : now.wallMs + deadlineMs } = wish;
    const terms = changedTerms(job.spec, job.limits?.terms, wish.terms ?? {});
    // What is written of the job from now on says so too.
    job.limits = {
      ...job.limits,
      ...(maxFails === undefined ? {} : { maxFails }),
      ...(notAfterMs === undefined ? {} : { notAfterMs }),
      ...(terms ? { terms } : {}),
    };
    const tag: UpdateTag = { what: 'update', job: id, asker: { to: from, re } };
    this.port.emit({ kind: 'write', register: id, entries: [{ key: JOB, value: job.stored() }], tag });
  }

  written(job: Job, { asker }: UpdateTag, now: Now): void {
    // Its old deadline may have passed meanwhile.
    const isOver = job.cancelled || job.isCancelling;
    this.port.answers.reply(asker.to, asker.re, { kind: 'job.updated', isOver });
    this.port.deadlines.watch(job, now);
    this.port.cancels.giveUp(job);
    if (!job.limits?.terms || isOver) return;
    for (const shard of job.unfinishedShards()) this.port.shards.ask('shard-update', job, shard);
    if (!job.waits) this.port.making.more(job);
  }

  /** A shard has said how it stands. */
  heard(job: Job, shard: number, { terms = 0, share }: Progress): void {
    const wanted = job.limits?.terms;
    if (!wanted || job.isShardDone(shard)) return;
    if (terms < wanted.version || share !== job.share(shard)) this.port.shards.ask('shard-update', job, shard);
  }

  /** A shard has ended: its share is the next one's. */
  ended(job: Job): void {
    if (job.limits?.terms?.changed.maxParallel === undefined) return;
    const next = job.lastPlaced;
    const isWaiting = job.told(next)?.share === 0;
    if (isWaiting && !job.isShardDone(next)) this.port.shards.ask('shard-update', job, next);
  }
}
