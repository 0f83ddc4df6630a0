import type { ReplyEffect } from '../kernel/effects.js';
import type { JobId, NodeId } from '../kernel/ids.js';
import type { HeldQuery } from './held-queries.js';
import type { JobEffect } from './job-events.js';
import { type Job } from './job.js';
import { infoOf, type JobRecord } from './job-record.js';
import type { TaskMessage, TaskMessages } from './messages.js';
import type { JobInfo, QueryMessage, QueryMessages } from './queries.js';
import { majorityOf } from './register/replica-set.js';
import type { Places } from './replication/places.js';
import type { Asker } from './shard-tags.js';

type Found = NonNullable<QueryMessages['query.job-told']['found']>;

/** A request to be answered when a job is durable; it is the same job only where the digest is. */
export interface Creation extends Asker {
  readonly digest: string;
}

/** What a node answers about jobs, of those that it coordinates and of those that it does not. */
export class JobAnswers {
  constructor(
    private readonly places: Places,
    private readonly emit: (effect: JobEffect) => void,
  ) {}

  /** @param job - where this node coordinates it */
  job({ from, re, topic }: HeldQuery, job: Job | undefined): void {
    const id = topic as JobId;
    if (job)
      return this.#found(from, re, {
        ...foundOf(job.record, job.replicas),
        info: this.#infoOf(job),
        cancelled: job.cancelled,
        ...expiredOf(job.cause),
        ...(job.isDegraded ? { isAlone: true } : {}),
      });
    const place = this.places.placeOf(id);
    if (place.kind === 'unknown') return this.reply(from, re, { kind: 'query.job-told' });
    if (place.kind === 'gone') return this.reply(from, re, { kind: 'query.job-told', isGone: true });
    const record = place.kind === 'final' ? place.summary.job : undefined;
    if (place.kind !== 'final' || !record?.finished) return this.elsewhere(from, re, id);
    const { counts, atMs } = record.finished;
    const { name = '', after } = place.summary;
    const info = { ...infoOf(record, name, counts, atMs), ...(after ? { after } : {}) };
    this.#found(from, re, { ...foundOf(record, place.set), info, cancelled: record.cancelled, ...expiredOf(record) });
  }

  /** To who waits for it to be made. By a survivor that goes on alone nothing is accepted. */
  opened(asker: Creation, { record, replicas, isDegraded }: Job, isNew: boolean): void {
    if (isDegraded) this.elsewhere(asker.to, asker.re, record.job);
    else this.created(asker, record, replicas.length, isNew ? 'created' : 'exists');
  }

  /** A survivor that goes on alone vouches for its own disk only. */
  exists(asker: Creation, { record, replicas, isDegraded }: Job): void {
    this.created(asker, record, replicas.length, 'exists', isDegraded ? 1 : undefined);
  }

  created(
    asker: Creation,
    record: JobRecord,
    replicas: number,
    outcome: 'created' | 'exists',
    acked = majorityOf(replicas),
  ): void {
    const isSame = record.digest === asker.digest;
    const message = { kind: 'job.created' as const, tasks: record.range.count, replicas, acked };
    this.reply(asker.to, asker.re, { ...message, outcome: isSame ? outcome : 'conflict' });
  }

  refused(
    { to, re }: Pick<Creation, 'to' | 're'>,
    outcome: TaskMessages['job.created']['outcome'],
    tasks: number,
  ): void {
    this.reply(to, re, { kind: 'job.created', outcome, tasks, replicas: 0, acked: 0 });
  }

  elsewhere(to: NodeId, re: number, id: JobId): void {
    this.reply(to, re, { kind: 'elsewhere', nodes: this.places.hints(id) });
  }

  reply(to: NodeId, re: number, message: ReplyEffect<TaskMessage | QueryMessage>['message']): void {
    this.emit({ kind: 'reply', to, re, message });
  }

  #infoOf(job: Job): JobInfo {
    const hindrance = job.isComplete ? undefined : this.places.hindrance(job.replicas, job.isDegraded);
    return { ...job.info(), ...(hindrance === undefined ? {} : { hindrance }) };
  }

  #found(to: NodeId, re: number, found: Found): void {
    this.reply(to, re, { kind: 'query.job-told', found });
  }
}

function foundOf(
  { digest, range, plan }: JobRecord,
  set: readonly NodeId[],
): Omit<Found, 'info' | 'cancelled' | 'expired'> {
  return { digest, range, plan, set: [...set] };
}

function expiredOf(of: Pick<JobRecord, 'expired'> | undefined): Pick<Found, 'expired'> {
  return of?.expired === true ? { expired: true } : {};
}
