import { assertNever, known } from '../../kernel/assert.js';
import type { NodeId } from '../../kernel/ids.js';
import type { Now } from '../../kernel/time.js';
import { TimerBook } from '../../kernel/timers.js';
import type { Acceptor } from '../register/acceptor.js';
import { REGISTER_DEFAULTS } from '../register/config.js';
import type { RegisterId } from '../register/head.js';
import type { Written } from '../register/messages.js';
import type { News } from '../register/news.js';
import { Registers, type RegisterEffect, type RegisterEvent } from '../register/registers.js';
import type { ClaimTag, RegisterNews, RegisterWish } from './effects.js';
import type { ReplicationEffect, ReplicationEvent, ReplicationOptions } from './events.js';
import { summaryOf, type FinalSummary } from './finality.js';
import { isAboutGone, LettingGo } from './letting-go.js';
import { Gathering } from './gathering.js';
import type { ReplicationMessage } from './messages.js';
import type { FlockPort } from './relocation.js';
import { countHeld, isAboutHeld, sortHeld, type AboutHeld } from './reminding.js';
import { Succession } from './succession.js';
import { Resting } from './resting.js';
import { Survivor } from './survivor.js';
import { Upkeep, type Chores } from './upkeep.js';
import { weigh } from './values.js';
import { Places } from './places.js';

const SWEEP = 'sweep';
/** How often what changed is looked through: what is finished is let go, what is orphaned taken over. */
const SWEEP_MS = 1_000;
/** Before the next takeovers where many are due: what else there is to do has its turn in between. */
const NEXT = 'next-takeovers';
const NEXT_MS = 10;
/** Where nothing changes: what is old is let go. */
const TICK = 'tick';

/**
 * Jobs and shards on several nodes: the registers of this node, and when it takes one over. Machines that coordinate are told
 * what they may act on, and nothing else of ballots and majorities.
 */
export class Replication<Tag> {
  readonly places: Places;
  readonly survivor: Survivor<Tag>;
  readonly #registers: Registers;
  readonly #succession: Succession;
  readonly #upkeep: Upkeep;
  readonly #letting: LettingGo;
  readonly #self: NodeId;
  readonly #flock: FlockPort;
  readonly #gathering = new Gathering<Tag>();
  readonly #timers = new TimerBook('replication');
  readonly #open = new Set<RegisterId>();
  readonly #isOpen = (id: RegisterId) => this.#open.has(id) || this.survivor.isOpen(id);
  readonly #toRun: RegisterEvent[] = [];
  #isRunning = false;
  #isJoined = false;
  #isLeaving = false;
  #out: ReplicationEffect<Tag>[] = [];

