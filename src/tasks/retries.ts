import { isTerminal } from '../kernel/states.js';
import type { TaskMessages } from './messages.js';
import type { ShardEffect } from './shard-events.js';
import { indexAt } from './range.js';
import type { TaskRecord } from './record.js';
import { MESSAGE_ENTRIES_MAX, type Written } from './register/messages.js';
import type { RegisterId } from './register/head.js';
import type { Places } from './replication/places.js';
import type { Shard } from './shard.js';
import type { ShardAnswers } from './shard-answers.js';
import { recordsIn } from './shard-queries.js';
import { entryOf, type ShardTable } from './shard-table.js';
import type { Asker, ShardTag } from './shard-tags.js';
import { endedUntouched, recordOf, runsAfter } from './task-records.js';
import type { TaskRound } from './task-round.js';

type Retry = Omit<TaskMessages['shard.retry'], 'kind' | 'ask'>;
type RetriedTag = Extract<ShardTag, { readonly what: 'retried' }>;

/**
 * Opens the next run of tasks that have ended: a committed write, answered once it is one. Retries of a job are numbered, and a
 * shard carries each out once, whoever coordinates it. A register that is finished has no coordinator: whoever of its set is
 * asked takes it over under a new ballot, so that epochs go on rising.
 */
export class Retries {
  /** Of registers that are being opened, or whose cancel must first come to its end. */
  readonly #waiting = new Map<RegisterId, { readonly retry: Retry; readonly asker: Asker }[]>();

  constructor(
    private readonly places: Places,
    private readonly table: ShardTable,
    private readonly round: TaskRound,
    private readonly answers: ShardAnswers,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  asked(message: TaskMessages['shard.retry'], asker: Asker): void {
    const register = this.places.shardRegister(message.job, message.shard);
    const shard = this.table.get(message);
    const place = this.places.placeOf(register);
    if (!shard && place.kind !== 'final') return this.answers.elsewhere(message, asker);
    // A survivor starts nothing again whose end it may not know; whoever asks hears that it is alone.
    if (shard?.place.degraded) return this.answers.state(message, asker);
    if (place.kind === 'final' && (place.summary.shard?.retried?.run ?? 0) >= message.run) {
      return this.answers.state(message, asker);
    }
    const waiting = this.#waiting.get(register);
    if (waiting) waiting.push({ retry: message, asker });
    else this.#waiting.set(register, [{ retry: message, asker }]);
    if (shard) this.settle(shard);
    else if (!waiting) this.emit({ kind: 'renew', register });
  }

  /** After anything that may have moved tasks of a shard: what waits for it may be possible now. */
  settle(shard: Shard): void {
    const { register } = shard.place;
    const waiting = this.#waiting.get(register);
    if (!waiting || !isSettled(shard)) return;
    this.#waiting.delete(register);
    for (const { retry, asker } of waiting) this.#begin(shard, retry, asker);
  }

  /** This node does not coordinate it. */
  closed(register: RegisterId): void {
    const waiting = this.#waiting.get(register) ?? [];
    this.#waiting.delete(register);
    for (const { retry, asker } of waiting) this.answers.elsewhere(retry, asker);
  }

  /** All of it is durable: what was ended waits for an executor. */
  written(shard: Shard, tag: RetriedTag): void {
    for (const index of tag.tasks) {
      const task = shard.live.get(index);
      if (task?.phase === 'committing' && task.retry === tag.run) shard.move(task, 'waiting');
    }
    if (tag.isLast) {
      shard.isRetrying = false;
      if (tag.uncancels) Object.assign(shard, { cancelled: shard.isCancelStored, isExpired: false });
      if (shard.mode === 'open') this.round.endCancelled(shard);
    }
    this.answers.state(shard.record, tag);
  }

  #begin(shard: Shard, retry: Retry, asker: Asker): void {
    const { job, shard: number, run } = retry;
    const named = { what: 'retried' as const, job, shard: number, run, ...asker };
    const { register } = shard.place;
    if ((shard.record.retried?.run ?? 0) >= run) {
      const tag = { ...named, tasks: [], isLast: false, uncancels: false };
      return this.emit({ kind: 'write', register, entries: [], tag });
    }
    const ended = this.#endedTasks(shard, retry);
    // The own replica lags behind: asked again, it will not.
    if (!ended) return this.answers.elsewhere(retry, asker);
    const uncancels = shard.cancelled && ended.length > 0;
    const written = ended.map((record) => this.#reopen(shard, record, run));
    if (uncancels) this.#recordUntouched(shard);
    const record = { ...shard.record, retried: { run, tasks: ended.length } };
    delete record.done;
    shard.record = record;
    shard.isRetrying = true;
    shard.version += 1;
    if (uncancels) shard.isCancelStored = false;
    if (shard.mode === 'done') shard.mode = 'open';
    // Last, so that the retry counts as carried out only with all of it.
    written.push(entryOf(shard));
    const tag = { ...named, tasks: ended.map(({ index }) => index), isLast: true, uncancels };
    this.#write(register, written, tag);
  }

  /** The tasks that are to be started again, as they are on record. */
  #endedTasks(shard: Shard, { run, failedOnly, index }: Retry): TaskRecord[] | undefined {
    const records = recordsIn(this.places.entriesOf(shard.place.register));
    const { range } = shard.record;
    const ended: TaskRecord[] = [];
    for (let ordinal = 0; ordinal < range.count; ordinal++) {
      const at = indexAt(range, ordinal);
      if ((index !== undefined && index !== at) || !shard.isEnded(at)) continue;
      const record = shard.isTouched(at) ? records.get(at) : endedUntouched(at, shard.untouchedState);
      if (!record || !isTerminal(record.state)) return undefined;
      const isDue = (record.retry ?? 0) < run && (!failedOnly || record.state !== 'succeeded');
      if (isDue) ended.push(record);
    }
    return ended;
  }

  #reopen(shard: Shard, ended: TaskRecord, run: number): Written {
    if (!shard.isTouched(ended.index)) {
      const untouched = shard.touch(ended.index);
      shard.move(untouched, 'committing');
      shard.end(untouched, ended.state, 0);
    }
    const task = Object.assign(shard.revive(ended), runsAfter(ended), { retry: run });
    return recordOf(task, 'pending');
  }

  /** The shard is cancelled no more: what that ended without a record gets one. */
  #recordUntouched(shard: Shard): void {
    const { range } = shard.record;
    for (let ordinal = 0; ordinal < range.count; ordinal++) {
      const index = indexAt(range, ordinal);
      if (!shard.isTouched(index)) shard.touch(index);
    }
    this.round.endCancelled(shard);
  }

  #write(register: RegisterId, written: readonly Written[], last: RetriedTag): void {
    const { job, shard } = last;
    let from = 0;
    for (; written.length - from > MESSAGE_ENTRIES_MAX; from += MESSAGE_ENTRIES_MAX) {
      const entries = written.slice(from, from + MESSAGE_ENTRIES_MAX);
      this.emit({ kind: 'write', register, entries, tag: { what: 'running', job, shard } });
    }
    this.emit({ kind: 'write', register, entries: written.slice(from), tag: last });
  }
}

/** Nobody may still hold what a cancel has yet to end, or what a new coordinator has yet to hear of. */
function isSettled(shard: Shard): boolean {
  if (shard.mode === 'closed' || shard.isRetrying) return false;
  return !shard.cancelled || (shard.mode !== 'recovering' && shard.live.size === 0);
}
