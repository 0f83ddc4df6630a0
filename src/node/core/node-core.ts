import { assertNever } from '../../kernel/assert.js';
import type { ReplyEffect, Request } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { LoadVector } from '../../kernel/load.js';
import type { Now } from '../../kernel/time.js';
import { TimerBook, type TimerEffect, type TimerFired } from '../../kernel/timers.js';
import { LoadPublisher } from '../../membership/load.js';
import { isLive, type MemberState } from '../../membership/member.js';
import type { MembershipEffect } from '../../membership/events.js';
import { fairLoot, type StealingEffect } from '../../placement/stealing.js';
import type { JobEffect } from '../../tasks/job-home.js';
import type { TaskMessages } from '../../tasks/messages.js';
import type { ShardEffect } from '../../tasks/offering.js';
import type { NodeEffect, NodeEvent } from './events.js';
import type { ExchangeEffect } from './exchange.js';
import type { GatewayEffect } from './gateway/gateway.js';
import { buildMachines, type AskTag, type Machines, type NodeCoreOptions, type WriteTag } from './machines.js';
import { MEMBERS_KEY, NOTHING_STORED, type StoredState } from './stored.js';
import type { Message } from './wire.js';

/** How often a node looks whether its load is worth a gossip message. */
const TICK_MS = 1_000;

/** How long a leaving node waits for what it handed back to be taken. */
const LEAVE_MS = 15_000;

type Patience = 'forever' | 'alive' | number;

/**
 * One node without its world: all its machines and the wires between them. `step` is the only door; the daemon and the
 * simulator perform what it asks for.
 */
export class NodeCore {
  readonly #machines: Machines;
  readonly #publisher = new LoadPublisher();
  readonly #timers = new TimerBook('node');
  readonly #self: NodeId;
  readonly #stored: StoredState;
  #now: Now = { monoMs: 0, wallMs: 0 };
  #departure: 'no' | 'handing-back' | 'left' = 'no';

  constructor(options: NodeCoreOptions) {
    this.#self = options.self;
    this.#stored = options.stored ?? NOTHING_STORED;
    this.#machines = buildMachines(options, { now: () => this.#now, ask: this.#ask.bind(this) });
  }

  get membership(): Machines['membership'] {
    return this.#machines.membership;
  }

  /** Numbers for health and metrics. */
  stats(): Readonly<Record<string, number>> {
    const { ownLoad, exchange, gateway, stealing, membership } = this.#machines;
    const { running, queued, waiting, free } = ownLoad.vector;
    const { alive } = membership.counts;
    const asked = exchange.size;
    return { running, queued, waiting, free, alive, asked, clients: gateway.size, stolen: stealing.stolen };
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
        if (event.message.kind === 'load.vector') return this.#hear(event.message.vector);
        if (event.message.kind !== 'swim.rumour') return;
        return this.#onMembership(membership.step({ kind: 'gossip', message: event.message }, this.#now));
      case 'connected':
      case 'disconnected':
      case 'unreachable':
        return this.#onMembership(membership.step(event, this.#now));
      case 'timer':
        return this.#onTimer(event);
      case 'persisted':
        for (const tag of outlet.written(event.write)) this.#onCommitted(tag);
        return;
      case 'loaded': {
        const read = outlet.wasRead(event.read);
        if (read?.owner !== 'shards') return;
        return this.#onShards(this.#machines.shards.step({ ...event, kind: 'loaded', tag: read.tag }, this.#now));
      }
      case 'output': {
        const read = outlet.wasRead(event.read);
        if (read?.owner === 'output') host.output(read.tag, event.chunk);
        return;
      }
      case 'ended':
        return host.step(event, this.#now);
      case 'client':
        return this.#onGateway(gateway.request(event.client, event.request));
      case 'client-gone':
        return this.#onGateway(gateway.abandon(event.client));
      case 'leave':
        return this.#leave();
      default:
        assertNever(event);
    }
  }

