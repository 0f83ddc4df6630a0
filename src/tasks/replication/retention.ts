import { assert } from '../../kernel/assert.js';
import type { NodeId } from '../../kernel/ids.js';
import { REGISTER_DEFAULTS } from '../register/config.js';
import type { RegisterId } from '../register/head.js';
import { majorityOf, type ReplicaSet } from '../register/replica-set.js';
import { ByHour } from './by-hour.js';

export interface RetentionConfig {
  /** What is finished is kept so long … */
  readonly keepMs: number;
  /** … or until this node holds so many bytes of it; then the oldest goes first. */
  readonly keepBytes: number;
  /** The retention floor, whatever the pressure: with the skew of clocks. */
  readonly floorMs: number;
  /** The name of what was let go is remembered so long: beyond any message about it, and any repeat of its submission. */
  readonly tombstoneMs: number;
  readonly tickMs: number;
  /** Registers let go of, and looked at, in one tick: there may be a million. */
  readonly actionsMax: number;
  readonly looksMax: number;
  /** Until something that could not go is tried again. */
  readonly againMs: number;
}

export const RETENTION_DEFAULTS: RetentionConfig = {
  keepMs: 7 * 86_400_000,
  keepBytes: 2 ** 30,
  floorMs: REGISTER_DEFAULTS.floorMs + 2 * REGISTER_DEFAULTS.skewMs,
  tombstoneMs: 7 * 86_400_000,
  tickMs: 10_000,
  actionsMax: 256,
  looksMax: 32_768,
  againMs: 600_000,
};

/** A finished register. */
export interface Finished {
  readonly id: RegisterId;
  /** When it ended. */
  readonly atMs: number;
  readonly bornAtMs: number;
  /** About what it takes on disk. */
  readonly bytes: number;
  /** Of a shard with a register of its own. */
  readonly job?: { readonly id: RegisterId; readonly set: ReplicaSet } | undefined;
}

interface Kept extends Finished {
  jobSet: ReplicaSet;
  goneAt?: Set<NodeId>;
  notBeforeMs: number;
}

/** What is to be done now. */
export interface Letting {
  readonly bury: readonly RegisterId[];
  readonly forget: readonly RegisterId[];
  /** Whether these jobs are gone; under pressure they may go now. */
  readonly asks: ReadonlyMap<NodeId, ReadonlySet<RegisterId>>;
  readonly isPressed: boolean;
}

/**
 * When finished registers are let go: by age, under pressure the oldest first, never below the floor. A job goes by itself; its
 * shards only once a majority of its replicas say that it is gone, so whoever can still open a job finds all of it. What is
 * buried leaves its name; later that is forgotten too. Bounded work a tick.
 */
export class Retention {
  readonly #kept = new Map<RegisterId, Kept>();
  readonly #byEnd = new ByHour<Kept>();
  readonly #byJob = new Map<RegisterId, Set<RegisterId>>();
  readonly #tombs = new ByHour<{ readonly id: RegisterId; readonly atMs: number }>();
  #bytes = 0;
  #names = 0;

  constructor(private readonly config: RetentionConfig = RETENTION_DEFAULTS) {
    const { floorMs, tombstoneMs } = config;
    assert(tombstoneMs >= floorMs, () => `a tombstone stands ${tombstoneMs} ms, the floor is ${floorMs} ms`);
  }

  /** Anything to be looked after. */
  get isEmpty(): boolean {
    return this.#kept.size === 0 && this.#names === 0;
  }

  /** Of all that is finished here. */
  get bytes(): number {
    return this.#bytes;
  }

  finished(register: Finished): void {
    this.dropped(register.id);
    const kept: Kept = { jobSet: register.job?.set ?? [], notBeforeMs: 0, ...register };
    this.#kept.set(kept.id, kept);
    this.#byEnd.add(kept);
    this.#bytes += kept.bytes;
    if (!kept.job) return;
    const shards = this.#byJob.get(kept.job.id);
    if (shards) shards.add(kept.id);
    else this.#byJob.set(kept.job.id, new Set([kept.id]));
  }

  /** It is finished no more, or not here. */
  dropped(id: RegisterId): void {
    const kept = this.#kept.get(id);
    if (!kept) return;
    this.#kept.delete(id);
    this.#byEnd.delete(kept);
    this.#bytes -= kept.bytes;
    const shards = kept.job && this.#byJob.get(kept.job.id);
    shards?.delete(id);
    if (kept.job && shards?.size === 0) this.#byJob.delete(kept.job.id);
  }

  /** Only its name is left. */
  buried(id: RegisterId, atMs: number): void {
    this.dropped(id);
    this.#names += 1;
    this.#tombs.add({ id, atMs });
  }

  due(nowMs: number): Letting {
    const { config } = this;
    const bury: RegisterId[] = [];
    const asks = new Map<NodeId, Set<RegisterId>>();
    let over = this.#bytes - config.keepBytes;
    const isPressed = over > 0;
    let looks = 0;
    for (const kept of this.#byEnd.oldest()) {
      if (bury.length + asks.size >= config.actionsMax || looks++ >= config.looksMax) break;
      if (over <= 0 && nowMs - kept.atMs < config.keepMs) break;
      if (nowMs - kept.bornAtMs <= config.floorMs || kept.notBeforeMs > nowMs) continue;
      over -= kept.bytes;
      kept.notBeforeMs = nowMs + config.againMs;
      if (!kept.job || isGone(kept)) bury.push(kept.id);
      else for (const node of kept.jobSet) asks.set(node, (asks.get(node) ?? new Set()).add(kept.job.id));
    }
    return { bury, forget: this.#toForget(nowMs), asks, isPressed };
  }

  /** Another node, whose disk is full, has asked whether this job is gone. */
  mayGo(id: RegisterId, nowMs: number): boolean {
    const kept = this.#kept.get(id);
    return kept !== undefined && !kept.job && nowMs - kept.bornAtMs > this.config.floorMs;
  }

  /** @returns the shards of the job that may go now */
  jobGone(at: NodeId, job: RegisterId): readonly RegisterId[] {
    const going: RegisterId[] = [];
    for (const id of this.#byJob.get(job) ?? []) {
      const kept = this.#kept.get(id);
      if (kept) (kept.goneAt ??= new Set()).add(at);
      if (kept && isGone(kept)) going.push(id);
    }
    return going;
  }

  /** The job is kept by other nodes now. */
  jobMoved(job: RegisterId, set: ReplicaSet): void {
    for (const id of this.#byJob.get(job) ?? []) {
      const kept = this.#kept.get(id);
      if (kept) Object.assign(kept, { jobSet: set, notBeforeMs: 0 });
    }
  }

  #toForget(nowMs: number): RegisterId[] {
    const due: RegisterId[] = [];
    for (const tomb of this.#tombs.oldest()) {
      if (due.length >= this.config.actionsMax || nowMs - tomb.atMs < this.config.tombstoneMs) break;
      this.#tombs.delete(tomb);
      this.#names -= 1;
      due.push(tomb.id);
    }
    return due;
  }
}

function isGone({ jobSet, goneAt }: Kept): boolean {
  return jobSet.filter((node) => goneAt?.has(node) === true).length >= majorityOf(jobSet);
}
