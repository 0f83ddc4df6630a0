import { assertNever } from '../kernel/assert.js';
import type {
  Answered,
  AskEffect,
  CommitEffect,
  Committed,
  MessageEvent,
  PeerEvent,
  Put,
  ReplyEffect,
} from '../kernel/effects.js';
import { compareText, type JobId, type NodeId } from '../kernel/ids.js';
import { terminalCount } from '../kernel/states.js';
import type { Now } from '../kernel/time.js';
import { TimerBook, type TimerEffect, type TimerFired } from '../kernel/timers.js';
import { HeldQueries, type HeldQuery } from './held-queries.js';
import { Job, type JobRecord } from './job.js';
import { itemsKey, jobKey, specKey } from './keys.js';
import type { TaskMessage, TaskMessages } from './messages.js';
import type { QueryMessage, QueryMessages } from './queries.js';
import { StagedItems } from './staged-items.js';
import type { JobSpec } from './spec.js';

export type JobTag =
  | { readonly what: 'created'; readonly job: JobId; readonly to: NodeId; readonly re: number }
  | { readonly what: 'shard'; readonly job: JobId; readonly shard: number }
  | { readonly what: 'cancelled'; readonly job: JobId; readonly to: NodeId; readonly re: number }
  | { readonly what: 'shard-cancelled'; readonly job: JobId; readonly shard: number }
  | { readonly what: 'finished'; readonly job: JobId };

type JobMessageKind = 'job.items' | 'job.create' | 'job.cancel' | 'shard.report';
type Incoming = TaskMessages[JobMessageKind] | QueryMessages['query.job' | 'query.jobs'];

export type JobEvent =
  | MessageEvent<Incoming>
  | Answered<TaskMessage, JobTag>
  | Committed<JobTag>
  | PeerEvent
  | TimerFired
  | { readonly kind: 'restore'; readonly jobs: readonly StoredJob[] };

export interface StoredJob {
  readonly record: JobRecord;
  readonly spec: JobSpec;
  readonly items: ReadonlyMap<number, readonly string[]>;
}

export type JobEffect =
  AskEffect<TaskMessage, JobTag> | ReplyEffect<TaskMessage | QueryMessage> | CommitEffect<JobTag> | TimerEffect;

export interface JobHomeConfig {
  /** Jobs that are not finished; beyond it a create is refused as busy. */
  readonly openJobsMax: number;
  /** Shards of one job under creation at once at one home: a big array must not flood its shards' homes. */
  readonly creatingMax: number;
}

const JOB_HOME_DEFAULTS: JobHomeConfig = { openJobsMax: 200_000, creatingMax: 16 };

/** The jobs whose home this node is: accepts them durably, creates their shards, gathers what these report. */
export class JobHome {
  readonly #jobs = new Map<JobId, Job>();
  readonly #committing = new Map<JobId, { job: Job; waiting: { to: NodeId; re: number }[] }>();
  readonly #staged = new StagedItems();
  readonly #timers = new TimerBook('jobs');
  readonly #held = new HeldQueries(this.#timers);
  #open = 0;
  #out: JobEffect[] = [];

  constructor(
    private readonly self: NodeId,
    private readonly config: JobHomeConfig = JOB_HOME_DEFAULTS,
  ) {}

