import type { ShardEffect } from './shard-events.js';
import type { Shard } from './shard.js';
import type { ShardAnswers } from './shard-answers.js';
import { entryOf, type ShardName, type ShardTable } from './shard-table.js';
import type { TaskMessages } from './messages.js';
import type { Asker, ShardTag } from './shard-tags.js';
import type { TaskRound } from './task-round.js';

type CancelTag = Extract<ShardTag, { readonly what: 'cancelled' }>;

/** Cancels of shards and of single tasks: committed writes, answered when they are durable. */
export class Cancels {
  /** @param changed - to be told of a shard whose tasks may have moved */
  constructor(
    private readonly table: ShardTable,
    private readonly round: TaskRound,
    private readonly answers: ShardAnswers,
    private readonly changed: (shard: Shard) => void,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  /** @param of - without `index` the whole shard */
  cancel(
    of: ShardName & Partial<Pick<TaskMessages['shard.cancel'], 'index' | 'expired' | 'abandoned'>>,
    asker: Asker,
  ): void {
    const shard = this.table.get(of);
    if (of.abandoned === true && !shard?.place.degraded) this.answers.abandon(of);
    if (!shard || shard.mode === 'done') return this.answers.state(of, asker);
    const { job, shard: number, index } = of;
    if (index === undefined && !shard.isCancelStored) {
      shard.isCancelStored = true;
      shard.isExpired = of.expired === true;
    }
    const isEnded = index !== undefined && (!shard.has(index) || shard.isEnded(index));
    const entries = index === undefined ? [entryOf(shard)] : isEnded ? [] : this.round.cancelOne(shard, index);
    const tag = { what: 'cancelled' as const, job, shard: number, index, ...asker };
    this.emit({ kind: 'write', register: shard.place.register, entries, tag });
    this.changed(shard);
  }

  /** Writes keep their order: where a task's record is under way, the answer waits behind it. */
  written(shard: Shard, tag: CancelTag): void {
    if (tag.index === undefined) shard.cancel();
    if (shard.mode === 'open') this.round.cancel(shard);
    if (tag.index !== undefined && this.round.isBeingRecorded(shard, tag.index)) {
      this.emit({ kind: 'write', register: shard.place.register, entries: [], tag });
    } else this.answers.state(tag, tag);
  }
}
