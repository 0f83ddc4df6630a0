import type { NodeId } from '../kernel/ids.js';
import type { ShardEffect } from './shard-events.js';
import type { Shard } from './shard.js';

/** Calls back what stands in a queue somewhere and is not to begin as it was offered; what has begun goes on. */
export class Recalls {
  constructor(private readonly emit: (effect: ShardEffect) => void) {}

  /** What is held back, and what was offered by terms that were changed since. */
  recall(shard: Shard | undefined): void {
    if (shard?.mode !== 'open' || (!shard.isHeld && shard.staleEpoch === 0)) return;
    const queued = new Map<NodeId, { index: number; epoch: number }[]>();
    for (const { phase, executor, index, epoch } of shard.live.values()) {
      if (phase !== 'queued' || executor === undefined) continue;
      if (!shard.isHeld && epoch > shard.staleEpoch) continue;
      queued.set(executor, [...(queued.get(executor) ?? []), { index, epoch }]);
    }
    const { job, shard: number } = shard.record;
    for (const [to, tasks] of queued) {
      const message = { kind: 'task.recall' as const, job, shard: number, tasks };
      this.emit({ kind: 'ask', to, message, patience: 'alive', tag: { what: 'recall', job, shard: number } });
    }
  }
}
