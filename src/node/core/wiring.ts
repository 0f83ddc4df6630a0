import type { Entry, PeerEvent, ReplyEffect, Request } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { LoadVector } from '../../kernel/load.js';
import type { Now } from '../../kernel/time.js';
import type { TimerEffect } from '../../kernel/timers.js';
import { isLive, isOnRing, type MemberState } from '../../membership/member.js';
import type { MembershipEffect } from '../../membership/events.js';
import type { StealingEffect } from '../../placement/stealing.js';
import type { ChangeLog } from '../../tasks/change-log.js';
import type { JobEffect } from '../../tasks/job-events.js';
import type { ReplicationEffect, ReplicationEvent } from '../../tasks/replication/events.js';
import type { RegisterId } from '../../tasks/register/head.js';
import { JOB, SHARD } from '../../tasks/replication/names.js';
import type { ShardEffect } from '../../tasks/shard-events.js';
import type { ExchangeEffect, Manner } from './exchange.js';
import type { GatewayEffect } from './gateway/gateway.js';
import { InnerClients } from './inner-clients.js';
import { buildMachines, type AskTag, type Machines, type NodeCoreOptions, type RegisterOwner } from './machines.js';
import { badOf, goodOf, MEMBERS_KEY, outdated, removals } from './stored.js';
import type { Message } from './wire.js';

/** How long another job is waited for before it is looked for anew. */
const WATCH_MS = 60_000;

