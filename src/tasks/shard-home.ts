import { assertNever, known } from '../kernel/assert.js';
import type { Answered, Loaded } from '../kernel/effects.js';
import type { NodeId } from '../kernel/ids.js';
import { terminalCount } from '../kernel/states.js';
import type { Now } from '../kernel/time.js';
import { TimerBook } from '../kernel/timers.js';
import type { TaskMessage, TaskMessages } from './messages.js';
import { Offering, type ShardEffect } from './offering.js';
import type { Placer } from './placer.js';
import { Recovery } from './recovery.js';
import { Reports } from './reports.js';
import { Shard } from './shard.js';
import type { AboutTasks, ShardEvent, ToShardHome } from './shard-events.js';
import { answerTasks, loadTasks } from './shard-queries.js';
import { putOf, ShardTable, type ShardName } from './shard-table.js';
import type { Asker, ShardTag } from './shard-tags.js';
import { TaskRound } from './task-round.js';

/**
 * The shards whose home this node is. It is their coordinator: it has their tasks placed, records how they end, starts lost
 * ones again and reports to their jobs' homes.
 */
export class ShardHome {
  readonly #table = new ShardTable();
  readonly #timers = new TimerBook('shards');
  readonly #offering: Offering;
  readonly #round: TaskRound;
  readonly #reports: Reports;
  readonly #recovery: Recovery;
  #out: ShardEffect[] = [];

  constructor(self: NodeId, boot: number, placer: Placer) {
    const emit = (effect: ShardEffect) => void this.#out.push(effect);
    this.#offering = new Offering(placer, boot, this.#timers, emit);
    this.#round = new TaskRound(self, this.#offering, placer, emit);
    this.#reports = new Reports(this.#timers, emit);
    const changed = (shard: Shard) => void this.#changed(shard);
    this.#recovery = new Recovery(self, boot, this.#table, this.#round, emit, changed);
  }

  /** Tasks here that have no executor yet: part of this node's load vector. */
  get unplaced(): number {
    return this.#offering.unplaced;
  }

  /** Tasks whose records are here and that are not at their end. */
  get unfinished(): number {
    let sum = 0;
    for (const shard of this.#table.live()) sum += shard.record.range.count - terminalCount(shard.counts());
    return sum;
  }

  /** Whether there is anything to pump. */
  get hasWaiting(): boolean {
    return this.#offering.hasWaiting;
  }

  step(event: ShardEvent, now: Now): ShardEffect[] {
    this.#out = [];
    switch (event.kind) {
      case 'message':
        this.#onMessage(event.from, event.message);
        break;
      case 'reply':
      case 'no-reply':
        this.#onAnswer(event, now);
        break;
      case 'committed':
        this.#onCommitted(event.tag);
        break;
      case 'loaded':
        this.#onLoaded(event);
        break;
      case 'joined':
        this.#recovery.joined();
        break;
      case 'peer-here':
        this.#recovery.ask(event.node);
        break;
      case 'peer-gone':
        this.#onPeer(event.node, undefined);
        break;
      case 'peer-restarted':
        this.#onPeer(event.node, event.boot);
        break;
      case 'timer':
        if (this.#timers.fired(event.timer)) this.#onTimer(event.timer.name, now);
        break;
      case 'restore':
        this.#recovery.restore(event.shards, event.members);
        break;
      default:
        assertNever(event);
    }
    return this.#out;
  }

  /** Offers what waits to whoever has room; to be called when room may have come up anywhere. */
  pump(now: Now): ShardEffect[] {
    this.#out = [];
    this.#offering.pump(now);
    return this.#out;
  }

  /** A node said something new of its load. */
  reopen(node: NodeId): void {
    this.#offering.reopen(node);
  }

  /** Offers up to `n` waiting tasks to a thief. */
  giveTo(node: NodeId, n: number): { readonly given: number; readonly effects: ShardEffect[] } {
    this.#out = [];
    const given = this.#offering.giveTo(node, n);
    return { given, effects: this.#out };
  }

  /** Re-checks what must hold; for tests and the simulator. */
  validate(): void {
    for (const shard of this.#table.live()) shard.validate();
  }

  #onMessage(from: NodeId, message: ToShardHome): void {
    switch (message.kind) {
      case 'shard.create':
        return this.#create(from, message);
      case 'shard.cancel':
        return this.#cancel(message, { to: from, re: message.ask });
      case 'query.tasks':
      case 'query.task':
        this.#out.push(loadTasks(from, message));
        return;
      default:
        return this.#onTasks(from, message, this.#table.get(message));
    }
  }

  #onTasks(from: NodeId, message: AboutTasks, shard: Shard | undefined): void {
    switch (message.kind) {
      case 'task.started':
        if (shard) this.#round.started(shard, from, message);
        break;
      case 'task.result':
        this.#round.result(shard, from, message);
        break;
      case 'task.handback':
        this.#round.handedBack(shard, from, message);
        break;
      default:
        assertNever(message);
    }
    if (shard) this.#changed(shard);
  }

  #create(from: NodeId, message: TaskMessages['shard.create']): void {
    const asker: Asker = { to: from, re: message.ask };
    const before = this.#table.get(message);
    if (before?.mode === 'creating') return;
    if (before || this.#table.isDone(message)) return this.#tellState(message, asker);
    const { job, shard: number, range, items, createdAtMs, cancelled } = message;
    const { key } = message.spec;
    const record = { job, shard: number, home: from, range, items, key, ballot: 1, createdAtMs, cancelled };
    const puts = this.#table.add(new Shard(record, message.spec));
    this.#out.push({ kind: 'commit', puts, tag: { what: 'created', job, shard: number, ...asker } });
  }

  #cancel(message: TaskMessages['shard.cancel'], asker: Asker): void {
    const shard = this.#table.get(message);
    if (!shard) {
      if (this.#table.isDone(message)) this.#tellState(message, asker);
      return;
    }
    const { job, shard: number, index } = message;
    if (index === undefined) shard.isCancelStored = true;
    const isEnded = index !== undefined && (!shard.has(index) || shard.isEnded(index));
    const puts = index === undefined ? [putOf(shard)] : isEnded ? [] : this.#round.cancelOne(shard, index);
    this.#out.push({ kind: 'commit', puts, tag: { what: 'cancelled', job, shard: number, index, ...asker } });
    this.#changed(shard);
  }

  #onAnswer(event: Answered<TaskMessage, ShardTag>, now: Now): void {
    const { tag, from } = event;
    const message = event.kind === 'reply' ? event.message : undefined;
    if (tag.what === 'held') return this.#recovery.heard(from, message?.kind === 'held.tell' ? message : undefined);
    const shard = this.#table.get(tag);
    if (tag.what === 'offer') {
      this.#offering.answered(shard, tag, from, message?.kind === 'task.offered' ? message : undefined, now);
      if (shard?.mode === 'open') this.#round.endCancelled(shard);
    } else if (tag.what === 'revoke' && message?.kind === 'task.revoked' && shard) {
      this.#round.disowned(shard, from, tag, message.unknown);
    }
    if (shard && tag.what !== 'report') this.#changed(shard);
  }

  #onCommitted(tag: ShardTag): void {
    if (tag.what === 'held') return;
    const shard = this.#table.get(tag);
    if (!shard) {
      if (tag.what === 'cancelled' && this.#table.isDone(tag)) this.#tellState(tag, tag);
      return;
    }
    switch (tag.what) {
      case 'created':
        shard.mode = 'open';
        shard.prepared();
        this.#round.cancel(shard);
        this.#tellState(tag, tag);
        break;
      case 'cancelled':
        if (tag.index === undefined) shard.cancel();
        if (shard.mode === 'open') this.#round.cancel(shard);
        this.#cancelled(shard, tag);
        break;
      case 'record':
        this.#round.recorded(shard, tag);
        break;
      case 'ballot':
        shard.prepared();
        this.#recovery.open(shard);
        break;
      default:
        return;
    }
    this.#changed(shard);
  }

  /** A cancel is answered when it is durable: writes keep their order, so behind a task's record under way. */
  #cancelled(shard: Shard, tag: Extract<ShardTag, { readonly what: 'cancelled' }>): void {
    const task = tag.index === undefined ? undefined : shard.live.get(tag.index);
    if (task?.phase === 'committing') this.#out.push({ kind: 'commit', puts: [], tag });
    else this.#tellState(tag, tag);
  }