  step(event: JobEvent, now: Now): JobEffect[] {
    this.#out = [];
    switch (event.kind) {
      case 'message':
        this.#onMessage(event.from, event.message, now);
        break;
      case 'reply':
        this.#onReply(event.tag, event.message, now);
        break;
      case 'no-reply': // every request of ours waits for ever
        break;
      case 'committed':
        this.#onCommitted(event.tag);
        break;
      case 'peer-restarted':
        for (const job of this.#jobs.values()) this.#recreate(job, event.node);
        break;
      case 'peer-here':
      case 'peer-gone':
        break;
      case 'timer':
        if (this.#timers.fired(event.timer)) this.#expireQueries(now);
        break;
      case 'restore':
        for (const stored of event.jobs) this.#restore(stored);
        break;
      default:
        assertNever(event);
    }
    return this.#out;
  }

  #onMessage(from: NodeId, message: Incoming, now: Now): void {
    switch (message.kind) {
      case 'job.items':
        this.#staged.put(message.job, message.shard, message.items, now);
        return this.#reply(from, message.ask, { kind: 'job.staged' });
      case 'job.create':
        return this.#create(from, message);
      case 'job.cancel':
        return this.#cancel(from, message);
      case 'shard.report':
        this.#note(message.job, message.shard, message.version, message.counts, now);
        return this.#reply(from, message.ask, { kind: 'shard.noted' });
      case 'query.job': {
        const job = this.#jobs.get(message.job);
        const query = { from, re: message.ask, topic: message.job, untilMs: now.monoMs + message.waitMs };
        if (job && !job.isComplete && message.waitMs > 0) this.#out.push(...this.#held.hold(query, now));
        else this.#tell(query);
        return;
      }
      case 'query.jobs':
        return this.#list(from, message);
      default:
        return assertNever(message);
    }
  }

  #create(from: NodeId, message: TaskMessages['job.create']): void {
    const answer = (outcome: TaskMessages['job.created']['outcome']) => {
      this.#reply(from, message.ask, { kind: 'job.created', outcome, tasks: message.range.count });
    };
    const known = this.#jobs.get(message.job);
    if (known) return answer(known.record.digest === message.digest ? 'exists' : 'conflict');
    const underWay = this.#committing.get(message.job);
    if (underWay) {
      if (underWay.job.record.digest !== message.digest) return answer('conflict');
      underWay.waiting.push({ to: from, re: message.ask });
      return;
    }
    if (this.#open + this.#committing.size >= this.config.openJobsMax) return answer('busy');
    const { job: id, spec, range, plan, itemised, digest, createdAtMs, ask } = message;
    const record: JobRecord = { job: id, range, plan, itemised, digest, createdAtMs, cancelled: false };
    const job = new Job(record, spec, new Map());
    if (message.itemised) {
      const items = this.#staged.take(message.job, (shard) => job.range(shard).count, job.shards);
      if (!items) return answer('items-missing');
      for (const [shard, lines] of items) job.items.set(shard, lines);
    }
    this.#committing.set(message.job, { job, waiting: [] });
    const puts: Put[] = [
      { key: specKey(message.job), value: spec },
      ...[...job.items].map(([shard, items]) => ({ key: itemsKey(message.job, shard), value: items })),
      { key: jobKey(message.job), value: record },
    ];
    this.#out.push({ kind: 'commit', puts, tag: { what: 'created', job: message.job, to: from, re: ask } });
    // The store keeps the order of writes: a shard of ours that is created behind the job is never durable before it.
    if (job.shards === 1 && job.home(0) === this.self) this.#createShards(job);
  }

  #onCommitted(tag: JobTag): void {
    if (tag.what === 'created') {
      const underWay = this.#committing.get(tag.job);
      this.#committing.delete(tag.job);
      if (!underWay) return;
      this.#jobs.set(tag.job, underWay.job);
      this.#open += 1;
      for (const { to, re } of [tag, ...underWay.waiting]) {
        this.#reply(to, re, { kind: 'job.created', outcome: 'created', tasks: underWay.job.record.range.count });
      }
      this.#createShards(underWay.job);
    } else if (tag.what === 'cancelled') {
      const job = this.#jobs.get(tag.job);
      const tasks = job ? job.record.range.count - terminalCount(job.counts()) : 0;
      this.#reply(tag.to, tag.re, { kind: 'job.cancelled', known: true, tasks });
      if (!job) return;
      job.cancelled = true;
      for (const shard of job.unfinishedShards()) this.#cancelShard(job, shard);
    }
  }