  /** Until nothing is left to say to itself; then looks after what any event may have changed. */
  #settle(): void {
    const { outlet, shards, ownLoad, membership } = this.#machines;
    for (let own = outlet.takeOwn(); ; own = outlet.takeOwn()) {
      for (const message of own) this.#onMessage(this.#self, message);
      if (ownLoad.refresh(this.#departure !== 'no' || membership.self.draining, this.#now)) shards.reopen(this.#self);
      if (own.length > 0) continue;
      if (shards.hasWaiting) this.#onShards(shards.pump(this.#now));
      if (!outlet.hasOwn) break;
    }
    if (this.#isIdle()) this.#onStealing(this.#machines.stealing.idle());
    this.#finishLeaving();
  }

  #start(): void {
    const { membership, jobs, shards, outlet, view } = this.#machines;
    view.update(membership.self);
    this.#onMembership(membership.step({ kind: 'start' }, this.#now));
    const members = [...membership.members.values()].filter(isLive).map(({ id }) => id);
    this.#onJobs(jobs.step({ kind: 'restore', jobs: this.#stored.jobs }, this.#now));
    this.#onShards(shards.step({ kind: 'restore', shards: this.#stored.shards, members }, this.#now));
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
        return this.#onMembership(membership.step({ kind: 'message', from, message }, this.#now));
      case 'job.items':
      case 'job.create':
      case 'job.cancel':
      case 'shard.report':
      case 'query.job':
      case 'query.jobs':
        return this.#onJobs(jobs.step({ kind: 'message', from, message }, this.#now));
      case 'shard.create':
      case 'shard.cancel':
      case 'task.started':
      case 'task.result':
      case 'task.handback':
      case 'query.tasks':
      case 'query.task':
        return this.#onShards(shards.step({ kind: 'message', from, message }, this.#now));
      case 'task.offer':
      case 'task.revoke':
      case 'held.ask':
      case 'query.output':
        return host.message(from, message, this.#now);
      case 'steal.ask':
        return this.#onSteal(from, message);
      case 'load.vector':
        return this.#hear(message.vector);
      default:
        return this.#onReply(from, message);
    }
  }

  #onReply(from: NodeId, reply: Extract<Message, { readonly re: number }>): void {
    if (reply.kind === 'task.offered' || reply.kind === 'steal.tell') this.#hear(reply.load);
    const answered = this.#machines.exchange.answered(from, reply);
    if (answered) this.#deliver(from, answered.tag, answered.message);
  }

  /** @param message - undefined where no reply will come */
  #deliver(from: NodeId, asked: AskTag, message: ReplyEffect<Message>['message'] | undefined): void {
    const { jobs, shards, gateway, stealing, host } = this.#machines;
    const event = message ? { kind: 'reply' as const, from, message } : { kind: 'no-reply' as const, from };
    switch (asked.owner) {
      case 'jobs':
        return this.#onJobs(jobs.step({ ...event, tag: asked.tag } as Parameters<typeof jobs.step>[0], this.#now));
      case 'shards':
        return this.#onShards(
          shards.step({ ...event, tag: asked.tag } as Parameters<typeof shards.step>[0], this.#now),
        );
      case 'gateway':
        return this.#onGateway(gateway.answered(asked.tag, message));
      case 'executor':
        if (asked.attempt) host.step({ kind: 'recorded', attempt: asked.attempt }, this.#now);
        return;
      case 'thief': {
        const given = message?.kind === 'steal.tell' ? message.given : undefined;
        return this.#onStealing(stealing.answered(given, this.#isIdle()));
      }
      default:
        assertNever(asked);
    }
  }

