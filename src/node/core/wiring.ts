import type { PeerEvent, ReplyEffect, Request } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { LoadVector } from '../../kernel/load.js';
import type { Now } from '../../kernel/time.js';
import type { TimerEffect } from '../../kernel/timers.js';
import { isLive, isOnRing, type MemberState } from '../../membership/member.js';
import type { MembershipEffect } from '../../membership/events.js';
import type { StealingEffect } from '../../placement/stealing.js';
import type { JobEffect } from '../../tasks/job-home.js';
import type { ShardEffect } from '../../tasks/offering.js';
import type { ExchangeEffect } from './exchange.js';
import type { GatewayEffect } from './gateway/gateway.js';
import { buildMachines, type AskTag, type Machines, type NodeCoreOptions } from './machines.js';
import { MEMBERS_KEY } from './stored.js';
import type { Message } from './wire.js';

/** The wires between the machines of one node: where what one of them wants done is done, or becomes the node's effect. */
export class Wiring {
  readonly machines: Machines;
  readonly #self: NodeId;
  readonly #now: () => Now;

  constructor(options: NodeCoreOptions, now: () => Now) {
    this.#self = options.self;
    this.#now = now;
    this.machines = buildMachines(options, { now, ask: this.ask.bind(this) });
  }

  /** A node said how loaded it is: it may have room again. */
  hear(vector: LoadVector): void {
    const { view, shards } = this.machines;
    if (!view.loads.isNews(vector)) return;
    const member = view.member(vector.node);
    // The last word of the dead or leaving, come late, would count for ever.
    if (member && isOnRing(member) && view.loads.note(vector)) shards.reopen(vector.node);
  }

  ask(to: NodeId, message: Request<Message>, tag: AskTag, patience: 'forever' | 'alive' | number): void {
    this.exchange(this.machines.exchange.ask(to, message, tag, patience, this.#now()));
  }

  exchange(effects: readonly ExchangeEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') this.machines.outlet.send(effect.to, effect.message);
      else this.machines.outlet.push(effect);
    }
  }

  membership(effects: readonly MembershipEffect[]): void {
    const { outlet, view } = this.machines;
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
          this.hear(effect.load);
          break;
        case 'persist-members':
          outlet.commit([{ key: MEMBERS_KEY, value: effect.members }], { owner: 'members' });
          break;
        case 'outdated-boot':
          outlet.push({ kind: 'outdated', boot: effect.boot });
          break;
        case 'joined':
          outlet.push(effect);
          this.shards(this.machines.shards.step(effect, this.#now()));
          break;
        default:
          outlet.push(effect);
      }
    }
  }

  #onMember(before: MemberState | undefined, after: MemberState): void {
    const { view, jobs, shards, exchange } = this.machines;
    view.update(after);
    if (after.id === this.#self) return;
    const isHere = isLive(after);
    const wasHere = before !== undefined && isLive(before);
    const node = after.id;
    const event: PeerEvent | undefined =
      wasHere && !isHere
        ? { kind: 'peer-gone', node }
        : isHere && before !== undefined && before.boot !== after.boot
          ? { kind: 'peer-restarted', node, boot: after.boot }
          : isHere && !wasHere
            ? { kind: 'peer-here', node }
            : undefined;
    if (!event) return;
    this.jobs(jobs.step(event, this.#now()));
    this.shards(shards.step(event, this.#now()));
    if (event.kind !== 'peer-gone') this.exchange(exchange.returned(node, this.#now()));
  }

  jobs(effects: readonly JobEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'ask')
        this.ask(effect.to, effect.message, { owner: 'jobs', tag: effect.tag }, effect.patience);
      else if (effect.kind === 'commit') this.machines.outlet.commit(effect.puts, { owner: 'jobs', tag: effect.tag });
      else this.#onPlain(effect);
    }
  }

  shards(effects: readonly ShardEffect[]): void {
    const { outlet } = this.machines;
    for (const effect of effects) {
      if (effect.kind === 'ask')
        this.ask(effect.to, effect.message, { owner: 'shards', tag: effect.tag }, effect.patience);
      else if (effect.kind === 'commit') outlet.commit(effect.puts, { owner: 'shards', tag: effect.tag });
      else if (effect.kind === 'load') outlet.load(effect.prefix, { owner: 'shards', tag: effect.tag });
      else if (effect.kind === 'send') outlet.send(effect.to, effect.message);
      else this.#onPlain(effect);
    }
  }

  #onPlain(effect: ReplyEffect<Message> | TimerEffect): void {
    if (effect.kind === 'reply') this.machines.outlet.send(effect.to, { ...effect.message, re: effect.re });
    else this.machines.outlet.push(effect);
  }

  gateway(effects: readonly GatewayEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'ask') {
        const { to, message } = effect.question;
        this.ask(to, message, { owner: 'gateway', tag: effect.tag }, effect.patienceMs);
      } else this.machines.outlet.push(effect);
    }
  }

  stealing(effects: readonly StealingEffect[]): void {
    const { ownLoad, outlet } = this.machines;
    for (const effect of effects) {
      if (effect.kind === 'steal') {
        this.ask(effect.from, { kind: 'steal.ask', load: ownLoad.vector }, { owner: 'thief' }, effect.patienceMs);
      } else outlet.push(effect);
    }
  }
}