/** The wires between the machines of one node: where what one of them wants done is done, or becomes the node's effect. */
export class Wiring {
  readonly machines: Machines;
  readonly #self: NodeId;
  readonly #now: () => Now;
  readonly #toRegisters: ReplicationEvent<RegisterOwner>[] = [];
  #isReplicating = false;
  readonly #inner = new InnerClients((client, request) => {
    this.gateway(this.machines.gateway.request(client, request));
  });

  constructor(options: NodeCoreOptions, now: () => Now) {
    this.#self = options.self;
    this.#now = now;
    this.machines = buildMachines(options, { now, ask: this.ask.bind(this) });
  }

  /** A node said how loaded it is: it may have room again. */
  hear(vector: LoadVector): void {
    const { view, shards, breakers } = this.machines;
    if (!view.loads.isNews(vector)) return;
    const member = view.member(vector.node);
    // The last word of the dead or leaving, come late, would count for ever.
    if (!member || !isOnRing(member) || !view.loads.note(vector)) return;
    breakers.heard(vector);
    shards.reopen(vector.node);
  }

  ask(to: NodeId, message: Request<Message>, tag: AskTag, how: Manner): void {
    this.exchange(this.machines.exchange.ask(to, message, tag, how, this.#now()));
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
          // An older copy of its disk: what it may have forgotten since must not be voted on after the next start.
          outlet.commit(outdated(effect.boot), { owner: 'disk' });
          outlet.push({ kind: 'outdated', boot: effect.boot });
          break;
        case 'joined':
          outlet.push(effect);
          this.replicate(effect);
          break;
        default:
          outlet.push(effect);
      }
    }
  }

  #onMember(before: MemberState | undefined, after: MemberState): void {
    const { view, shards, exchange, breakers } = this.machines;
    view.update(after);
    if (after.id === this.#self) return;
    const isNews = before?.state !== after.state || before.draining !== after.draining;
    const isBack = after.state === 'alive' && (before?.state !== 'alive' || before.boot !== after.boot);
    if (isBack) this.replicate({ kind: 'members-changed', back: after.id });
    else if (isNews) this.replicate({ kind: 'members-changed' });
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
    if (event.kind !== 'peer-here') breakers.forget(node);
    this.shards(shards.step(event, this.#now()));
    if (event.kind !== 'peer-gone') this.exchange(exchange.returned(node, this.#now()));
  }

  jobs(effects: readonly JobEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'ask':
          this.ask(effect.to, effect.message, { owner: 'jobs', tag: effect.tag }, effect);
          break;
        case 'write':
          this.replicate({ ...effect, tag: { owner: 'jobs', tag: effect.tag } });
          break;
        case 'claim':
        case 'claimed-again':
        case 'create':
        case 'renew':
        case 'abandon':
          this.replicate(effect);
          break;
        case 'withdraw':
          this.#withdraw(effect.tag);
          break;
        case 'watch':
          this.#watch(effect);
          break;
        case 'submit-job':
          this.#submit(effect);
          break;
        case 'cancel-job':
          this.#cancel(effect);
          break;
        default:
          this.#onPlain(effect);
      }
    }
  }

  shards(effects: readonly ShardEffect[]): void {
    const { outlet } = this.machines;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'ask':
          this.ask(effect.to, effect.message, { owner: 'shards', tag: effect.tag }, effect);
          break;
        case 'write':
          this.replicate({ ...effect, tag: { owner: 'shards', tag: effect.tag } });
          break;
        case 'create':
        case 'renew':
        case 'abandon':
          this.replicate(effect);
          break;
        case 'load':
          outlet.load(effect, { owner: 'shards', tag: effect.tag });
          break;
        case 'send':
          outlet.send(effect.to, effect.message);
          break;
        default:
          this.#onPlain(effect);
      }
    }
  }

  #withdraw({ what, job, shard }: Extract<JobEffect, { kind: 'withdraw' }>['tag']): void {
    this.machines.exchange.withdraw((asked) => {
      return asked.owner === 'jobs' && asked.tag.what === what && asked.tag.job === job && asked.tag.shard === shard;
    });
  }

  /**
   * Something happens to the registers of this node; who coordinates is told what comes of it. What they wish in turn waits
   * until all of that is told: writes must reach the store in the order in which the registers made them.
   */
  replicate(event: ReplicationEvent<RegisterOwner>): void {
    this.#toRegisters.push(event);
    if (this.#isReplicating) return;
    this.#isReplicating = true;
    for (let next = this.#toRegisters.shift(); next; next = this.#toRegisters.shift()) {
      for (const effect of this.machines.replication.step(next, this.#now())) this.#onReplication(effect);
    }
    this.#isReplicating = false;
  }

  /** The entries of a register that memory had let go of. */
  loaded(tag: RegisterId, found: readonly Entry[]): void {
    const bad = badOf(found);
    // Removed in the same write that notes the doubt: a crash leaves both or none.
    if (bad.length > 0) this.machines.outlet.commit(removals(bad), { owner: 'disk' });
    this.replicate({ kind: 'loaded', tag, entries: goodOf(found), isBad: bad.length > 0 });
  }

  #onReplication(effect: ReplicationEffect<RegisterOwner>): void {
    const { outlet } = this.machines;
    switch (effect.kind) {
      case 'send':
        return outlet.send(effect.to, effect.message);
      case 'ask':
        return this.ask(effect.to, effect.message, { owner: 'replication', tag: effect.tag }, effect);
      case 'commit':
        return outlet.commit(effect.puts, { owner: 'registers', tag: effect.tag });
      case 'load':
        return outlet.load(effect, { owner: 'registers', tag: effect.tag });
      case 'news':
        return this.#onNews(effect.news);
      case 'claimed':
        return this.jobs(this.machines.jobs.step(effect, this.#now()));
      default:
        return outlet.push(effect);
    }
  }

  /** A job's register has its only shard in it; any other register has one of both. */
  #onNews(news: Extract<ReplicationEffect<RegisterOwner>, { kind: 'news' }>['news']): void {
    const { jobs, shards } = this.machines;
    if (news.kind === 'written') {
      const { register, tag } = news;
      const written = { kind: 'written' as const, register };
      if (tag.owner === 'jobs') this.jobs(jobs.step({ tag: tag.tag, ...written }, this.#now()));
      else this.shards(shards.step({ tag: tag.tag, ...written }, this.#now()));
      return;
    }
    const hasJob = news.kind === 'closed' ? !news.register.includes('#') : news.entries.has(JOB);
    if (hasJob) this.jobs(jobs.step(news, this.#now()));
    if (news.kind === 'closed' || news.entries.has(SHARD)) this.shards(shards.step(news, this.#now()));
  }

  #onPlain(effect: ReplyEffect<Message> | TimerEffect): void {
    if (effect.kind === 'reply') this.machines.outlet.send(effect.to, { re: effect.re, ...effect.message });
    else this.machines.outlet.push(effect);
  }

  changes(effects: ReturnType<ChangeLog['flush']>): void {
    for (const effect of effects) this.#onPlain(effect);
  }

  gateway(effects: readonly GatewayEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'ask') {
        const { to, message } = effect.question;
        this.ask(to, message, { owner: 'gateway', tag: effect.tag }, { patience: effect.patienceMs });
      } else if (effect.kind !== 'answer' || !this.#inner.answered(effect)) this.machines.outlet.push(effect);
    }
  }

  /** A job here waits for another. */
  #watch({ job, waitMs = WATCH_MS }: Extract<JobEffect, { kind: 'watch' }>): void {
    this.#inner.request({ op: 'watch', job, waitMs }, (told = {}) => {
      this.jobs(this.machines.jobs.step({ kind: 'parent-told', job, ...told }, this.#now()));
    });
  }

  /** A schedule here has a job made. A conflict is another job that has its id, or had it. */
  #submit({ schedule, submission }: Extract<JobEffect, { kind: 'submit-job' }>): void {
    this.#inner.request({ op: 'submit', ...submission }, (accepted, error) => {
      const outcome = accepted || error === 'conflict' ? ('made' as const) : ('unknown' as const);
      const told = { kind: 'child-told' as const, schedule, job: submission.job, outcome };
      this.jobs(this.machines.jobs.step(told, this.#now()));
    });
  }

  #cancel({ schedule, job }: Extract<JobEffect, { kind: 'cancel-job' }>): void {
    this.#inner.request({ op: 'cancel', job }, (done, error) => {
      const told = {
        kind: 'child-cancelled' as const,
        schedule,
        job,
        isDone: done !== undefined || error === 'conflict',
      };
      this.jobs(this.machines.jobs.step(told, this.#now()));
    });
  }

  /** To be called whenever this node is idle: who was turned away is told, and work is looked for elsewhere. */
  idle(): void {
    this.machines.host.tellTurnedAway();
    this.stealing(this.machines.stealing.idle());
  }

  stealing(effects: readonly StealingEffect[]): void {
    const { ownLoad, outlet } = this.machines;
    for (const effect of effects) {
      if (effect.kind === 'steal') {
        this.ask(
          effect.from,
          { kind: 'steal.ask', load: ownLoad.vector },
          { owner: 'thief' },
          { patience: effect.patienceMs },
        );
      } else outlet.push(effect);
    }
  }
}