  #onCommitted(tag: WriteTag): void {
    if (tag.owner === 'jobs') this.#onJobs(this.#machines.jobs.step({ kind: 'committed', tag: tag.tag }, this.#now));
    if (tag.owner === 'shards')
      this.#onShards(this.#machines.shards.step({ kind: 'committed', tag: tag.tag }, this.#now));
  }

  #onTimer(event: TimerFired): void {
    const { membership, jobs, shards, host, stealing, exchange, gateway } = this.#machines;
    switch (event.timer.owner) {
      case 'node':
        if (this.#timers.fired(event.timer)) this.#onOwnTimer(event.timer.name);
        return;
      case 'exchange': {
        const { effects, expired } = exchange.fired(event, this.#now);
        this.#onExchange(effects);
        for (const { to, tag } of expired) this.#deliver(to, tag, undefined);
        return;
      }
      case 'jobs':
        return this.#onJobs(jobs.step(event, this.#now));
      case 'shards':
        return this.#onShards(shards.step(event, this.#now));
      case 'executor':
        return host.step(event, this.#now);
      case 'stealing':
        return this.#onStealing(stealing.fired(event, this.#isIdle()));
      case 'gateway':
        return this.#onGateway(gateway.fired(event));
      default:
        return this.#onMembership(membership.step(event, this.#now));
    }
  }

  #onOwnTimer(name: string): void {
    if (name === 'departure') {
      this.#finishLeaving('overdue');
      return;
    }
    const { ownLoad, membership, outlet } = this.#machines;
    if (this.#publisher.due(ownLoad.vector, membership.counts.alive, this.#now)) {
      outlet.push({ kind: 'publish', topic: 'load', message: { kind: 'load.vector', vector: ownLoad.vector } });
    }
    outlet.push(this.#timers.arm('tick', TICK_MS));
  }

  /** A node said how loaded it is: it may have room again. */
  #hear(vector: LoadVector): void {
    const { view, shards } = this.#machines;
    if (view.member(vector.node) && view.loads.note(vector, this.#now)) shards.reopen(vector.node);
  }

  /** Half of what waits here, tasks without an executor first: those cost no hand-back. */
  #onSteal(thief: NodeId, message: TaskMessages['steal.ask']): void {
    const { shards, host, ownLoad, outlet } = this.#machines;
    this.#hear(message.load);
    const { queued, waiting } = ownLoad.vector;
    const wanted = fairLoot(queued + waiting, message.load);
    const { given, effects } = shards.giveTo(thief, wanted);
    this.#onShards(effects);
    const fromQueue = given < wanted ? host.giveTo(thief, wanted - given) : 0;
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
    this.#onMembership(membership.step({ kind: 'set-draining', draining: true }, this.#now));
    host.step({ kind: 'leave' }, this.#now);
    outlet.push(this.#timers.arm('departure', LEAVE_MS));
  }

  /** The flock is told once nothing is held here any more, or when that takes too long. */
  #finishLeaving(how?: 'overdue'): void {
    const { executor, exchange, membership, outlet } = this.#machines;
    if (this.#departure !== 'handing-back') return;
    if (how !== 'overdue' && !(executor.isIdle && !exchange.some(({ owner }) => owner === 'executor'))) return;
    this.#departure = 'left';
    this.#onMembership(membership.step({ kind: 'leave' }, this.#now));
    outlet.push({ kind: 'left' });
  }

  #ask(to: NodeId, message: Request<Message>, tag: AskTag, patience: Patience): void {
    this.#onExchange(this.#machines.exchange.ask(to, message, tag, patience, this.#now));
  }

  #onExchange(effects: readonly ExchangeEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') this.#machines.outlet.send(effect.to, effect.message);
      else this.#machines.outlet.push(effect);
    }
  }

  #onMembership(effects: readonly MembershipEffect[]): void {
    const { outlet, view } = this.#machines;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          outlet.send(effect.to, effect.message);
          break;
        case 'member-changed':
          this.#onMember(effect.before, effect.after);
          break;
        case 'member-forgotten':
          view.forget(effect.id);
          break;
        case 'load-heard':
          this.#hear(effect.load);
          break;
        case 'persist-members':
          outlet.commit([{ key: MEMBERS_KEY, value: effect.members }], { owner: 'members' });
          break;
        case 'outdated-boot':
          outlet.push({ kind: 'outdated', boot: effect.boot });
          break;
        default:
          outlet.push(effect);
      }
    }
  }

  #onMember(before: MemberState | undefined, after: MemberState): void {
    const { view, jobs, shards, exchange } = this.#machines;
    view.update(after);
    if (after.id === this.#self) return;
    const isBack = isLive(after) && !(before && isLive(before));
    const isGone = !isLive(after) && before !== undefined && isLive(before);
    const event = isGone
      ? { kind: 'peer-gone' as const, node: after.id }
      : isLive(after) && before !== undefined && before.boot !== after.boot
        ? { kind: 'peer-restarted' as const, node: after.id, boot: after.boot }
        : undefined;
    if (event) {
      this.#onJobs(jobs.step(event, this.#now));
      this.#onShards(shards.step(event, this.#now));
    }
    if (isBack || event?.kind === 'peer-restarted') this.#onExchange(exchange.returned(after.id, this.#now));
  }

  #onJobs(effects: readonly JobEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'ask')
        this.#ask(effect.to, effect.message, { owner: 'jobs', tag: effect.tag }, effect.patience);
      else if (effect.kind === 'commit') this.#machines.outlet.commit(effect.puts, { owner: 'jobs', tag: effect.tag });
      else this.#onPlain(effect);
    }
  }

  #onShards(effects: readonly ShardEffect[]): void {
    const { outlet } = this.#machines;
    for (const effect of effects) {
      if (effect.kind === 'ask')
        this.#ask(effect.to, effect.message, { owner: 'shards', tag: effect.tag }, effect.patience);
      else if (effect.kind === 'commit') outlet.commit(effect.puts, { owner: 'shards', tag: effect.tag });
      else if (effect.kind === 'load') outlet.load(effect.prefix, { owner: 'shards', tag: effect.tag });
      else if (effect.kind === 'send') outlet.send(effect.to, effect.message);
      else this.#onPlain(effect);
    }
  }

  #onPlain(effect: ReplyEffect<Message> | TimerEffect): void {
    if (effect.kind === 'reply') this.#machines.outlet.send(effect.to, { ...effect.message, re: effect.re } as Message);
    else this.#machines.outlet.push(effect);
  }

  #onGateway(effects: readonly GatewayEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'ask') {
        const { to, message } = effect.question;
        this.#ask(to, message, { owner: 'gateway', tag: effect.tag }, effect.patienceMs);
      } else this.#machines.outlet.push(effect);
    }
  }

  #onStealing(effects: readonly StealingEffect[]): void {
    const { ownLoad, outlet } = this.#machines;
    for (const effect of effects) {
      if (effect.kind === 'steal') {
        this.#ask(effect.from, { kind: 'steal.ask', load: ownLoad.vector }, { owner: 'thief' }, effect.patienceMs);
      } else outlet.push(effect);
    }
  }
}
