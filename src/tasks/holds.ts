import type { TaskMessages } from './messages.js';
import type { Recalls } from './recalls.js';
import type { ShardEffect } from './shard-events.js';
import type { Shard } from './shard.js';
import type { ShardAnswers } from './shard-answers.js';
import { entryOf, type ShardTable } from './shard-table.js';
import type { Asker, ChangeTag } from './shard-tags.js';

/** Whether anything of a shard may start: what its job waits for, and whether somebody holds the job back. */
export class Holds {
  /** @param changed - to be told of a shard whose tasks may be placed now, or no more */
  constructor(
    private readonly table: ShardTable,
    private readonly answers: ShardAnswers,
    private readonly recalls: Recalls,
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

  written(shard: Shard, tag: ChangeTag): void {
    shard.isHeld = shard.record.held === true;
    shard.version += 1;
    this.recalls.recall(shard);
    this.answers.state(tag, tag);
  }
}
