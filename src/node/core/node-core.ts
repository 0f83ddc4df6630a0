import { assertNever } from '../../kernel/assert.js';
import type { ReplyEffect } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { Now } from '../../kernel/time.js';
import { TimerBook, type TimerFired } from '../../kernel/timers.js';
import { LoadPublisher } from '../../membership/load.js';
import { isLive } from '../../membership/member.js';
import { fairLoot } from '../../placement/stealing.js';
import type { TaskMessages } from '../../tasks/messages.js';
import type { NodeEffect, NodeEvent } from './events.js';
import type { AskTag, Machines, NodeCoreOptions, WriteTag } from './machines.js';
import { NOTHING_STORED, type StoredState } from './stored.js';
import type { Message } from './wire.js';
import { Wiring } from './wiring.js';

/** How often a node looks whether a change of its load has still to be gossiped. */
const TICK_MS = 1_000;

/** How long a leaving node waits for what it handed back to be taken. */
const LEAVE_MS = 15_000;

/**
 * One node without its world: all its machines and the wires between them. `step` is the only door; the daemon and the
 * simulator perform what it asks for.
 */
export class NodeCore {
  readonly #wiring: Wiring;
  readonly #machines: Machines;
  readonly #publisher: LoadPublisher;
  readonly #timers = new TimerBook('node');
  readonly #self: NodeId;
  readonly #stored: StoredState;
  #now: Now = { monoMs: 0, wallMs: 0 };
  #departure: 'no' | 'handing-back' | 'left' = 'no';

  constructor(options: NodeCoreOptions) {
    this.#self = options.self;
    this.#stored = options.stored ?? NOTHING_STORED;
    this.#publisher = new LoadPublisher(options.hash(`${options.self}#load`) / 2 ** 32);
    this.#wiring = new Wiring(options, () => this.#now);
    this.#machines = this.#wiring.machines;
  }

  get membership(): Machines['membership'] {
    return this.#machines.membership;
  }

  get view(): Machines['view'] {
    return this.#machines.view;
  }

  /** Numbers for health and metrics. */
  stats(): Readonly<Record<string, number>> {
    const { ownLoad, exchange, gateway, stealing, membership, shards } = this.#machines;
    const { running, queued, waiting, free } = ownLoad.vector;
    const { alive } = membership.counts;
    const asked = exchange.size;
    const { unfinished } = shards;
    return { running, queued, waiting, unfinished, free, alive, asked, clients: gateway.size, stolen: stealing.stolen };
  }

  /** Re-checks what its machines keep along; for tests and the simulator. */
  validate(): void {
    const { membership, view, shards } = this.#machines;
    for (const machine of [membership, view, shards]) machine.validate();
  }

  step(event: NodeEvent, now: Now): NodeEffect[] {
    this.#now = now;
    this.#handle(event);
    this.#settle();
    return this.#machines.outlet.take();
  }

  #handle(event: NodeEvent): void {
    const { membership, host, gateway, outlet } = this.#machines;
    switch (event.kind) {
      case 'start':
        return this.#start();
      case 'message':
        return this.#onMessage(event.from, event.message);
      case 'gossip':
        if (event.message.kind === 'load.vector') return this.#wiring.hear(event.message.vector);
        if (event.message.kind !== 'swim.rumour') return;
        return this.#wiring.membership(membership.step({ kind: 'gossip', message: event.message }, this.#now));
      case 'connected':
      case 'disconnected':
      case 'unreachable':
        return this.#wiring.membership(membership.step(event, this.#now));
      case 'timer':
        return this.#onTimer(event);
      case 'persisted':
        for (const tag of outlet.written(event.write)) this.#onCommitted(tag);
        return;
      case 'loaded': {
        const read = outlet.wasRead(event.read);
        if (read?.owner !== 'shards') return;
        return this.#wiring.shards(this.#machines.shards.step({ ...event, kind: 'loaded', tag: read.tag }, this.#now));
      }
      case 'output': {
        const read = outlet.wasRead(event.read);
        if (read?.owner === 'output') host.output(read.tag, event.chunk);
        return;
      }
      case 'ended':
        return host.step(event, this.#now);
      case 'client':
        return this.#wiring.gateway(gateway.request(event.client, event.request));
      case 'client-gone':
        return this.#wiring.gateway(gateway.abandon(event.client));
      case 'leave':
        return this.#leave();
      default:
        assertNever(event);
    }
  }

