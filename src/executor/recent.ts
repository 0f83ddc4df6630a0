import type { JobId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';

/** An offer is sent again for 5 s, and may lie in a connection that went silent for 20 s more before that is given up. */
const REMEMBERED_MS = 40_000;
/** How often it is looked for what may be forgotten. */
const FORGET_MS = 1_000;

/** What became of an attempt that is not held any more: it was taken once, or it never was. */
type Fate = 'taken' | 'refused';

interface ShardName {
  readonly job: JobId;
  readonly shard: number;
}

interface Recent {
  /** By task the epoch of its latest attempt; below zero where that was refused. */
  readonly epochs: Map<number, number>;
  notedAtMs: number;
}

/**
 * Attempts lately taken and done with, or refused. The answer to an offer may be lost, and the offer come again when its
 * tasks have run, have been handed back, or now would fit: it must get the same answer, and nothing must run twice under
 * one epoch. Kept by shard, and for as long as anything is noted of that: of short tasks there are thousands a second.
 */
export class RecentAttempts {
  readonly #shards = new Map<JobId, Map<number, Recent>>();
  #forgotAtMs = 0;

  /** What is known of the latest attempt stands: neither an earlier one nor a second word on it changes it. */
  note(shard: ShardName, { index, epoch }: { readonly index: number; readonly epoch: number }, fate: Fate, now: Now) {
    const recent = this.#recent(shard);
    recent.notedAtMs = now.monoMs;
    if (Math.abs(recent.epochs.get(index) ?? 0) < epoch) recent.epochs.set(index, fate === 'taken' ? epoch : -epoch);
  }

  /** Undefined where nothing is known; an attempt earlier than the latest is over, whatever became of it. */
  fateOf({ job, shard }: ShardName, index: number, epoch: number): Fate | undefined {
    const latest = this.#shards.get(job)?.get(shard)?.epochs.get(index);
    if (latest === undefined || Math.abs(latest) < epoch) return undefined;
    return latest === epoch ? 'taken' : 'refused';
  }

  forget(now: Now): void {
    if (now.monoMs - this.#forgotAtMs < FORGET_MS) return;
    this.#forgotAtMs = now.monoMs;
    for (const [job, shards] of this.#shards) {
      for (const [shard, { notedAtMs }] of shards) {
        if (notedAtMs + REMEMBERED_MS <= now.monoMs) shards.delete(shard);
      }
      if (shards.size === 0) this.#shards.delete(job);
    }
  }

  #recent({ job, shard }: ShardName): Recent {
    let shards = this.#shards.get(job);
    if (!shards) this.#shards.set(job, (shards = new Map<number, Recent>()));
    let recent = shards.get(shard);
    if (!recent) shards.set(shard, (recent = { epochs: new Map(), notedAtMs: 0 }));
    return recent;
  }
}
