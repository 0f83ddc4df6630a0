import { known } from '../kernel/assert.js';
import type { NodeId } from '../kernel/ids.js';
import { addCounts, failedCount, noCounts, terminalCount, totalOf, type Counts } from '../kernel/states.js';
import { parentsOf, type Gate, type Waits } from './gate.js';
import { itemsIn } from './item-entries.js';
import { isNews, runOf, type Progress } from './progress.js';
import { limitsInfo, placingOf } from './job-limits.js';
import { causeOf, infoOf, setOf, shardsOf, type CancelCause, type JobLimits, type JobRecord } from './job-record.js';
import type { JobInfo } from './queries.js';
import { shardOf, shardRange, type TaskRange } from './range.js';
import type { ReplicaSet } from './register/replica-set.js';
import { JOB, SPEC } from './replication/names.js';
import { ShardsByNode, ShardsInTurn, type ShardQueue } from './shard-queue.js';
import type { Scheduled } from './schedule.js';
import { Shares } from './shares.js';
import type { JobSpec } from './spec.js';

/** In place of what most jobs, those of one task, have nothing to put into; nothing is ever added to it. */
const NONE = new Map<never, never>();
const NO_SHARDS = new Set<number>();
/** The only shard of a job is there with the job. */
const ONLY = new Set([0]);

/** A job as its coordinator sees it: which shards have been created, and what each last said of itself. */
export class Job {
  cancelled: boolean;
  /** Why, where no user wished it. */
  cause: CancelCause | undefined;
  /** Its cancel is on its way to a majority: whatever is written meanwhile says so too. */
  isCancelling = false;
  causeUnderWay: CancelCause | undefined;
  /** Somebody holds it back. */
  isHeld: boolean;
  /** Changed since it was submitted. */
  limits: JobLimits | undefined;
  gate: Gate | undefined;
  /** Of a schedule. */
  scheduled: Scheduled | undefined;
  /** What it waits for before anything of it starts. */
  waits: Waits | undefined;
  /** Stored, for a job of several shards. */
  isFinishStored: boolean;
  /** Of a job of several shards that is not at its end. */
  readonly #queue: ShardQueue | undefined;
  readonly #shares: Shares;
  readonly #created: Set<number>;
  /** Created, and asked how they stand. */
  readonly #polled: Set<number>;
  #said: Map<number, Progress> = NONE;
  /** Shards that have not yet carried out the last retry. */
  readonly #unretried: Set<number>;
  readonly #totals = noCounts();
  #silent: number;
  #doneShards = 0;
  #degradedShards = 0;
  #endedAtMs = 0;