  /** Until nothing is left to say to itself; then looks after what any event may have changed. */
  #settle(): void {
    const { outlet, shards, ownLoad, membership, stealing } = this.#machines;
    for (;;) {
      const hadOwn = outlet.hasOwn;
      if (hadOwn) for (const message of outlet.takeOwn()) this.#onMessage(this.#self, message);
      if (ownLoad.refresh(this.#departure !== 'no' || membership.self.draining)) shards.reopen(this.#self);
      if (hadOwn) continue;
      if (shards.hasWaiting) this.#wiring.shards(shards.pump(this.#now));
      if (!outlet.hasOwn) break;
    }
    if (this.#isIdle()) this.#wiring.stealing(stealing.idle());
    else stealing.busy();
    this.#publishLoad();
    this.#finishLeaving();
  }

  #start(): void {
    const { membership, jobs, shards, outlet, view } = this.#machines;
    view.update(membership.self);
    this.#wiring.membership(membership.step({ kind: 'start' }, this.#now));
    const members = [...membership.members.values()].filter(isLive).map(({ id }) => id);
    this.#wiring.jobs(jobs.step({ kind: 'restore', jobs: this.#stored.jobs }, this.#now));
    this.#wiring.shards(shards.step({ kind: 'restore', shards: this.#stored.shards, members }, this.#now));
    outlet.push(this.#timers.arm('tick', TICK_MS));
  }

  #onMessage(from: NodeId, message: Message): void {
    const { membership, jobs, shards, host } = this.#machines;
    switch (message.kind) {
      case 'swim.ping':
      case 'swim.ack':
      case 'swim.ping-req':
      case 'swim.nack':
      case 'swim.accused':
      case 'swim.hello':
      case 'swim.digest':
      case 'swim.states':
      case 'swim.rumour':
        return this.#wiring.membership(membership.step({ kind: 'message', from, message }, this.#now));
      case 'job.items':
      case 'job.create':
      case 'job.cancel':
      case 'shard.report':
      case 'query.job':
      case 'query.jobs':
        return this.#wiring.jobs(jobs.step({ kind: 'message', from, message }, this.#now));
      case 'shard.create':
      case 'shard.cancel':
      case 'task.started':
      case 'task.result':
      case 'task.handback':
      case 'query.tasks':
      case 'query.task':
        return this.#wiring.shards(shards.step({ kind: 'message', from, message }, this.#now));
      case 'task.offer':
      case 'task.revoke':
      case 'held.ask':
      case 'query.output':
        return host.message(from, message, this.#now);
      case 'steal.ask':
        return this.#onSteal(from, message);
      case 'load.vector':
        return this.#wiring.hear(message.vector);
      default:
        return this.#onReply(from, message);
    }
  }

  #onReply(from: NodeId, reply: Extract<Message, { readonly re: number }>): void {
    if (reply.kind === 'task.offered' || reply.kind === 'steal.tell') this.#wiring.hear(reply.load);
    const answered = this.#machines.exchange.answered(from, reply);
    if (answered) this.#deliver(from, answered.tag, answered.message);
  }

  /** @param message - undefined where no reply will come */
  #deliver(from: NodeId, asked: AskTag, message: ReplyEffect<Message>['message'] | undefined): void {
    const { jobs, shards, gateway, stealing, host } = this.#machines;
    const event = message ? { kind: 'reply' as const, from, message } : { kind: 'no-reply' as const, from };
    switch (asked.owner) {
      case 'jobs':
        return this.#wiring.jobs(jobs.step({ ...event, tag: asked.tag } as Parameters<typeof jobs.step>[0], this.#now));
      case 'shards':
        return this.#wiring.shards(
          shards.step({ ...event, tag: asked.tag } as Parameters<typeof shards.step>[0], this.#now),
        );
      case 'gateway':
        return this.#wiring.gateway(gateway.answered(asked.tag, message));
      case 'executor':
        if (asked.attempt) host.step({ kind: 'recorded', attempt: asked.attempt }, this.#now);
        return;
      case 'thief': {
        const given = message?.kind === 'steal.tell' ? message.given : undefined;
        return this.#wiring.stealing(stealing.answered(given, this.#isIdle()));
      }
      default:
        assertNever(asked);
    }
  }

  #onCommitted(tag: WriteTag): void {
    if (tag.owner === 'jobs')
      this.#wiring.jobs(this.#machines.jobs.step({ kind: 'committed', tag: tag.tag }, this.#now));
    if (tag.owner === 'shards')
      this.#wiring.shards(this.#machines.shards.step({ kind: 'committed', tag: tag.tag }, this.#now));
  }

