import { assertNever } from '../kernel/assert.js';
import type { Answered } from '../kernel/effects.js';
import type { NodeId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import { TimerBook } from '../kernel/timers.js';
import { Cancels } from './cancels.js';
import type { ChangeSink } from './change.js';
import type { TaskMessage, TaskMessages } from './messages.js';
import { Holds } from './holds.js';
import { Grants } from './grants.js';
import { Offering } from './offering.js';
import type { Placer } from './placer.js';
import { Recording } from './recording.js';
import { Recalls } from './recalls.js';
import { Recovery, type Holders } from './recovery.js';
import type { RegisterId } from './register/head.js';
import type { RegisterNews } from './replication/effects.js';
import type { Places } from './replication/places.js';
import { Reports } from './reports.js';
import { Retries } from './retries.js';
import { Shard } from './shard.js';
import { ShardAnswers } from './shard-answers.js';
import { ShardCreation } from './shard-creation.js';
import type { AboutTasks, ShardEffect, ShardEvent, ToShardHome } from './shard-events.js';
import { ShardStanding } from './shard-standing.js';
import { ShardTable } from './shard-table.js';
import type { ShardTag } from './shard-tags.js';
import { TaskRound } from './task-round.js';
import { Updates } from './updates.js';

/**
 * The shards that this node coordinates: it has their tasks placed, records how they end, starts lost ones again and reports
 * to their jobs' coordinators.
 */
export class ShardHome {
  readonly #table = new ShardTable();
  readonly #timers = new TimerBook('shards');
  readonly #offering: Offering;
  readonly #grants: Grants;
  readonly #round: TaskRound;
  readonly #reports: Reports;
  readonly #recovery: Recovery;
  readonly #answers: ShardAnswers;
  readonly #retries: Retries;
  readonly #creation: ShardCreation;
  readonly #cancels: Cancels;
  readonly #recalls: Recalls;
  readonly #holds: Holds;
  readonly #updates: Updates;
  readonly #standing: ShardStanding;
  #now: Now = { monoMs: 0, wallMs: 0 };
  #out: ShardEffect[] = [];

  constructor(
    self: NodeId,
    placer: Placer,
    private readonly places: Places,
    holders: Holders,
    private readonly onChange?: ChangeSink,
  ) {
    const emit = (effect: ShardEffect) => void this.#out.push(effect);
    const recording = new Recording(emit);
    this.#offering = new Offering(placer, recording, this.#timers, emit);
    this.#grants = new Grants(recording, placer, this.#timers, emit);
    this.#round = new TaskRound(self, this.#offering, placer, recording, this.#grants, emit);
    this.#reports = new Reports(self, this.#timers, emit);
    this.#answers = new ShardAnswers(this.#table, places, placer, () => this.unplaced, emit);
    this.#retries = new Retries(places, this.#table, this.#round, this.#answers, emit);
    const wallMs = () => this.#now.wallMs;
    this.#standing = new ShardStanding(this.#offering, this.#reports, this.#retries, wallMs, emit);
    const changed = (shard: Shard) => void this.#standing.changed(shard);
    this.#cancels = new Cancels(this.#table, this.#round, this.#answers, changed, emit);
    this.#recalls = new Recalls(emit);
    this.#holds = new Holds(this.#table, this.#answers, this.#recalls, changed, emit);
    this.#updates = new Updates(this.#table, this.#answers, this.#recalls, changed, emit);
    this.#creation = new ShardCreation(places, this.#answers, emit);
    this.#recovery = new Recovery(holders, this.#table, this.#round, this.#grants, emit, changed);
  }

  /** Tasks here that have no executor yet. */
  get unplaced(): number {
    return this.#offering.unplaced;
  }

  /** Those of them that no node has been offered: part of this node's load vector. */
  get waiting(): number {
    return this.#offering.waiting;
  }

  /** Tasks whose records are here and that are not at their end. */
  get unfinished(): number {
    return this.#table.unfinished;
  }

  /** Whether there is anything to pump. */
  get hasWaiting(): boolean {
    return this.#offering.hasWaiting;
  }

  step(event: ShardEvent, now: Now): ShardEffect[] {
    this.#out = [];
    this.#now = now;
    switch (event.kind) {
      case 'message':
        this.#onMessage(event.from, event.message);
        break;
      case 'reply':
      case 'no-reply':
        this.#onAnswer(event, now);
        break;
      case 'opened':
        this.#onOpened(event);
        break;
      case 'written':
        this.#onWritten(event.tag);
        break;
      case 'closed':
        this.#onClosed(event.register);
        break;
      case 'loaded':
        this.#answers.loaded(event);
        break;
      case 'peer-here':
        this.#grants.here(event.node);
        this.#recovery.here(event.node);
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
      default:
        assertNever(event);
    }
    this.#recovery.flush();
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
    return { given: this.#offering.giveTo(node, n), effects: this.#out };
  }

  /** Re-checks what must hold; for tests and the simulator. */
  validate(): void {
    for (const shard of this.#table.live()) shard.validate();
  }

  #onMessage(from: NodeId, message: ToShardHome): void {
    switch (message.kind) {
      case 'shard.create':
        return this.#create(from, message);
      case 'shard.release':
        return this.#holds.release(message, { to: from, re: message.ask });
      case 'shard.hold':
        return this.#holds.hold(message, { to: from, re: message.ask });
      case 'shard.update':
        return this.#updates.asked(message, { to: from, re: message.ask });
      case 'shard.cancel':
        return this.#cancels.cancel(message, { to: from, re: message.ask });
      case 'shard.retry':
        return this.#retries.asked(message, { to: from, re: message.ask });
      case 'query.tasks':
      case 'query.task':
        return this.#answers.query(from, message);
      default:
        return this.#onTasks(from, message);
    }
  }

  #onTasks(from: NodeId, message: AboutTasks): void {
    const shard = this.#table.get(message);
    if (!shard || isForMajority(shard, message)) return this.#answers.afterTheEnd(from, message);
    switch (message.kind) {
      case 'task.started':
        this.#round.started(shard, from, message);
        break;
      case 'task.result':
        this.#round.result(shard, from, message);
        break;
      case 'task.handback':
        this.#round.handedBack(shard, from, message);
        break;
      case 'task.ask':
        this.#grants.asked(shard, from, message);
        break;
      default:
        assertNever(message);
    }
    this.#standing.changed(shard);
  }

  #create(from: NodeId, message: TaskMessages['shard.create']): void {
    const shard = this.#table.get(message);
    // A create that came before the cancel of its job, and whose answer nobody waits for any more.
    const isLate = shard && message.cancelled && !shard.isCancelStored;
    if (isLate) this.#cancels.cancel(message, { to: from, re: message.ask });
    else this.#creation.create(from, message);
  }

  #onOpened({ register, set, ballot, isNew, entries, degraded }: ShardOpened): void {
    const shard = Shard.of(entries, { register, set, ballot, degraded });
    shard.onChange = this.onChange;
    this.#table.add(shard);
    if (isNew) this.#round.cancel(shard);
    else if (!shard.record.done) {
      this.#grants.learned(shard, this.#now);
      this.#recovery.begin(shard);
    }
    const { askers, isCancelled } = this.#creation.made(register);
    for (const asker of askers) {
      if (isCancelled && !shard.isCancelStored) this.#cancels.cancel(shard.record, asker);
      else this.#answers.state(shard.record, asker);
    }
    this.#standing.changed(shard);
  }

  #onClosed(register: RegisterId): void {
    for (const shard of this.#table.live()) {
      if (shard.place.register !== register) continue;
      shard.mode = shard.mode === 'done' ? 'done' : 'closed';
      this.#table.remove(shard);
      this.#recovery.drop(shard);
      this.#offering.recount(shard);
    }
    const nodes = this.places.hints(register);
    for (const asker of this.#creation.made(register).askers) this.#answers.reply(asker, { kind: 'elsewhere', nodes });
    this.#retries.closed(register);
  }

  #onAnswer(event: Answered<TaskMessage, ShardTag>, now: Now): void {
    const { tag, from } = event;
    const message = event.kind === 'reply' ? event.message : undefined;
    if (tag.what === 'report') return this.#reports.answered(tag, message);
    if (tag.what === 'held') {
      if (message?.kind === 'held.tell') this.#recovery.heard(from, tag.shards, message);
      else this.#recovery.gone(from);
      for (const name of tag.shards) this.#recalls.recall(this.#table.get(name));
      return;
    }
    const shard = this.#table.get(tag);
    if (tag.what === 'offer') {
      this.#offering.answered(shard, tag, from, message?.kind === 'task.offered' ? message : undefined, now);
      if (shard?.mode === 'open') this.#round.endCancelled(shard);
      this.#recalls.recall(shard);
    } else if (tag.what === 'revoke' && shard) {
      this.#round.calledBack(shard, from, tag, message?.kind === 'task.revoked' ? message : undefined);
    }
    if (shard) this.#standing.changed(shard);
  }

  #onWritten(tag: ShardTag): void {
    if (tag.what === 'held') return;
    const shard = this.#table.get(tag);
    if (!shard) return;
    if (tag.what === 'cancelled') this.#cancels.written(shard, tag);
    else if (tag.what === 'record') this.#round.recorded(shard, tag);
    else if (tag.what === 'hold') this.#holds.written(shard, tag);
    else if (tag.what === 'update') this.#updates.written(shard, tag);
    else if (tag.what === 'retried') this.#retries.written(shard, tag);
    else if (tag.what === 'grant') this.#grants.written(shard, tag, this.#now);
    else if (tag.what === 'given-up') this.#recovery.written(shard);
    else return;
    this.#standing.changed(shard);
  }

  #onPeer(node: NodeId, boot: number | undefined): void {
    for (const shard of [...this.#table.live()]) {
      if (this.#round.lost(shard, node, boot)) this.#standing.changed(shard);
    }
    if (boot === undefined) this.#recovery.gone(node);
  }

  #onTimer(timer: string, now: Now): void {
    if (this.#offering.ownsTimer(timer)) this.#offering.onTimer(now, timer);
    else if (this.#grants.ownsTimer(timer)) this.#grants.onTimer(now, (shard) => void this.#standing.changed(shard));
    else this.#reports.onTimer();
  }
}

type ShardOpened = Extract<RegisterNews<ShardTag>, { kind: 'opened' }>;

/** What one survivor has recorded alone another one must not take down: it would still be on one disk only. */
function isForMajority(shard: Shard, message: AboutTasks): boolean {
  return shard.place.degraded !== undefined && message.kind === 'task.result' && message.outcome.degraded === true;
}
