import { noCounts, terminalCount, totalOf } from '../kernel/states.js';
import type { JobId, NodeId } from '../kernel/ids.js';
import type { JobAnswers } from './job-answers.js';
import type { JobCancels } from './job-cancels.js';
import type { JobEffect, ShardAskTag } from './job-events.js';
import type { Job } from './job.js';
import type { CancelCause } from './job-record.js';
import type { TaskMessages } from './messages.js';
import type { Progress } from './progress.js';
import { abandonedBecause } from './replication/abandoning.js';
import type { Loss } from './replication/degraded.js';
import type { Places } from './replication/places.js';
import type { ShardAsking } from './shard-asking.js';

/** What giving up the dead replicas of jobs needs of the machine that coordinates these. */
export interface JobAbandonsPort {
  readonly places: Places;
  readonly answers: JobAnswers;
  readonly cancels: JobCancels;
  readonly shards: ShardAsking;
  job(id: JobId): Job | undefined;
  emit(effect: JobEffect): void;
  /** A shard that nobody has any more counts as made, and is told of in its place. */
  presume(job: Job, shard: number, progress: Progress): void;
}

type Verdict = Pick<TaskMessages['job.abandoned'], 'outcome'> &
  Partial<Omit<TaskMessages['job.abandoned'], 'kind' | 're'>>;

/** In vain asked so often, a shard whose replicas are all gone is nowhere. */
const HOPS_MAX = 8;

/** It reports again, with the next that happens to it. */
const REPORTED_MS = 5_000;

/**
 * Jobs that can never be recorded final, as most replicas of theirs or of one of their shards are dead for good: an operator gives
 * these up, and the job ends as cancelled. What nobody but a survivor knows stays provisional (ADR 33).
 */
export class JobAbandons {
  constructor(private readonly port: JobAbandonsPort) {}

  /** Answered as it stands; who gets `begun` asks again. */
  asked(from: NodeId, { job: id, ask: re }: TaskMessages['job.abandon']): void {
    const { answers } = this.port;
    const job = this.port.job(id);
    const hasMajority = job && !job.isDegraded && this.port.places.loss(id) === 'whole';
    const verdict = hasMajority ? this.#ofShards(job) : this.#ofJob(id, job);
    if (!verdict) return answers.elsewhere(from, re, id);
    const nothing = { gone: 0, replicas: 0, leftMs: 0, tasks: 0, degraded: false };
    answers.reply(from, re, { kind: 'job.abandoned', ...nothing, ...verdict });
  }

  /** Asks for a shard that was not found where it was looked for. */
  askNext(tag: ShardAskTag, job: Job, answer: { readonly kind: string } | undefined): void {
    const { places, shards } = this.port;
    if (job.cause?.abandoned === true && tag.hops >= HOPS_MAX && !job.isShardDone(tag.shard)) {
      const loss = places.lossOf(job.set(tag.shard));
      if (loss?.leftMs === 0 && loss.gone === loss.replicas)
        this.port.presume(job, tag.shard, lastWord(job, tag.shard));
    }
    shards.askNext(tag, job, answer);
  }

  /** A shard that was held to be lost with its replicas is there after all: it is to end as well as its job has. */
  reported(from: NodeId, { job, shard, counts }: TaskMessages['shard.report']): void {
    const place = this.port.places.placeOf(job);
    if (place.kind !== 'final' || place.summary.job?.abandoned !== true || terminalCount(counts) === totalOf(counts))
      return;
    const message = { kind: 'shard.cancel' as const, job, shard };
    const tag = { what: 'shard-cancelled' as const, job, shard, asked: from, hops: 0 };
    this.port.emit({ kind: 'ask', to: from, message, tag, patience: REPORTED_MS });
  }

  /** Of a job that a majority has: only shards of it can be lost. */
  #ofShards(job: Job): Verdict {
    if (job.cause?.abandoned === true) return done(job);
    if (job.isSettled) return { outcome: 'over' };
    const losses = Array.from({ length: job.shards }, (_, shard) => this.#lossOf(job, shard)).filter(
      (loss) => loss !== undefined,
    );
    const [worst] = losses.sort((a, b) => a.leftMs - b.leftMs);
    if (!worst) return { outcome: 'whole' };
    const { gone, replicas, leftMs } = worst;
    if (leftMs > 0) return { gone, replicas, leftMs, outcome: 'early' };
    const expired = job.cause?.expired === true ? { expired: true } : {};
    const cause: CancelCause = { reason: `${abandonedBecause(worst)} of a part of it`, abandoned: true, ...expired };
    this.port.cancels.abandon(job, cause);
    return { gone, replicas, outcome: 'begun' };
  }

  #lossOf(job: Job, shard: number): Loss | undefined {
    if (job.isShardSettled(shard)) return undefined;
    const { places, shards } = this.port;
    const set = job.set(shard);
    const at = shards.at(job, shard);
    // It has moved, and was found there.
    const hasMoved = !set.includes(at) && places.lossOf([at]) === undefined;
    return hasMoved ? undefined : places.lossOf(set);
  }

  /** Of a job that nobody coordinates, or a node that has no majority for it. */
  #ofJob(id: JobId, job: Job | undefined): Verdict | undefined {
    if (job?.cause?.abandoned === true) return done(job);
    const { places } = this.port;
    const { kind } = places.placeOf(id);
    if (kind === 'final' || kind === 'gone') return { outcome: 'over' };
    const loss = places.loss(id);
    if (loss === undefined || loss === 'whole') return loss && { outcome: loss };
    const { isWhole, gone, replicas, leftMs } = loss;
    if (!isWhole) return { gone, replicas, outcome: 'unsure' };
    if (leftMs > 0) return { gone, replicas, leftMs, outcome: 'early' };
    this.port.emit({ kind: 'abandon', register: id });
    return { gone, replicas, outcome: 'begun' };
  }
}

/** In place of a shard that nobody has; whatever is heard of it after all is later. */
function lastWord(job: Job, shard: number): Progress {
  const word = job.cause?.expired === true ? 'expired' : 'cancelled';
  const counts = { ...noCounts(), [word]: job.range(shard).count };
  const run = job.neededRun(shard);
  return { version: 0, counts, endedAtMs: 0, degraded: true, ...(run > 0 ? { retried: { run, tasks: 0 } } : {}) };
}

function done(job: Job): Verdict {
  const counts = job.counts();
  const tasks = job.record.range.count - terminalCount(counts) + counts.cancelled;
  return { outcome: 'done', tasks, degraded: job.isDegraded };
}