  #onTimer(event: TimerFired): void {
    const { membership, jobs, shards, host, stealing, exchange, gateway } = this.#machines;
    switch (event.timer.owner) {
      case 'node':
        if (this.#timers.fired(event.timer)) this.#onOwnTimer(event.timer.name);
        return;
      case 'exchange': {
        const { effects, expired } = exchange.fired(event, this.#now);
        this.#wiring.exchange(effects);
        for (const { to, tag } of expired) this.#deliver(to, tag, undefined);
        return;
      }
      case 'jobs':
        return this.#wiring.jobs(jobs.step(event, this.#now));
      case 'shards':
        return this.#wiring.shards(shards.step(event, this.#now));
      case 'executor':
        return host.step(event, this.#now);
      case 'stealing':
        return this.#wiring.stealing(stealing.fired(event, this.#isIdle()));
      case 'gateway':
        return this.#wiring.gateway(gateway.fired(event));
      default:
        return this.#wiring.membership(membership.step(event, this.#now));
    }
  }

  #onOwnTimer(name: string): void {
    if (name === 'departure') return this.#finishLeaving('overdue');
    this.#publishLoad();
    this.#machines.outlet.push(this.#timers.arm('tick', TICK_MS));
  }

  /** At once where the last time was long enough ago; else a tick comes to it. */
  #publishLoad(): void {
    const { ownLoad, membership, outlet } = this.#machines;
    if (!this.#publisher.due(ownLoad.vector, membership.counts.alive, this.#now)) return;
    outlet.push({ kind: 'publish', topic: 'load', message: { kind: 'load.vector', vector: ownLoad.vector } });
  }

  /** Half of what waits here, tasks without an executor first: those cost no hand-back. */
  #onSteal(thief: NodeId, message: TaskMessages['steal.ask']): void {
    const { shards, host, ownLoad, outlet } = this.#machines;
    this.#wiring.hear(message.load);
    const { queued, waiting } = ownLoad.vector;
    const wanted = fairLoot(queued + waiting, message.load);
    const { given, effects } = shards.giveTo(thief, wanted);
    this.#wiring.shards(effects);
    const fromQueue = given < wanted ? host.giveTo(thief, wanted - given, this.#now) : 0;
    outlet.send(thief, { kind: 'steal.tell', re: message.ask, given: given + fromQueue, load: ownLoad.vector });
  }

  #isIdle(): boolean {
    const { executor, ownLoad } = this.#machines;
    return this.#departure === 'no' && executor.queued === 0 && ownLoad.vector.free >= 1;
  }

  #leave(): void {
    if (this.#departure !== 'no') return;
    this.#departure = 'handing-back';
    const { host, membership, outlet } = this.#machines;
    this.#wiring.membership(membership.step({ kind: 'set-draining', draining: true }, this.#now));
    host.step({ kind: 'leave' }, this.#now);
    outlet.push(this.#timers.arm('departure', LEAVE_MS));
  }

  /** The flock is told once nothing is held here any more, or when that takes too long. */
  #finishLeaving(how?: 'overdue'): void {
    const { executor, exchange, membership, outlet } = this.#machines;
    if (this.#departure !== 'handing-back') return;
    if (how !== 'overdue' && !(executor.isIdle && !exchange.some(({ owner }) => owner === 'executor'))) return;
    this.#departure = 'left';
    this.#wiring.membership(membership.step({ kind: 'leave' }, this.#now));
    outlet.push({ kind: 'left' });
  }
}
