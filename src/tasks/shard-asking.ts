import { known } from '../kernel/assert.js';
import type { Request } from '../kernel/effects.js';
import type { NodeId } from '../kernel/ids.js';
import { nextAsked, type NextAsked } from './asking.js';
import type { JobEffect, ShardAskTag } from './job-events.js';
import type { Job } from './job.js';
import type { TaskMessage, TaskMessages } from './messages.js';

const SURVIVOR_PAUSE_MS = 2_000;

/** Asks whoever coordinates the shards of a job, wherever that is by now. */
export class ShardAsking {
  /** Where a shard's coordinator was last found, if not where it would be asked for else. */
  readonly #found = new Map<string, NodeId>();

  /**
   * @param patienceMs - a node that does not answer for so long is passed over
   * @param isNear - whether a message to a node needs no handshake first. Any of a set can make its shard
   */
  constructor(
    private readonly self: NodeId,
    private readonly patienceMs: number,
    private readonly isNear: (node: NodeId) => boolean,
    private readonly emit: (effect: JobEffect) => void,
  ) {}

  ask(what: ShardAskTag['what'], job: Job, shard: number): void {
    const usual = job.shards === 1 ? this.self : this.at(job, shard);
    this.#send(what, job, shard, { to: usual, delayMs: 0 }, 0);
  }

  /**
   * Asks on, where the one asked does not serve.
   *
   * @param answer - undefined where none came
   */
  askNext({ what, shard, asked, hops }: ShardAskTag, job: Job, answer: { readonly kind: string } | undefined): void {
    const hints = answer?.kind === 'elsewhere' ? (answer as TaskMessages['elsewhere']).nodes : [];
    this.#send(what, job, shard, nextAsked([...job.set(shard), this.self], asked, hints, hops), hops + 1);
  }

  /** A survivor goes on alone with the shard, maybe for long: it is asked again until a majority is back. */
  askSurvivor({ what, shard, asked, hops }: ShardAskTag, job: Job): void {
    this.#send(what, job, shard, { to: asked, delayMs: SURVIVOR_PAUSE_MS }, hops + 1);
  }

  found(job: Job, shard: number, at: NodeId): void {
    if (at !== this.at(job, shard)) this.#found.set(nameOf(job, shard), at);
  }

  /** Where it is, as far as is known. */
  at(job: Job, shard: number): NodeId {
    return this.#found.get(nameOf(job, shard)) ?? job.set(shard).find(this.isNear) ?? job.first(shard);
  }

  forget(job: Job): void {
    for (let shard = 0; shard < job.shards; shard++) this.#found.delete(nameOf(job, shard));
  }

  #send(what: ShardAskTag['what'], job: Job, shard: number, { to, delayMs }: NextAsked, hops: number): void {
    const tag = { what, job: job.record.job, shard, asked: to, hops };
    // Who is asked next takes over from one that only waited for handshakes with its replicas.
    const patienceMs = job.set(shard).every(this.isNear) ? this.patienceMs : 2 * this.patienceMs;
    const message = messageOf(what, job, shard);
    this.emit({ kind: 'ask', to, message, tag, patience: patienceMs + delayMs, delayMs });
  }
}

function nameOf(job: Job, shard: number): string {
  return `${job.record.job}#${shard}`;
}

function messageOf(what: ShardAskTag['what'], job: Job, shard: number): Request<TaskMessage> {
  const about = { job: job.record.job, shard };
  if (what === 'shard') return createOf(job, shard);
  if (what === 'shard-released') return { kind: 'shard.release', ...about };
  if (what === 'shard-hold') return { kind: 'shard.hold', ...about, isHeld: job.isHeld };
  if (what === 'shard-update') return { kind: 'shard.update', ...about, ...changesOf(job, shard) };
  if (what === 'shard-cancelled') return { kind: 'shard.cancel', ...about, ...causeOf(job) };
  const { failedOnly, index } = known(job.record.retry, `retry of ${job.record.job}`);
  const selection = { failedOnly, ...(index === undefined ? {} : { index }) };
  return { kind: 'shard.retry', ...about, run: job.neededRun(shard), ...selection };
}

function createOf(job: Job, shard: number): Omit<TaskMessages['shard.create'], 'ask'> {
  const items = job.items.get(shard);
  const share = job.share(shard);
  const terms = job.limits?.terms;
  const { job: id, createdAtMs } = job.record;
  return {
    kind: 'shard.create',
    ...{ job: id, shard, spec: job.spec, range: job.range(shard), createdAtMs },
    ...(items ? { items: [...items] } : {}),
    ...(share === undefined ? {} : { share }),
    ...(terms ? { terms } : {}),
    ...{
      cancelled: job.cancelled,
      ...causeOf(job),
      ...(job.isHeld ? { held: true } : {}),
      set: [...job.set(shard)],
      jobSet: [...job.replicas],
    },
  };
}

function changesOf(job: Job, shard: number): Pick<TaskMessages['shard.update'], 'terms' | 'share'> {
  const share = job.share(shard);
  const terms = known(job.limits?.terms, `changed terms of ${job.record.job}`);
  return { terms, ...(share === undefined ? {} : { share }) };
}

function causeOf({ cause }: Job): { readonly expired?: true; readonly abandoned?: true } {
  const expired = cause?.expired === true ? { expired: true as const } : {};
  return cause?.abandoned === true ? { abandoned: true, ...expired } : expired;
}