  #onLoaded({ tag, entries }: Loaded<ShardTag>): void {
    if (tag.what !== 'tasks' && tag.what !== 'task') return;
    this.#out.push(answerTasks(tag, entries, this.#table.get(tag), this.#table.record(tag), this.unplaced));
  }

  /** After anything that may have moved tasks of a shard. */
  #changed(shard: Shard): void {
    const report = { ...shard.record, version: shard.version, counts: () => shard.counts() };
    if (shard.mode !== 'open' || !shard.isComplete) {
      this.#offering.recount(shard);
      if (shard.isShortOfEpochs) this.#prepareNext(shard);
      return this.#reports.note(shard.name, report);
    }
    const { job, shard: number } = shard.record;
    this.#out.push({ kind: 'commit', puts: [this.#table.finish(shard)], tag: { what: 'done', job, shard: number } });
    this.#offering.recount(shard);
    this.#reports.final(shard.name, { ...report, version: shard.version });
  }

  /** At the end of its epochs a coordinator needs a new ballot (register.md, rule 1), stored before the old one is used up. */
  #prepareNext(shard: Shard): void {
    shard.isPrepared = false;
    shard.ballot += 1;
    const { job, shard: number } = shard.record;
    this.#out.push({ kind: 'commit', puts: [putOf(shard)], tag: { what: 'ballot', job, shard: number } });
  }

  #onPeer(node: NodeId, boot: number | undefined): void {
    for (const shard of [...this.#table.live()]) {
      if (this.#round.lost(shard, node, boot)) this.#changed(shard);
    }
    if (boot === undefined) this.#recovery.heard(node, undefined);
  }

  #onTimer(timer: string, now: Now): void {
    if (this.#offering.ownsTimer(timer)) this.#offering.onTimer(now);
    else this.#reports.onTimer();
  }

  #tellState(of: ShardName, { to, re }: Asker): void {
    const { version, counts } = known(this.#table.state(of), `shard ${of.job}#${of.shard}`);
    this.#out.push({ kind: 'reply', to, re, message: { kind: 'shard.state', version, counts } });
  }
}
