import type { AttemptId } from '../../../src/executor/runner.js';
import { isTerminal, noCounts, type Counts, type TaskState } from '../../../src/kernel/states.js';
import type { Message } from '../../../src/node/core/wire.js';
import type { TaskRecord } from '../../../src/tasks/record.js';
import { ballotOf } from '../../../src/tasks/register/epochs.js';
import { SHARD, taskEntry } from '../../../src/tasks/replication/names.js';
import type { ShardRecord } from '../../../src/tasks/shard-record.js';
import { JOB } from './fixtures.js';
import type { Watch } from './replica-node.js';

type News = Parameters<Watch['told']>[0];

/** Sees what happens on all nodes, and throws where it breaks a promise. */
export class Witness implements Watch {
  isAccepted = false;
  /** Committed outcomes, by index. */
  readonly #outcomes = new Map<number, TaskState>();
  /** Tasks of which it is committed that an attempt failed or was lost. */
  readonly #again = new Set<number>();
  readonly #started = new Set<string>();
  readonly #offered = new Set<string>();
  readonly #highest = new Map<number, number>();
  /** Tasks whose cancel was answered. */
  readonly #cancelled = new Set<number>();
  readonly #cancelledShards = new Set<number>();
  /** The highest ballot under which anybody coordinated a shard. */
  readonly #ballots = new Map<number, number>();

  accepted(): void {
    this.isAccepted = true;
  }

  cancelled(index: number | undefined): void {
    if (index !== undefined) this.#cancelled.add(index);
  }

  started({ task, epoch }: AttemptId): void {
    if (this.#started.has(`${task} ${epoch}`)) throw new Error(`${task} started twice under epoch ${epoch}`);
    this.#started.add(`${task} ${epoch}`);
  }

  /** No epoch is given out twice, whoever coordinates; the latest coordinator offers nothing that has ended. */
  offered({ shard, tasks }: Parameters<Watch['offered']>[0]): void {
    for (const { index, epoch } of tasks) {
      if (this.#offered.has(`${shard} ${epoch}`))
        throw new Error(`epoch ${epoch} of shard ${shard} is given out twice`);
      this.#offered.add(`${shard} ${epoch}`);
      this.#highest.set(index, Math.max(epoch, this.#highest.get(index) ?? 0));
      if (ballotOf(epoch) !== this.#ballots.get(shard)) continue;
      if (this.#cancelled.has(index)) throw new Error(`task ${index} was cancelled for good, and is offered`);
      if (this.#outcomes.has(index)) throw new Error(`task ${index} has an outcome, and is offered`);
    }
  }

  told(news: News): void {
    if (news.kind === 'opened' && news.entries.has(SHARD)) this.#opened(news);
    if (news.kind !== 'written' || news.tag.owner !== 'shards') return;
    const { tag } = news.tag;
    if (tag.what === 'cancelled' && tag.index === undefined) this.#cancelledShards.add(tag.shard);
    if (tag.what === 'record') this.#committed(tag.index, tag.state);
  }

  /** An executor forgets a result only when it is durable, or stale. */
  recorded(message: Message): void {
    if (message.kind !== 'task.result') return;
    const { shard, index, epoch } = message;
    const isKept = this.#outcomes.has(index) || this.#again.has(index) || this.#cancelledShards.has(shard);
    if (!isKept && (this.#highest.get(index) ?? 0) <= epoch) {
      throw new Error(`the result of task ${index} under epoch ${epoch} is lost`);
    }
  }

  /** How the tasks ended, as was committed. */
  ends(tasks: number): Counts {
    const ends = noCounts();
    const size = Math.ceil(tasks / 2);
    for (let index = 0; index < tasks; index++) {
      const state = this.#outcomes.get(index);
      const isCancelled = this.#cancelledShards.has(Math.floor(index / size));
      if (!state && !isCancelled) throw new Error(`task ${index} has no outcome`);
      ends[state ?? 'cancelled'] += 1;
    }
    return ends;
  }

  #committed(index: number, state: TaskState): void {
    if (!isTerminal(state)) return void this.#again.add(index);
    const before = this.#outcomes.get(index);
    if (before) throw new Error(`task ${index} was ${before} for ever, and is ${state} now`);
    this.#outcomes.set(index, state);
  }

  /** Who takes over finds every outcome that was committed before. */
  #opened({ register, ballot, entries }: Extract<News, { kind: 'opened' }>): void {
    const { shard, range, cancelled } = entries.get(SHARD) as ShardRecord;
    // Word of a ballot that is over already may come late.
    if (ballot <= (this.#ballots.get(shard) ?? 0)) return;
    this.#ballots.set(shard, ballot);
    if (cancelled) this.#cancelledShards.add(shard);
    if (register === JOB) this.isAccepted = true;
    for (let index = range.first; index < range.first + range.count; index++) {
      const known = this.#outcomes.get(index);
      const found = (entries.get(taskEntry(index)) as TaskRecord | undefined)?.state;
      if (known && known !== found) throw new Error(`task ${index} was ${known}, and is found ${found ?? 'untouched'}`);
      if (found && !known) this.#committed(index, found);
    }
  }
}
