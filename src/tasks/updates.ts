import type { TaskMessages } from './messages.js';
import type { Recalls } from './recalls.js';
import type { Shard } from './shard.js';
import type { ShardAnswers } from './shard-answers.js';
import type { ShardEffect } from './shard-events.js';
import { entryOf, type ShardTable } from './shard-table.js';
import type { Asker, ChangeTag } from './shard-tags.js';

/** Terms of shards that are changed while their job goes on: what has not begun goes by them. */
export class Updates {
  /** @param changed - to be told of a shard whose tasks may be placed now, or no more */
  constructor(
    private readonly table: ShardTable,
    private readonly answers: ShardAnswers,
    private readonly recalls: Recalls,
    private readonly changed: (shard: Shard) => void,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  /** A committed write, answered when it is durable. */
  asked(message: TaskMessages['shard.update'], asker: Asker): void {
    const { job, shard: number, terms, share } = message;
    const shard = this.table.get(message);
    const isOlder = (shard?.record.terms?.version ?? 0) > terms.version;
    if (!shard || shard.mode === 'done' || isOlder) return this.answers.state(message, asker);
    shard.record = { ...shard.record, terms, ...(share === undefined ? {} : { share }) };
    const tag = { what: 'update' as const, job, shard: number, ...asker };
    this.emit({ kind: 'write', register: shard.place.register, entries: [entryOf(shard)], tag });
    this.changed(shard);
  }

  written(shard: Shard, tag: ChangeTag): void {
    shard.renew();
    this.recalls.recall(shard);
    this.answers.state(tag, tag);
  }
}
