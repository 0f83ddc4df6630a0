import type { JobId, NodeId } from '../kernel/ids.js';
import type { JobRecord } from './job.js';
import type { TaskMessages } from './messages.js';
import { shardRange } from './range.js';
import type { Written } from './register/messages.js';
import { digestOf } from './register/replica-set.js';
import type { ClaimWish } from './replication/effects.js';
import { itemEntry, JOB, SHARD, SPEC } from './replication/names.js';
import { shardRecordOf } from './shard-record.js';
import type { Asker } from './shard-tags.js';

/** A request to be answered when a job is durable; it is the same job only where the digest is. */
export interface Creation extends Asker {
  readonly digest: string;
}

/** Jobs on their way to a majority, and who waits for them. */
export class Creations {
  readonly #waiting = new Map<JobId, Creation[]>();

  get size(): number {
    return this.#waiting.size;
  }

  begin(job: JobId, asker: Creation): void {
    this.#waiting.set(job, [asker]);
  }

  /** @returns whether the job is under way already */
  join(job: JobId, asker: Creation): boolean {
    const waiting = this.#waiting.get(job);
    waiting?.push(asker);
    return waiting !== undefined;
  }

  end(job: JobId): readonly Creation[] {
    const waiting = this.#waiting.get(job) ?? [];
    this.#waiting.delete(job);
    return waiting;
  }
}

/** A gateway is about to make a job under a key. */
export function claimOf(from: NodeId, { job, createdAtMs, digest, rank, ask }: TaskMessages['job.claim']): ClaimWish {
  return { kind: 'claim', register: job, createdAtMs, digest, rank, tag: { to: from, re: ask } };
}

/** It asks for what is on its way already, and may have claimed it once more for that. */
export function claimedAgain({ job, set, createdAtMs, rank }: TaskMessages['job.create']): ClaimWish[] {
  if (rank === undefined) return [];
  return [{ kind: 'claimed-again', register: job, createdAtMs, digest: digestOf(set), rank }];
}

/** What a new job's register begins with: a job of one shard has it there, too. */
export function entriesOf(
  message: TaskMessages['job.create'],
  items: ReadonlyMap<number, readonly string[]>,
): readonly Written[] {
  const { job, spec, range, plan, itemised, digest, createdAtMs, set } = message;
  const record: JobRecord = { job, range, plan, itemised, digest, createdAtMs, cancelled: false };
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
  entries.push({ key: SHARD, value: shardRecordOf({ ...shard, ...(only ? { items: [...only] } : {}), jobSet: set }) });
  return entries;
}
