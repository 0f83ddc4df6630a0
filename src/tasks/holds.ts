import type { NodeId } from '../kernel/ids.js';
import type { TaskMessages } from './messages.js';
import type { ShardEffect } from './shard-events.js';
import type { Shard } from './shard.js';
import type { ShardAnswers } from './shard-answers.js';
import { entryOf, type ShardTable } from './shard-table.js';
import type { Asker, ShardTag } from './shard-tags.js';

type HoldTag = Extract<ShardTag, { readonly what: 'hold' }>;

/** Whether anything of a shard may start: what its job waits for, and whether somebody holds the job back. */
export class Holds {
  /** @param changed - to be told of a shard whose tasks may be placed now, or no more */
  constructor(
    private readonly table: ShardTable,
    private readonly answers: ShardAnswers,
    private readonly changed: (shard: Shard) => void,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  /** What its job waited for has come to pass. */
  release(message: TaskMessages['shard.release'], asker: Asker): void {
    const shard = this.table.get(message);
    if (shard) {
      shard.isGated = false;
      this.changed(shard);
    }
    this.answers.state(message, asker);
  }

  /** A committed write, answered when it is durable. */
  hold(message: TaskMessages['shard.hold'], asker: Asker): void {
    const { job, shard: number, isHeld } = message;
    const shard = this.table.get(message);
    if (!shard || shard.mode === 'done') return this.answers.state(message, asker);
    shard.record = { ...shard.record, held: isHeld };
    const tag = { what: 'hold' as const, job, shard: number, ...asker };
    this.emit({ kind: 'write', register: shard.place.register, entries: [entryOf(shard)], tag });
    // What is on its way to be held is placed no more; what is on its way to be let go waits until that is durable.
    if (isHeld) shard.isHeld = true;
    this.changed(shard);
  }

  written(shard: Shard, tag: HoldTag): void {
    shard.isHeld = shard.record.held === true;
    shard.version += 1;
    this.recall(shard);
    this.answers.state(tag, tag);
  }

  /** What is held back and stands in a queue somewhere comes back; what has begun goes on. */
  recall(shard: Shard): void {
    if (!shard.isHeld || shard.mode !== 'open') return;
    const queued = new Map<NodeId, { index: number; epoch: number }[]>();
    for (const { phase, executor, index, epoch } of shard.live.values()) {
      if (phase !== 'queued' || executor === undefined) continue;
      queued.set(executor, [...(queued.get(executor) ?? []), { index, epoch }]);
    }
    const { job, shard: number } = shard.record;
    for (const [to, tasks] of queued) {
      const message = { kind: 'task.recall' as const, job, shard: number, tasks };
      this.emit({ kind: 'ask', to, message, patience: 'alive', tag: { what: 'recall', job, shard: number } });
    }
  }
}