  constructor(
    readonly record: JobRecord,
    readonly spec: JobSpec,
    /** Where the job itself is. */
    readonly replicas: ReplicaSet,
    /** By shard, kept until the shard's coordinator has them. */
    readonly items: Map<number, readonly string[]>,
    /** This node goes on with it alone. */
    readonly isDegraded = false,
  ) {
    const isAlone = this.shards === 1;
    this.#created = isAlone ? ONLY : new Set();
    this.#polled = isAlone ? NO_SHARDS : new Set();
    this.#unretried = record.retry ? new Set() : NO_SHARDS;
    this.cancelled = record.cancelled;
    this.cause = causeOf(record);
    this.isHeld = record.held === true;
    this.limits = record.limits;
    this.gate = record.gate;
    this.scheduled = record.scheduled;
    this.#silent = record.range.count;
    const isOver = (shard: number) => this.isShardSettled(shard);
    this.#shares = new Shares(this.shards, isOver);
    this.isFinishStored = record.finished !== undefined;
    if (record.finished) {
      this.#endedAtMs = record.finished.atMs;
      addCounts(this.#totals, record.finished.counts);
      this.#silent = 0;
      this.#doneShards = this.shards;
      return;
    }
    for (let shard = 0; record.retry && shard < this.shards; shard++) {
      if (this.neededRun(shard) > 0) this.#unretried.add(shard);
    }
    if (isAlone) return;
    const { maxParallel } = spec;
    this.#queue =
      maxParallel === undefined
        ? new ShardsByNode(this.shards, (shard) => this.first(shard))
        : new ShardsInTurn(this.shards, () => this.limits?.terms?.widest ?? maxParallel, isOver);
  }

  /** From the entries of its register. */
  static of(entries: ReadonlyMap<string, unknown>, replicas: ReplicaSet, isDegraded = false): Job {
    return new Job(entries.get(JOB) as JobRecord, entries.get(SPEC) as JobSpec, replicas, itemsIn(entries), isDegraded);
  }

  get shards(): number {
    return shardsOf(this.record);
  }

  get isComplete(): boolean {
    return this.#doneShards === this.shards;
  }

  /** When its last task ended. */
  get endedAtMs(): number {
    return Math.max(this.#endedAtMs, this.record.createdAtMs);
  }

  set(shard: number): ReplicaSet {
    return setOf(this.record.plan, shard, this.replicas);
  }

  first(shard: number): NodeId {
    return known(this.set(shard)[0], `replica of ${this.record.job}#${shard}`);
  }

  range(shard: number): TaskRange {
    return shardRange(this.record.range, this.record.plan.shardSize, shard);
  }

  /** The shards to be created next, so that up to `max` are under way at each node. They count as under way from now on. */
  startCreating(max: number): number[] {
    return this.#queue?.next(max) ?? [];
  }

  /** How many tasks of a shard may be placed at a time; undefined: all. */
  share(shard: number): number | undefined {
    return this.maxParallel === undefined ? undefined : this.#shares.of(shard, this.maxParallel);
  }

  /** The last shard that may have any placed. */
  get lastPlaced(): number {
    return this.#shares.last(this.maxParallel ?? Infinity);
  }

  /** What a shard last said of itself. */
  told(shard: number): Progress | undefined {
    return this.#said.get(shard);
  }

  /** So many of its tasks may be placed at a time, if not all. */
  get maxParallel(): number | undefined {
    return this.limits?.terms?.changed.maxParallel ?? this.spec.maxParallel;
  }

  /** A shard's coordinator has it: from now on it is told of cancels. */
  created(shard: number): void {
    this.#polled.delete(shard);
    if (this.#created.has(shard)) return;
    this.#created.add(shard);
    this.#queue?.made(shard);
    this.items.delete(shard);
  }

  /** Of a job of several: up to `max` shards that are created and not done as far as is known, in turn, and that are not asked about already. */
  startPolling(max: number): number[] {
    const shards: number[] = [];
    if (this.shards === 1) return shards;
    for (const shard of this.#created) {
      if (shards.length >= max) break;
      if (!this.isShardSettled(shard) && !this.#polled.has(shard)) shards.push(shard);
    }
    for (const shard of shards) {
      this.#polled.add(shard);
      // Those had their turn.
      if (this.#created.delete(shard)) this.#created.add(shard);
    }
    return shards;
  }

  /** Created, and not done as far as is known. */
  unfinishedShards(): number[] {
    return [...this.#created].filter((shard) => !this.isShardSettled(shard));
  }

  /** Sent to their homes, which have not answered yet. */
  shardsUnderCreation(): number[] {
    const rest = this.#queue?.rest();
    const all = Array.from({ length: this.shards }, (_, shard) => shard);
    return all.filter((shard) => rest?.has(shard) !== true && !this.#created.has(shard));
  }

  /** All shards have carried out the last retry, if there was one. */
  get isRetried(): boolean {
    return this.#unretried.size === 0;
  }

  mustRetry(shard: number): boolean {
    return this.#unretried.has(shard);
  }

  /** How many tasks the last retry has started again. */
  retriedTasks(): number {
    const { retry } = this.record;
    if (retry?.tasks !== undefined) return retry.tasks;
    let tasks = 0;
    for (const { retried } of this.#said.values()) if (retried?.run === retry?.run) tasks += retried?.tasks ?? 0;
    return tasks;
  }

  /** What a shard said before it carried out this retry counts no more. */
  neededRun(shard: number): number {
    const { retry, range, plan } = this.record;
    const isMeant = retry?.index === undefined || shardOf(range, plan.shardSize, retry.index) === shard;
    return isMeant ? (retry?.run ?? 0) : 0;
  }

  /** Some of what is known of it is by the word of a survivor without a majority, and may be taken back: they are not given up. */
  get isProvisional(): boolean {
    return this.isDegraded || (this.#degradedShards > 0 && this.cause?.abandoned !== true);
  }

  /** Complete, and nothing of it may be taken back. */
  get isSettled(): boolean {
    return this.isComplete && !this.isProvisional;
  }

  /** Done, and not by the word of a survivor alone, unless the others are given up. */
  isShardSettled(shard: number): boolean {
    return this.isShardDone(shard) && (this.#said.get(shard)?.degraded !== true || this.cause?.abandoned === true);
  }

  isShardDone(shard: number): boolean {
    const said = this.#said.get(shard);
    return said !== undefined && terminalCount(said.counts) === this.range(shard).count;
  }

  /** Takes in what a shard says; older versions are ignored. True where it changed anything. */
  note(shard: number, said: Progress): boolean {
    if (this.isFinishStored || shard >= this.shards) return false;
    // Word of another job under the same id, which nodes that disagreed made at the same time: it is no word of this one.
    if (totalOf(said.counts) !== this.range(shard).count) return false;
    if (runOf(said) < this.neededRun(shard)) return false;
    const before = this.#said.get(shard);
    const wasDone = this.isShardDone(shard);
    if (before && !isNews(before, said, wasDone)) return false;
    if (before) addCounts(this.#totals, before.counts, -1);
    else this.#silent -= this.range(shard).count;
    addCounts(this.#totals, said.counts);
    if (this.#said === NONE) this.#said = new Map();
    this.#said.set(shard, said);
    this.#endedAtMs = Math.max(this.#endedAtMs, said.endedAtMs);
    this.#doneShards += Number(this.isShardDone(shard)) - Number(wasDone);
    if (this.isShardDone(shard)) this.#shares.ended();
    this.#degradedShards += Number(said.degraded === true) - Number(before?.degraded === true);
    // Of what a survivor alone has on record nobody may know any more when it is healed.
    if (said.degraded !== true) this.#unretried.delete(shard);
    return true;
  }

  /** It is cancelled, durably. */
  cut(cause: CancelCause | undefined): void {
    this.cancelled = true;
    this.cause = cause?.abandoned === true ? cause : (this.cause ?? cause);
  }

  /** So many of its tasks may end badly. */
  get maxFails(): number {
    return this.limits?.maxFails ?? this.spec.maxFails ?? Infinity;
  }

  /** More of it has ended badly than its submitter puts up with. */
  get isHopeless(): boolean {
    // Who has one task of many started again does not ask for an end to it.
    return this.record.retry?.index === undefined && failedCount(this.#totals) > this.maxFails;
  }

  counts(): Counts {
    return { ...this.#totals, pending: this.#totals.pending + this.#silent };
  }

  info(): JobInfo {
    const limits = limitsInfo(this);
    const last = this.scheduled ? { last: this.scheduled } : {};
    const info = infoOf(
      { ...this.record, cancelled: this.cancelled, ...this.cause },
      this.spec.name,
      this.counts(),
      this.isComplete ? this.endedAtMs : undefined,
    );
    return {
      ...info,
      ...(this.isProvisional ? { degraded: true } : {}),
      ...(limits && !this.isComplete ? { limits } : {}),
      ...(this.isHeld && !this.isComplete ? { held: true } : {}),
      ...(this.spec.schedule ? { schedule: { ...this.spec.schedule, ...last } } : {}),
      ...placingOf(this.spec),
      ...parentsOf(this.spec),
      ...(this.waits && !this.cancelled ? { waits: this.waits } : {}),
    };
  }

  stored(): JobRecord {
    const finished = this.isComplete ? { atMs: this.endedAtMs, counts: this.counts() } : undefined;
    const { retry } = this.record;
    const retried = retry && finished ? { retry: { ...retry, tasks: this.retriedTasks() } } : {};
    const gate = this.gate ? { gate: this.gate } : {};
    return {
      ...this.record,
      cancelled: this.cancelled || this.isCancelling,
      held: this.isHeld,
      ...(this.limits ? { limits: this.limits } : {}),
      ...(this.causeUnderWay ?? this.cause),
      ...gate,
      ...(this.scheduled ? { scheduled: this.scheduled } : {}),
      ...(finished ? { finished } : {}),
      ...retried,
    };
  }
}