  #createShards(job: Job): void {
    for (const shard of job.startCreating(this.config.creatingMax)) this.#createShard(job, shard);
  }

  #createShard(job: Job, shard: number): void {
    const items = job.items.get(shard);
    this.#ask(
      job.home(shard),
      { what: 'shard', job: job.record.job, shard },
      {
        kind: 'shard.create',
        job: job.record.job,
        shard,
        spec: job.spec,
        range: job.range(shard),
        ...(items ? { items: [...items] } : {}),
        createdAtMs: job.record.createdAtMs,
        cancelled: job.cancelled,
      },
    );
  }

  #cancelShard(job: Job, shard: number): void {
    const id = job.record.job;
    this.#ask(job.home(shard), { what: 'shard-cancelled', job: id, shard }, { kind: 'shard.cancel', job: id, shard });
  }

  #onReply(tag: JobTag, message: { readonly kind: string }, now: Now): void {
    if (tag.what !== 'shard' && tag.what !== 'shard-cancelled') return;
    const job = this.#jobs.get(tag.job) ?? this.#committing.get(tag.job)?.job;
    const state = message as Omit<TaskMessages['shard.state'], 're'>;
    if (!job || state.kind !== 'shard.state') return;
    if (tag.what === 'shard') {
      job.created(tag.shard);
      if (job.cancelled) this.#cancelShard(job, tag.shard);
      this.#createShards(job);
    }
    this.#note(tag.job, tag.shard, state.version, state.counts, now);
  }

  /** A home that restarted is asked anew for every shard that is not done: its last word may have been lost with it. */
  #recreate(job: Job, node: NodeId): void {
    if (job.isComplete) return;
    for (const shard of job.unfinishedShards()) if (job.home(shard) === node) this.#createShard(job, shard);
  }

  #note(id: JobId, shard: number, version: number, counts: TaskMessages['shard.report']['counts'], now: Now): void {
    const job = this.#jobs.get(id) ?? this.#committing.get(id)?.job;
    if (!job?.note(shard, version, counts) || !job.isComplete) return;
    job.finishedAtMs = now.wallMs;
    this.#open -= 1;
    job.items.clear();
    this.#out.push({
      kind: 'commit',
      puts: [{ key: jobKey(id), value: job.stored() }],
      tag: { what: 'finished', job: id },
    });
    for (const query of this.#held.release(id)) this.#tell(query);
  }

  #cancel(from: NodeId, message: TaskMessages['job.cancel']): void {
    const job = this.#jobs.get(message.job);
    if (!job || job.isComplete) {
      const tasks = 0;
      return this.#reply(from, message.ask, { kind: 'job.cancelled', known: job !== undefined, tasks });
    }
    this.#out.push({
      kind: 'commit',
      puts: [{ key: jobKey(message.job), value: { ...job.stored(), cancelled: true } }],
      tag: { what: 'cancelled', job: message.job, to: from, re: message.ask },
    });
  }

  #restore({ record, spec, items }: StoredJob): void {
    const job = new Job(record, spec, new Map(items));
    this.#jobs.set(record.job, job);
    if (job.isComplete) return;
    this.#open += 1;
    this.#createShards(job);
  }

  #list(from: NodeId, message: QueryMessages['query.jobs']): void {
    const { beforeMs = Infinity, beforeJob = '' } = message;
    const jobs = [...this.#jobs.values()]
      .filter((job) => job.record.job.startsWith(message.prefix))
      .filter(
        ({ record: { createdAtMs, job } }) => createdAtMs < beforeMs || (createdAtMs === beforeMs && job < beforeJob),
      )
      .map((job) => job.info())
      .filter((info) => message.state === undefined || info.state === message.state)
      .sort((a, b) => b.createdAtMs - a.createdAtMs || compareText(b.job, a.job))
      .slice(0, message.limit);
    this.#reply(from, message.ask, { kind: 'query.jobs-told', jobs });
  }

  #expireQueries(now: Now): void {
    const { due, effects } = this.#held.expire(now);
    this.#out.push(...effects);
    for (const query of due) this.#tell(query);
  }

  #tell(query: HeldQuery): void {
    const job = this.#jobs.get(query.topic as JobId);
    if (!job) return this.#reply(query.from, query.re, { kind: 'query.job-told' });
    const { digest, range, plan } = job.record;
    const found = { info: job.info(), digest, range, plan, cancelled: job.cancelled };
    this.#reply(query.from, query.re, { kind: 'query.job-told', found });
  }

  #ask(to: NodeId, tag: JobTag, message: AskEffect<TaskMessage, JobTag>['message']): void {
    this.#out.push({ kind: 'ask', to, message, tag, patience: 'forever' });
  }

  #reply(to: NodeId, re: number, message: ReplyEffect<TaskMessage | QueryMessage>['message']): void {
    this.#out.push({ kind: 'reply', to, re, message });
  }
}
