import type { Put } from '../../src/kernel/effects.js';
import type { JobId, NodeId } from '../../src/kernel/ids.js';
import type { NodeEffect, NodeEvent } from '../../src/node/core/events.js';
import type { TaskRecord } from '../../src/tasks/record.js';
import type { ShardRecord } from '../../src/tasks/shard.js';
import type { CancelNoted } from './log.js';

type Noted = Pick<CancelNoted, 'job' | 'range'>;

/** Follows the writes in which coordinators note cancels: what counts is when they are told that these are durable. */
export class CancelWrites {
  readonly #underWay = new Map<NodeId, Map<number, Noted[]>>();

  step(node: NodeId, event: NodeEvent, effects: readonly NodeEffect[], atMs: number): CancelNoted[] {
    if (event.kind === 'start') this.#underWay.delete(node);
    const noted = event.kind === 'persisted' ? (this.#underWay.get(node)?.get(event.write) ?? []) : [];
    for (const effect of effects) {
      if (effect.kind !== 'persist') continue;
      const cancels = effect.puts.flatMap(cancelIn);
      if (cancels.length > 0) this.#of(node).set(effect.write, cancels);
    }
    return noted.map((each) => ({ atMs, node, ...each }));
  }

  #of(node: NodeId): Map<number, Noted[]> {
    const known = this.#underWay.get(node);
    if (known) return known;
    const writes = new Map<number, Noted[]>();
    this.#underWay.set(node, writes);
    return writes;
  }
}

function cancelIn({ key, value }: Put): Noted[] {
  const [kind, job] = key.split('/', 2) as [string, JobId];
  if (value === undefined) return [];
  if (kind === 'shard') {
    const { cancelled, range } = value as ShardRecord;
    return cancelled ? [{ job, range }] : [];
  }
  if (kind !== 'task') return [];
  const { cancelled, index } = value as TaskRecord;
  return cancelled ? [{ job, range: { first: index, step: 1, count: 1 } }] : [];
}