  constructor(options: ReplicationOptions) {
    const { self, prng, isHere, isReachable, flock } = options;
    this.#self = self;
    this.#flock = flock;
    this.#registers = new Registers({ self, prng, isReachable, config: { ...REGISTER_DEFAULTS, weigh } });
    const resting = new Resting(self, this.#registers.replica, isHere);
    this.#letting = new LettingGo(this.#registers.replica, resting, options.retention, {
      run: (event, now) => void this.#run(event, now),
      send: this.#send.bind(this),
    });
    this.#succession = new Succession(self, isHere);
    this.#upkeep = new Upkeep(self, this.#registers, flock);
    const { replica } = this.#registers;
    this.survivor = new Survivor<Tag>(options, replica, this.#succession, {
      emit: (effect) => void this.#out.push(effect),
      tell: this.#tell.bind(this),
      run: this.#run.bind(this),
      placeOf: (id) => this.places.placeOf(id),
    });
    this.places = new Places(options, replica, this.#isOpen, this.survivor);
  }

  /** Nodes that could take over what this one holds, as far as they are looked for. */
  get heirs(): number {
    return this.#flock.candidates('').filter((node) => node !== this.#self).length;
  }

  /** Wall clock up to which this node, after a loss, has no vote even on registers that are new. */
  get abstainsUntilMs(): number {
    return this.#registers.replica.abstention.newbornsUntilMs;
  }

  /** Registers of which this node is a replica still. */
  held(): number {
    return countHeld(this.#registers.replica, this.#self);
  }

  step(event: ReplicationEvent<Tag>, now: Now): ReplicationEffect<Tag>[] {
    this.#out = [];
    this.#handle(event, now);
    const { touched } = this.#registers.replica;
    if (this.survivor.size > 0) this.survivor.endOver(touched);
    const isBusy = touched.size > 0 || this.#succession.size > 0 || this.survivor.isBusy;
    if (isBusy && !this.#timers.isArmed(SWEEP)) this.#arm();
    const wantsMore = this.#succession.wantsMore || this.#upkeep.wantsMore;
    if (wantsMore && !this.#timers.isArmed(NEXT)) this.#out.push(this.#timers.arm(NEXT, NEXT_MS));
    return this.#out;
  }

  #handle(event: ReplicationEvent<Tag>, now: Now): void {
    switch (event.kind) {
      case 'message':
        // Only then it is known whether this disk is as young as the flock remembers it (register.md, rule 17).
        if (!this.#isJoined) return;
        if (isAboutHeld(event.message)) return this.#heardOf(event.from, event.message, now);
        if (isAboutGone(event.message)) return this.#letting.heard(event.from, event.message, now);
        return this.#run({ ...event, message: event.message }, now);
      case 'committed':
        if ('answers' in event.tag) return this.#run({ ...event, tag: event.tag }, now);
        return this.survivor.committed(event.tag, now);
      case 'loaded':
      case 'restore':
        if (event.kind === 'restore') this.survivor.restore(event.degraded);
        return this.#run(event, now);
      case 'reply':
      case 'no-reply':
        return this.survivor.healing.answered(event);
      case 'claim':
      case 'claimed-again':
      case 'create':
        if (event.kind === 'claim' && !this.#isJoined) return;
        return this.#run({ ...event, id: event.register }, now);
      case 'write':
        return this.#write(event, now);
      case 'renew':
        return this.#run({ kind: 'take-over', id: event.register }, now);
      case 'abandon':
        return this.survivor.abandon(event.register);
      case 'joined':
        this.#isJoined = true;
        this.#succession.joined(now.monoMs);
        return this.#sweep(now);
      case 'members-changed':
      case 'leave':
        this.#isLeaving ||= event.kind === 'leave';
        this.#upkeep.membersChanged(now.monoMs, event.kind === 'leave' ? undefined : event.back);
        return this.#sweep(now);
      case 'timer':
        if (event.timer.owner !== this.#timers.owner) this.#run(event, now);
        else if (!this.#timers.fired(event.timer)) return;
        else if (event.timer.name === NEXT) this.#next(now);
        else this.#sweep(now);
        return;
      default:
        assertNever(event);
    }
  }

  /** One after the other: their writes must reach the store in order. */
  #run(event: RegisterEvent, now: Now): void {
    this.#toRun.push(event);
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#toRun.shift(); next; next = this.#toRun.shift()) {
      for (const effect of this.#registers.step(next, now)) this.#perform(effect, now);
    }
    this.#isRunning = false;
  }

  #perform(effect: RegisterEffect, now: Now): void {
    if (effect.kind === 'register') this.#told(effect.news, now);
    else this.#out.push(effect);
  }

  #told(news: News, now: Now): void {
    const { id } = news;
    switch (news.kind) {
      case 'opened': {
        this.survivor.close(id);
        this.#open.add(id);
        this.#succession.tried(id, now.monoMs);
        const { head, entries } = news.state;
        const how = { ballot: news.n, isNew: news.isNew };
        this.#tell({ kind: 'opened', register: id, ...how, set: head.set, entries });
        return this.#keepUp(this.#upkeep.opened(id, now.monoMs), now);
      }
      case 'written': {
        const { tags, next } = this.#gathering.written(id);
        for (const tag of tags) this.#tell({ kind: 'written', register: id, tag });
        if (next) this.#begin(next, now);
        return;
      }
      case 'claimed':
        return void this.#out.push({ ...news, tag: news.tag as ClaimTag });
      case 'paused':
        return this.#close(id, 'elsewhere');
      case 'over':
        this.#succession.tried(id, now.monoMs);
        this.#upkeep.moved(id);
        // The state is installed where this node has no part: the first there need not find out by itself.
        if (news.why === 'handed-over' && news.head?.set[0])
          this.#send(news.head.set[0], { kind: 'register.remind', ids: [id] });
        return this.#close(id, news.why === 'refused' ? 'refused' : 'elsewhere');
      default:
        assertNever(news);
    }
  }

  #write({ register, entries, tag }: Extract<RegisterWish<Tag>, { kind: 'write' }>, now: Now): void {
    if (!this.#open.has(register)) return this.survivor.write({ kind: 'write', register, entries, tag });
    const due = this.#gathering.add(register, entries, tag);
    if (due) this.#begin(due, now);
  }

  /** What has nothing to write only waited for its turn. */
  #begin({ id, entries }: { readonly id: RegisterId; readonly entries: readonly Written[] }, now: Now): void {
    if (entries.length > 0) this.#run({ kind: 'write', id, entries, tag: undefined }, now);
    else this.#told({ kind: 'written', id, tag: undefined }, now);
  }

  #close(id: RegisterId, why: 'final' | 'refused' | 'elsewhere'): void {
    this.#open.delete(id);
    this.#gathering.drop(id);
    this.survivor.close(id);
    this.#tell({ kind: 'closed', register: id, why });
  }

  #heardOf(from: NodeId, message: AboutHeld, now: Now): void {
    const { takeOver, settle, notMine } = sortHeld(this.#registers.replica, this.#isOpen, from, message);
    for (const id of settle) this.#run({ kind: 'settle', id, to: from }, now);
    this.#takeOverAll(takeOver, now);
    if (notMine.length > 0) this.#send(from, { kind: 'register.not-mine', ids: [...notMine] });
  }

  #sweep(now: Now): void {
    const { touched } = this.#registers.replica;
    const ids = [...touched];
    touched.clear();
    for (const id of ids) {
      const acceptor = this.#registers.replica.get(id);
      this.#letting.look(id, now.monoMs);
      if (acceptor) this.#look(acceptor, now);
      else this.#succession.unwatch(id);
    }
    if (this.#isJoined) {
      this.survivor.sweep(this.#succession.orphans(now.monoMs), now);
      this.#takeOverAll(this.#succession.due(now.monoMs, this.#isOpen), now);
      for (const { to, ids } of this.#succession.reminders(now.monoMs))
        this.#send(to, { kind: 'register.remind', ids });
      this.#keepUp(this.#upkeep.due(this.#open, now), now);
    }
    this.#letting.tick(now);
    const isBusy = this.#succession.size > 0 || touched.size > 0 || this.survivor.isBusy || this.#upkeep.isBusy;
    if (isBusy || this.#isLeaving) this.#arm();
    else if (!this.#letting.isEmpty) this.#out.push(this.#timers.arm(TICK, this.#letting.tickMs));
  }

  #next(now: Now): void {
    this.#takeOverAll(this.#succession.due(now.monoMs, this.#isOpen), now);
    if (this.#upkeep.wantsMore) this.#keepUp(this.#upkeep.more(now.monoMs), now);
  }

  #keepUp({ seals, takeOvers, reminders, checks, announcements }: Chores, now: Now): void {
    for (const { id, set } of seals) this.#run({ kind: 'seal', id, seal: { set, atMs: now.wallMs } }, now);
    this.#takeOverAll(takeOvers, now);
    for (const [to, ids] of reminders) this.#send(to, { kind: 'register.remind', ids: [...ids] });
    for (const [to, finished] of checks) this.#send(to, { kind: 'register.check', finished: [...finished] });
    for (const id of announcements) this.#run({ kind: 'announce', id }, now);
  }

  /** What is tried already is not begun anew: that would only void the ballot. */
  #takeOverAll(ids: readonly RegisterId[], now: Now): void {
    for (const id of ids) {
      if (this.#registers.coordinators.get(id)) continue;
      this.#succession.trying(id);
      this.#run({ kind: 'take-over', id }, now);
    }
  }

  /** Lets go of what is finished, watches what is not. */
  #look(acceptor: Acceptor, now: Now): void {
    const { id, head, promised, isStub, isGone } = acceptor;
    if (!head || isStub || isGone) return this.#succession.unwatch(id);
    if (acceptor.isEvicted && acceptor.final !== undefined) {
      this.places.keep(id, acceptor.final as FinalSummary);
      return this.#succession.unwatch(id);
    }
    // It is being taken over, perhaps to be reopened: looked at again.
    if (this.#registers.coordinators.get(id) && !this.#open.has(id))
      return void this.#registers.replica.touched.add(id);
    // What is finished and has still to be moved must stay open for that.
    const isMoving = this.#open.has(id) && this.#upkeep.isToMove(id, head.set, now.monoMs);
    // And what is not yet on this disk must stay in memory: readers would be told of nothing.
    const mustStay = isMoving || acceptor.writing > 0;
    if (mustStay) this.#registers.replica.touched.add(id);
    const summary = mustStay || acceptor.isEvicted ? undefined : summaryOf(acceptor.entries);
    if (summary && (acceptor.final !== undefined || acceptor.isAllCommitted)) return this.#finish(id, summary, now);
    this.#succession.watch(id, known(promised, `promise of ${id}`).node, head.set);
  }

  #finish(id: RegisterId, summary: FinalSummary, now: Now): void {
    const wasOpen = this.#isOpen(id);
    this.#upkeep.finished(id);
    this.places.keep(id, summary);
    this.#succession.unwatch(id);
    this.#run({ kind: 'finish', id, summary }, now);
    this.#letting.look(id, now.monoMs);
    if (wasOpen) this.#close(id, 'final');
  }

  #send(to: NodeId, message: ReplicationMessage): void {
    this.#out.push({ kind: 'send', to, message });
  }

  #tell(news: RegisterNews<Tag>): void {
    this.#out.push({ kind: 'news', news });
  }

  #arm(): void {
    this.#out.push(this.#timers.arm(SWEEP, SWEEP_MS));
  }
}
