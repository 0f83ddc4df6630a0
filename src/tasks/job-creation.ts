import type { JobId, NodeId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import type { Job } from './job.js';
import type { JobRecord } from './job-record.js';
import type { Creation, JobAnswers } from './job-answers.js';
import type { JobEffect } from './job-events.js';
import type { TaskMessages } from './messages.js';
import { shardRange } from './range.js';
import type { Written } from './register/messages.js';
import { digestOf } from './register/replica-set.js';
import { itemEntry, JOB, SHARD, SPEC } from './replication/names.js';
import type { Places } from './replication/places.js';
import { shardRecordOf } from './shard-record.js';
import { StagedItems } from './staged-items.js';

/** Why a job is not made at the moment. */
type Refusal = 'busy' | 'disagree';

/** A create is sent again for some seconds; this many are not refused in that time. */
const REFUSED_MAX = 4_096;

/** How jobs come to be here: their items are staged, their keys claimed, their registers made. */
export class JobCreation {
  /** Jobs on their way to a majority, and who waits for them. */
  readonly #waiting = new Map<JobId, Creation[]>();
  readonly #staged = new StagedItems();
  /** Creates that were refused for the moment, by asker: those last refused. */
  readonly #refused = new Map<string, Refusal>();

  /** @param openJobsMax - jobs that are not finished; beyond it a create is refused as busy */
  constructor(
    private readonly places: Places,
    private readonly answers: JobAnswers,
    private readonly openJobsMax: number,
    private readonly emit: (effect: JobEffect) => void,
  ) {}

  /** The shard has its items: the job need not keep them. */
  trim({ record: { job: register } }: Job, shard: number): void {
    const entries = [{ key: itemEntry(shard), value: null }];
    this.emit({ kind: 'write', register, entries, tag: { what: 'trimmed', job: register } });
  }

  stage(from: NodeId, { job, shard, items, ask }: TaskMessages['job.items'], now: Now): void {
    this.#staged.put(job, shard, items, now);
    this.answers.reply(from, ask, { kind: 'job.staged' });
  }

  /** A gateway is about to make a job under a key. */
  claim(from: NodeId, { job, createdAtMs, digest, rank, ask }: TaskMessages['job.claim']): void {
    this.emit({ kind: 'claim', register: job, createdAtMs, digest, rank, tag: { to: from, re: ask } });
  }

  /** @param open - the jobs that are coordinated here */
  create(from: NodeId, message: TaskMessages['job.create'], open: ReadonlyMap<JobId, Job>): void {
    const asker = { to: from, re: message.ask, digest: message.digest };
    const { job: id } = message;
    const job = open.get(id);
    if (job) return this.answers.exists(asker, job);
    const waiting = this.#waiting.get(id);
    if (waiting) {
      waiting.push(asker);
      return this.#claimAgain(message);
    }
    const place = this.places.placeOf(id);
    if (place.kind === 'final' && place.summary.job) {
      return this.answers.created(asker, place.summary.job, place.set.length, 'exists');
    }
    if (place.kind === 'elsewhere' && place.nodes.length > 0) return this.answers.elsewhere(from, message.ask, id);
    if (place.kind === 'gone') return this.answers.refused(asker, 'gone', message.range.count);
    const refusal = this.#refused.get(nameOf(asker)) ?? this.#refusalOf(message, open.size);
    if (refusal !== undefined) return this.#refuse(asker, refusal, message.range.count);
    const items = this.#itemsOf(message);
    if (!items) return this.answers.refused(asker, 'items-missing', message.range.count);
    this.#waiting.set(id, [asker]);
    const { set, createdAtMs, rank } = message;
    this.emit({ kind: 'create', register: id, set, createdAtMs, rank, entries: entriesOf(message, items) });
  }

  /** The job is there, or will not be. @returns who waited for it */
  end(job: JobId): readonly Creation[] {
    const waiting = this.#waiting.get(job) ?? [];
    this.#waiting.delete(job);
    return waiting;
  }

  /** The gateway has told its client that nothing was submitted: a copy of what it asked must not come to more. */
  #refuse(asker: Creation, refusal: Refusal, tasks: number): void {
    this.#refused.set(nameOf(asker), refusal);
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > REFUSED_MAX && oldest !== undefined) this.#refused.delete(oldest);
    this.answers.refused(asker, refusal, tasks);
  }

  /** It asks for what is on its way already, and may have claimed it once more for that. */
  #claimAgain({ job, set, createdAtMs, rank }: TaskMessages['job.create']): void {
    if (rank === undefined) return;
    this.emit({ kind: 'claimed-again', register: job, createdAtMs, digest: digestOf(set), rank });
  }

  #refusalOf({ job, set, isKeyed }: TaskMessages['job.create'], open: number): Refusal | undefined {
    if (open + this.#waiting.size >= this.openJobsMax) return 'busy';
    const isKnown = this.places.placeOf(job).kind !== 'unknown';
    return isKeyed && !isKnown && !this.places.wouldChoose(job, set) ? 'disagree' : undefined;
  }

  #itemsOf(message: TaskMessages['job.create']): ReadonlyMap<number, readonly string[]> | undefined {
    const { job, range, plan, itemised } = message;
    if (!itemised) return new Map();
    const shards = Math.ceil(range.count / plan.shardSize);
    const sizeOf = (shard: number) => Math.min(plan.shardSize, range.count - shard * plan.shardSize);
    return this.#staged.take(job, sizeOf, shards);
  }
}

function nameOf({ to, re }: Creation): string {
  return `${to} ${re}`;
}

/** What a new job's register begins with: a job of one shard has it there, too. */
function entriesOf(
  message: TaskMessages['job.create'],
  items: ReadonlyMap<number, readonly string[]>,
): readonly Written[] {
  const { job, spec, range, plan, itemised, digest, createdAtMs, set } = message;
  const held = spec.held === true ? { held: true } : {};
  const record: JobRecord = { job, range, plan, itemised, digest, createdAtMs, cancelled: false, ...held };
  const entries: Written[] = [
    { key: SPEC, value: spec },
    { key: JOB, value: record },
  ];
  if (range.count > plan.shardSize) {
    for (const [shard, lines] of items) entries.push({ key: itemEntry(shard), value: lines });
    return entries;
  }
  const shard = { job, shard: 0, spec, range: shardRange(range, plan.shardSize, 0), createdAtMs, cancelled: false };
  const only = items.get(0);
  const share = spec.maxParallel === undefined ? {} : { share: spec.maxParallel };
  const value = shardRecordOf({ ...shard, ...(only ? { items: [...only] } : {}), ...share, ...held, jobSet: set });
  entries.push({ key: SHARD, value });
  return entries;
}
