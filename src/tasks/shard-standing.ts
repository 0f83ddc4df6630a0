import type { Offering } from './offering.js';
import type { Reports } from './reports.js';
import type { Retries } from './retries.js';
import type { ShardEffect } from './shard-events.js';
import { entryOf } from './shard-table.js';
import type { Shard } from './shard.js';

/** After anything that may have moved tasks of a shard: whether it is at its end, and who is to be told how it stands. */
export class ShardStanding {
  constructor(
    private readonly offering: Offering,
    private readonly reports: Reports,
    private readonly retries: Retries,
    private readonly wallMs: () => number,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  changed(shard: Shard): void {
    this.#look(shard);
    this.retries.settle(shard);
  }

  #look(shard: Shard): void {
    if (shard.mode === 'done' || shard.mode === 'closed') return;
    if (shard.mode !== 'open' || !shard.isComplete) {
      this.offering.recount(shard);
      if (shard.epochs.isShort && !shard.isRenewing) {
        shard.isRenewing = true;
        this.emit({ kind: 'renew', register: shard.place.register });
      }
      return this.reports.note(shard);
    }
    this.#finish(shard);
  }

  #finish(shard: Shard): void {
    if (!shard.isAllOnRecord) shard.endedAtMs = Math.max(shard.endedAtMs, this.wallMs());
    shard.mode = 'done';
    shard.version += 1;
    if (!shard.isAllOnRecord && !shard.record.done) {
      const tag = { what: 'done' as const, job: shard.record.job, shard: shard.record.shard };
      this.emit({ kind: 'write', register: shard.place.register, entries: [entryOf(shard)], tag });
    }
    this.offering.recount(shard);
    this.reports.final(shard);
  }
}
