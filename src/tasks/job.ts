import { assert, known } from '../kernel/assert.js';
import type { JobId, NodeId } from '../kernel/ids.js';
import { addCounts, noCounts, terminalCount, type Counts } from '../kernel/states.js';
import type { Plan } from './messages.js';
import type { JobInfo } from './queries.js';
import { shardRange, type TaskRange } from './range.js';
import type { JobSpec } from './spec.js';
import { jobState } from './states.js';

/** What the store keeps of a job, apart from its spec and items. */
export interface JobRecord {
  readonly job: JobId;
  readonly range: TaskRange;
  readonly plan: Plan;
  readonly itemised: boolean;
  readonly digest: string;
  readonly createdAtMs: number;
  readonly cancelled: boolean;
  readonly finished?: { readonly atMs: number; readonly counts: Counts } | undefined;
}

/** A job as its home sees it: which shards have been created, and what each last said of itself. */
export class Job {
  cancelled: boolean;
  finishedAtMs: number | undefined;
  /** Items by shard, kept until the shard's home has them. */
  readonly items: Map<number, readonly string[]>;
  /** Shards not yet sent to their homes, by home, the first last: a home that is away must not hold up the others. */
  readonly #unsent = new Map<NodeId, number[]>();
  /** How many shards are under way to each home. */
  readonly #creating = new Map<NodeId, number>();
  readonly #created = new Set<number>();
  readonly #said = new Map<number, { version: number; counts: Counts }>();
  readonly #totals = noCounts();
  #silent: number;
  #doneShards = 0;

  constructor(
    readonly record: JobRecord,
    readonly spec: JobSpec,
    items: Map<number, readonly string[]>,
  ) {
    this.cancelled = record.cancelled;
    this.items = items;
    this.#silent = record.range.count;
    if (record.finished) {
      this.finishedAtMs = record.finished.atMs;
      addCounts(this.#totals, record.finished.counts);
      this.#silent = 0;
      this.#doneShards = this.shards;
      return;
    }
    for (let shard = 0; shard < this.shards; shard++) {
      const unsent = this.#unsent.get(this.home(shard));
      if (unsent) unsent.push(shard);
      else this.#unsent.set(this.home(shard), [shard]);
    }
    for (const unsent of this.#unsent.values()) unsent.reverse();
  }

  get shards(): number {
    return Math.ceil(this.record.range.count / this.record.plan.shardSize);
  }

  get isComplete(): boolean {
    return this.#doneShards === this.shards;
  }

  home(shard: number): NodeId {
    const { homes, homeOf } = this.record.plan;
    const home = homes[homeOf[shard] ?? -1];
    assert(home !== undefined, () => `job ${this.record.job} has no home for shard ${shard}`);
    return home;
  }

  range(shard: number): TaskRange {
    return shardRange(this.record.range, this.record.plan.shardSize, shard);
  }

  /** The shards to be created next, so that up to `max` are under way at each home. They count as under way from now on. */
  startCreating(max: number): number[] {
    const next: number[] = [];
    for (const [home, unsent] of this.#unsent) {
      let underWay = this.#creating.get(home) ?? 0;
      for (; unsent.length > 0 && underWay < max; underWay++) {
        next.push(known(unsent.pop(), `shard of ${this.record.job} for ${home}`));
      }
      this.#creating.set(home, underWay);
      if (unsent.length === 0) this.#unsent.delete(home);
    }
    return next;
  }

  /** A shard's home has it: from now on it is told of cancels. */
  created(shard: number): void {
    if (this.#created.has(shard)) return;
    this.#created.add(shard);
    this.#creating.set(this.home(shard), (this.#creating.get(this.home(shard)) ?? 0) - 1);
    this.items.delete(shard);
  }

  /** Created at their homes, and not done as far as is known. */
  unfinishedShards(): number[] {
    return [...this.#created].filter((shard) => !this.isShardDone(shard));
  }

  isShardDone(shard: number): boolean {
    const said = this.#said.get(shard);
    return said !== undefined && terminalCount(said.counts) === this.range(shard).count;
  }

  /** Takes in what a shard says; older versions are ignored. True where it changed anything. */
  note(shard: number, version: number, counts: Counts): boolean {
    if (this.finishedAtMs !== undefined || shard >= this.shards) return false;
    const before = this.#said.get(shard);
    if (before && (before.version >= version || this.isShardDone(shard))) return false;
    if (before) addCounts(this.#totals, before.counts, -1);
    else this.#silent -= this.range(shard).count;
    addCounts(this.#totals, counts);
    this.#said.set(shard, { version, counts });
    if (this.isShardDone(shard)) this.#doneShards += 1;
    return true;
  }

  counts(): Counts {
    return { ...this.#totals, pending: this.#totals.pending + this.#silent };
  }

  info(): JobInfo {
    const counts = this.counts();
    return {
      job: this.record.job,
      name: this.spec.name,
      state: jobState(counts, this.record.range.count),
      tasks: this.record.range.count,
      counts,
      createdAtMs: this.record.createdAtMs,
      ...(this.finishedAtMs === undefined ? {} : { finishedAtMs: this.finishedAtMs }),
    };
  }

  stored(): JobRecord {
    const finished = this.finishedAtMs === undefined ? undefined : { atMs: this.finishedAtMs, counts: this.counts() };
    return { ...this.record, cancelled: this.cancelled, ...(finished ? { finished } : {}) };
  }
}
