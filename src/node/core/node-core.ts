import { assertNever } from '../../kernel/assert.js';
import type { ReplyEffect } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { Prng } from '../../kernel/prng.js';
import type { Now } from '../../kernel/time.js';
import { TimerBook, type TimerFired } from '../../kernel/timers.js';
import { LoadPublisher } from '../../membership/load.js';
import { fairLoot } from '../../placement/stealing.js';
import type { TaskMessages } from '../../tasks/messages.js';
import type { ShardEvent } from '../../tasks/shard-events.js';
import { Departure } from './departure.js';
import type { NodeEffect, NodeEvent } from './events.js';
import type { AskTag, Machines, NodeCoreOptions } from './machines.js';
import { goodOf, NOTHING_STORED, restoring, type StoredState } from './stored.js';
import type { Message } from './wire.js';
import { statsOf } from './stats.js';
import { Wiring } from './wiring.js';

/** In one step: a refusal raises the own bound; where it had another reason, offers to itself would never end. */
const REOPENED_MAX = 4;

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
  readonly #prng: Prng;
  /** By the clocks of this machine; what members tell each other of their clocks is this. */
  #own: Now = { monoMs: 0, wallMs: 0 };
  /** By the clock that the flock goes by. */
  #now = this.#own;
  readonly #departure: Departure;

  constructor(options: NodeCoreOptions) {
    this.#self = options.self;
    this.#stored = options.stored ?? NOTHING_STORED;
    this.#prng = options.prng;
    this.#publisher = new LoadPublisher(options.hash(`${options.self}#load`) / 2 ** 32);
    this.#wiring = new Wiring(options, () => this.#now);
    this.#machines = this.#wiring.machines;
    this.#departure = new Departure(this.#machines, this.#wiring, this.#timers);
  }

  get membership(): Machines['membership'] {
    return this.#machines.membership;
  }

  get view(): Machines['view'] {
    return this.#machines.view;
  }

  /** Numbers for health and metrics. */
  stats(): Readonly<Record<string, number>> {
    return statsOf(this.#machines);
  }

  /** Re-checks what its machines keep along; for tests and the simulator. */
  validate(): void {
    const { membership, view, shards } = this.#machines;
    for (const machine of [membership, view, shards]) machine.validate();
  }

  step(event: NodeEvent, now: Now): NodeEffect[] {
    this.#own = now;
    this.#now = this.#machines.membership.clocks.flockTime(now);
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
        return this.#departure.hasLeft ? undefined : this.#onMessage(event.from, event.message);
      case 'gossip':
        if (event.message.kind === 'load.vector') return this.#wiring.hear(event.message.vector);
        if (event.message.kind !== 'swim.rumour') return;
        return this.#wiring.membership(membership.step({ kind: 'gossip', message: event.message }, this.#own));
      case 'connected':
      case 'disconnected':
      case 'unreachable':
        return this.#wiring.membership(membership.step(event, this.#own));
      case 'timer':
        return this.#onTimer(event);
      case 'persisted':
        for (const tag of outlet.written(event.write)) {
          if (tag.owner === 'registers') this.#wiring.replicate({ kind: 'committed', tag: tag.tag });
        }
        return;
      case 'persist-failed':
        return outlet.failed(event.write);
      case 'store':
        return outlet.setRefusal(event.isOk ? undefined : (event.reason ?? 'its store takes no writes'));
      case 'loaded': {
        const read = outlet.wasRead(event.read);
        if (read?.owner === 'registers') this.#wiring.loaded(read.tag, event.entries);
        if (read?.owner !== 'shards') return;
        const entries = goodOf(event.entries);
        const isBad = entries.length < event.entries.length;
        const loaded = { kind: 'loaded' as const, tag: read.tag, entries, isBad };
        return this.#wiring.shards(this.#machines.shards.step(loaded, this.#now));
      }
      case 'output': {
        const read = outlet.wasRead(event.read);
        if (read?.owner === 'output') host.output(read.tag, event.chunk);
        return;
      }
      case 'ended':
      case 'ended-together':
      case 'progress':
        return host.step(event, this.#now);
      case 'client':
        return this.#wiring.gateway(gateway.request(event.client, event.request));
      case 'client-gone':
        return this.#wiring.gateway(gateway.abandon(event.client));
      case 'leave':
        return this.#departure.leave(this.#now);
      default:
        assertNever(event);
    }
  }

  /** Until nothing is left to say to itself; what was offered waits no longer. Then looks after what any event may have changed. */
  #settle(): void {
    const { outlet, shards, ownLoad, membership, stealing, changes } = this.#machines;
    let reopened = 0;
    for (;;) {
      if (!outlet.hasOwn) this.#wiring.changes(changes.flush());
      const hadOwn = outlet.hasOwn;
      if (hadOwn) for (const message of outlet.takeOwn()) this.#onMessage(this.#self, message);
      if (ownLoad.refresh(membership.self.draining) && reopened++ < REOPENED_MAX) shards.reopen(this.#self);
      if (hadOwn) continue;
      if (shards.hasWaiting) this.#wiring.shards(shards.pump(this.#now));
      if (!outlet.hasOwn) break;
    }
    if (ownLoad.vector.waiting !== shards.waiting) ownLoad.refresh(membership.self.draining);
    if (this.#isIdle()) this.#wiring.idle();
    else stealing.busy();
    this.#publishLoad();
    this.#departure.check(this.#now);
  }

  #start(): void {
    const { membership, outlet, view } = this.#machines;
    view.update(membership.self);
    const { puts, restore } = restoring(this.#stored, this.#prng, this.#now);
    if (puts.length > 0) outlet.commit(puts, { owner: 'disk' });
    this.#wiring.replicate(restore);
    this.#wiring.membership(membership.step({ kind: 'start' }, this.#own));
  }

  #onMessage(from: NodeId, message: Message): void {
    const { membership, jobs, shards, host, outlet, queues, placement } = this.#machines;
    switch (message.kind) {
      case 'queue.digest':
      case 'queue.tell':
        return queues.hear(from, message);
      case 'swim.ping':
      case 'swim.ack':
      case 'swim.ping-req':
      case 'swim.nack':
      case 'swim.accused':
      case 'swim.hello':
      case 'swim.digest':
      case 'swim.states':
      case 'swim.rumour':
        return this.#wiring.membership(membership.step({ kind: 'message', from, message }, this.#own));
      case 'job.items':
      case 'job.claim':
      case 'job.create':
      case 'job.cancel':
      case 'job.abandon':
      case 'job.hold':
      case 'job.update':
      case 'job.retry':
      case 'shard.report':
      case 'query.job':
      case 'query.jobs':
        return this.#wiring.jobs(jobs.step({ kind: 'message', from, message }, this.#now));
      case 'shard.create':
      case 'shard.release':
      case 'shard.hold':
      case 'shard.update':
      case 'shard.cancel':
      case 'shard.retry':
      case 'task.started':
      case 'task.result':
      case 'task.handback':
      case 'task.ask':
      case 'query.tasks':
      case 'query.task':
        return this.#wiring.shards(shards.step({ kind: 'message', from, message }, this.#now));
      case 'task.offer':
      case 'task.revoke':
      case 'task.recall':
      case 'held.ask':
      case 'query.output':
      case 'query.progress':
        return host.message(from, message, this.#now);
      case 'query.scores':
        return outlet.send(from, { kind: 'query.scores-told', re: message.ask, ...placement.scores(message) });
      case 'query.changes':
        return this.#wiring.changes(this.#machines.changes.asked(from, message));
      case 'steal.ask':
        return this.#onSteal(from, message);
      case 'node.drain':
        if (message.begin) this.#departure.drain(this.#now);
        return outlet.send(from, { kind: 'node.draining', re: message.ask, ...this.#departure.standing() });
      case 'register.ask':
      case 'register.tell':
      case 'register.remind':
      case 'register.not-mine':
      case 'register.check':
      case 'job.gone-ask':
      case 'job.gone-tell':
        return this.#wiring.replicate({ kind: 'message', from, message });
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
        return this.#wiring.jobs(jobs.step({ tag: asked.tag, ...event } as Parameters<typeof jobs.step>[0], this.#now));
      case 'shards':
        return this.#wiring.shards(shards.step({ tag: asked.tag, ...event } as ShardEvent, this.#now));
      case 'gateway':
        return this.#wiring.gateway(gateway.answered(asked.tag, message));
      case 'replication':
        return this.#wiring.replicate({ tag: asked.tag, ...event } as Parameters<Wiring['replicate']>[0]);
      case 'executor':
        return host.answered(asked.tag, from, message, this.#now);
      case 'thief': {
        const given = message?.kind === 'steal.tell' ? message.given : undefined;
        return this.#wiring.stealing(stealing.answered(given, this.#isIdle()));
      }
      default:
        assertNever(asked);
    }
  }

  #onTimer(event: TimerFired): void {
    const { membership, jobs, shards, host, stealing, exchange, gateway, queues } = this.#machines;
    switch (event.timer.owner) {
      case 'node':
        if (this.#timers.fired(event.timer)) this.#departure.check(this.#now, 'overdue');
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
      case 'registers':
      case 'replication':
        return this.#wiring.replicate(event);
      case 'executor':
        return host.step(event, this.#now);
      case 'stealing':
        return this.#wiring.stealing(stealing.fired(event, this.#isIdle()));
      case 'gateway':
        return this.#wiring.gateway(gateway.fired(event));
      case 'queues':
        return queues.fired(event.timer);
      case 'changes':
        return this.#wiring.changes(this.#machines.changes.fired(event.timer));
      default:
        return this.#wiring.membership(membership.step(event, this.#own));
    }
  }

  /** At once where the last time was long enough ago; else one of the next steps comes to it, and every probe is some. */
  #publishLoad(): void {
    const { ownLoad, membership, outlet } = this.#machines;
    if (!this.#publisher.due(ownLoad.vector, membership.counts.alive, this.#now)) return;
    outlet.push({ kind: 'publish', topic: 'load', message: { kind: 'load.vector', vector: ownLoad.vector } });
  }

  /** Half of what waits here, tasks without an executor first: those cost no hand-back. */
  #onSteal(thief: NodeId, message: TaskMessages['steal.ask']): void {
    const { shards, host, ownLoad, outlet, breakers } = this.#machines;
    this.#wiring.hear(message.load);
    const { queued, waiting } = ownLoad.vector;
    const wanted = breakers.isClosed(thief) ? fairLoot(queued + waiting, message.load) : 0;
    const { given, effects } = shards.giveTo(thief, wanted);
    this.#wiring.shards(effects);
    const fromQueue = given < wanted ? host.giveTo(thief, wanted - given, this.#now) : 0;
    outlet.send(thief, { kind: 'steal.tell', re: message.ask, given: given + fromQueue, load: ownLoad.vector });
  }

  #isIdle(): boolean {
    const { executor, ownLoad } = this.#machines;
    return this.#departure.isStaying && executor.queued === 0 && ownLoad.vector.free >= 1;
  }
}
