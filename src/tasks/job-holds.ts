import type { JobId, NodeId } from '../kernel/ids.js';
import type { JobAnswers } from './job-answers.js';
import type { JobEffect, JobWriteTag } from './job-events.js';
import type { JobRetries } from './job-retries.js';
import type { Job } from './job.js';
import type { TaskMessages } from './messages.js';
import type { Progress } from './progress.js';
import { JOB } from './replication/names.js';
import type { Places } from './replication/places.js';
import type { ShardAsking } from './shard-asking.js';

/** What holding jobs back needs of the machine that coordinates these. */
export interface JobHoldsPort {
  readonly places: Places;
  readonly answers: JobAnswers;
  readonly retries: JobRetries;
  readonly shards: ShardAsking;
  job(id: JobId): Job | undefined;
  emit(effect: JobEffect): void;
}

type HoldTag = Extract<JobWriteTag, { readonly what: 'hold' }>;

/**
 * Jobs that somebody holds back: nothing more of them starts until they are released. That is on record with the job, and each
 * shard is told until it says the same.
 */
export class JobHolds {
  constructor(private readonly port: JobHoldsPort) {}

  asked(from: NodeId, { job: id, isHeld, ask: re }: TaskMessages['job.hold']): void {
    const { answers, places, retries } = this.port;
    const job = this.port.job(id);
    if (!job || job.isSettled) {
      const isOver = job !== undefined || places.placeOf(id).kind === 'final';
      if (!isOver) return answers.elsewhere(from, re, id);
      return answers.reply(from, re, { kind: 'job.held', isOver: true });
    }
    // What is written now must not take a cancel back that is on its way.
    if (retries.isWriting(id) || job.isCancelling || job.isDegraded) return answers.elsewhere(from, re, id);
    job.isHeld = isHeld;
    const tag: HoldTag = { what: 'hold', job: id, asker: { to: from, re } };
    this.port.emit({ kind: 'write', register: id, entries: [{ key: JOB, value: job.stored() }], tag });
  }

  written(job: Job, { asker }: HoldTag): void {
    this.port.answers.reply(asker.to, asker.re, { kind: 'job.held', isOver: false });
    for (const shard of job.unfinishedShards()) this.port.shards.ask('shard-hold', job, shard);
  }

  /** A shard has said how it stands. */
  heard(job: Job, shard: number, { held = false }: Progress): void {
    if (held !== job.isHeld && !job.isShardDone(shard)) this.port.shards.ask('shard-hold', job, shard);
  }
}
