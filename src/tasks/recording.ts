import type { NodeId } from '../kernel/ids.js';
import type { LiveTask } from './live-task.js';
import type { ShardEffect } from './offering.js';
import type { Outcome, TaskRecord } from './record.js';
import type { Written } from './register/messages.js';
import type { Shard } from './shard.js';
import { recordOf } from './task-records.js';
import type { Asker, ShardTag } from './shard-tags.js';

export type RecordTag = Extract<ShardTag, { readonly what: 'record' }>;

/** Writes down what becomes of tasks, and calls attempts back. */
export class Recording {
  constructor(private readonly emit: (effect: ShardEffect) => void) {}

  /** The attempt is over: the task comes to its end, or may be offered again, once that is written. */
  record(shard: Shard, task: LiveTask, wished: TaskRecord['state'], outcome?: Outcome, result?: Asker): void {
    const isExpired = wished === 'cancelled' && shard.isExpired && !task.cancelled;
    const state = isExpired ? 'expired' : wished;
    shard.move(task, 'committing');
    task.isNoted = false;
    task.grant = undefined;
    const { job, shard: number } = shard.record;
    const { index } = task;
    const tag: RecordTag = {
      what: 'record',
      ...{ job, shard: number, index, state, atMs: outcome?.finishedAtMs ?? 0 },
      ...(result ? { result } : {}),
    };
    this.write(shard, [recordOf(task, state, outcome)], tag);
  }

  write(shard: Shard, entries: readonly Written[], tag: ShardTag): void {
    this.emit({ kind: 'write', register: shard.place.register, entries, tag });
  }

  /** @param patience - `forever` where the node is given up as dead, and may only seem so */
  revoke(
    shard: Shard,
    to: NodeId,
    attempts: readonly { readonly index: number; readonly epoch: number }[],
    patience: 'alive' | 'forever' = 'alive',
  ): void {
    if (attempts.length === 0) return;
    const { job, shard: number } = shard.record;
    const tasks = attempts.map(({ index, epoch }) => ({ index, epoch }));
    const message = { kind: 'task.revoke' as const, job, shard: number, tasks };
    this.emit({ kind: 'ask', to, message, patience, tag: { what: 'revoke', job, shard: number, tasks } });
  }
}

/** What is said of an end that no executor has told of. */
export function unheardOutcome(how: Outcome['how'], finishedAtMs: number, reason: string): Outcome {
  const nothing = new Uint8Array(0);
  return { how, finishedAtMs, reason, stdoutTail: nothing, stderrTail: nothing, stdoutBytes: 0, stderrBytes: 0 };
}

export function isCancelled(shard: Shard, task: LiveTask): boolean {
  return shard.cancelled || task.cancelled;
}
