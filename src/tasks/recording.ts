import type { NodeId } from '../kernel/ids.js';
import type { LiveTask } from './live-task.js';
import type { ShardEffect } from './shard-events.js';
import type { Outcome, TaskRecord } from './record.js';
import type { Written } from './register/messages.js';
import type { Shard } from './shard.js';
import { recordOf } from './task-records.js';
import type { Asker, Given, ShardTag } from './shard-tags.js';

export type RecordTag = Extract<ShardTag, { readonly what: 'record' }>;

/** What is still to be heard of a task that may have been started elsewhere. */
interface CalledBack {
  /** Of attempts that are called back, and of which nothing is heard. */
  readonly epochs: Set<number>;
  /** Its cancel, once nobody can start it any more. */
  then: (() => void) | undefined;
}

/** Writes down what becomes of tasks, and calls attempts back. */
export class Recording {
  readonly #calledBack = new WeakMap<Shard, Map<number, CalledBack>>();

  constructor(private readonly emit: (effect: ShardEffect) => void) {}

  /**
   * The attempt is over: the task comes to its end, or may be offered again, once that is written. It is not written that a task
   * is cancelled while a node may still start it.
   */
  record(shard: Shard, task: LiveTask, wished: TaskRecord['state'], outcome?: Outcome, result?: Asker): void {
    const isExpired = wished === 'cancelled' && shard.isExpired && !task.cancelled;
    const state = isExpired ? 'expired' : wished;
    const isHeard = task.phase !== 'waiting' || task.isSpent;
    shard.move(task, 'committing');
    task.isNoted = false;
    task.grant = undefined;
    const { job, shard: number } = shard.record;
    const { index, epoch } = task;
    const tag: RecordTag = {
      what: 'record',
      ...{ job, shard: number, index, state, atMs: outcome?.finishedAtMs ?? 0 },
      ...(result ? { result } : {}),
    };
    const write = () => void this.write(shard, [recordOf(task, state, outcome)], tag);
    const calledBack = wished === 'cancelled' ? this.#calledBack.get(shard)?.get(index) : undefined;
    if (!calledBack) return write();
    calledBack.then = write;
    if (isHeard) this.#heard(shard, index, epoch);
  }

  /** Whether a cancel that is to be recorded waits for a node to say that it does not start the task. */
  isHeldUp(shard: Shard, index: number): boolean {
    return this.#calledBack.get(shard)?.get(index)?.then !== undefined;
  }

  write(shard: Shard, entries: readonly Written[], tag: ShardTag): void {
    this.emit({ kind: 'write', register: shard.place.register, entries, tag });
  }

  /** @param patience - `forever` where the node is given up as dead, and may only seem so: that is not waited for */
  revoke(shard: Shard, to: NodeId, attempts: readonly Given[], patience: 'alive' | 'forever' = 'alive'): void {
    if (attempts.length === 0) return;
    const { job, shard: number } = shard.record;
    const tasks = attempts.map(({ index, epoch }) => ({ index, epoch }));
    const isAwaited = patience === 'alive';
    if (isAwaited) for (const attempt of tasks) this.#await(shard, attempt);
    const message = { kind: 'task.revoke' as const, job, shard: number, tasks };
    this.emit({ kind: 'ask', to, message, patience, tag: { what: 'revoke', job, shard: number, tasks, isAwaited } });
  }

  /** A revoke was answered, or its node is dead. */
  answered(shard: Shard, { tasks, isAwaited }: Extract<ShardTag, { readonly what: 'revoke' }>): void {
    if (!isAwaited) return;
    for (const { index, epoch } of tasks) this.#heard(shard, index, epoch);
  }

  #heard(shard: Shard, index: number, epoch: number): void {
    const all = this.#calledBack.get(shard);
    const calledBack = all?.get(index);
    if (!calledBack) return;
    calledBack.epochs.delete(epoch);
    if (calledBack.epochs.size > 0) return;
    all?.delete(index);
    calledBack.then?.();
  }

  #await(shard: Shard, { index, epoch }: Given): void {
    const all = this.#calledBack.get(shard) ?? new Map<number, CalledBack>();
    this.#calledBack.set(shard, all);
    const calledBack = all.get(index);
    if (calledBack) calledBack.epochs.add(epoch);
    else all.set(index, { epochs: new Set([epoch]), then: undefined });
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
