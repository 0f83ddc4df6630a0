import { assertNever } from '../../kernel/assert.js';
import type {
  CommitEffect,
  Committed,
  LoadEffect,
  Loaded,
  MessageEvent,
  Put,
  SendEffect,
} from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { Prng } from '../../kernel/prng.js';
import type { Now } from '../../kernel/time.js';
import type { TimerEffect, TimerFired } from '../../kernel/timers.js';
import { checked, REGISTER_DEFAULTS, type RegisterConfig } from './config.js';
import type { ClaimAnswer } from './claim.js';
import { Coordinators, type Creation } from './coordinators.js';
import type { Lineage, RegisterId, Seal } from './head.js';
import type { Ask, RegisterMessage, Tell, Written } from './messages.js';
import type { News } from './news.js';
import { Outbox } from './outbox.js';
import { Replica, type Reading, type Vouched, type Votes } from './replica.js';
import { entryKey, entriesOf, type StoredLoss, type StoredRegister } from './stored.js';

/** What waits for a write: the answers that vouch for it, and the registers that are in doubt if it fails. */
export interface RegisterTag {
  readonly answers: readonly { readonly to: NodeId; readonly vouched: readonly Vouched[] }[];
  readonly claims: readonly AnsweredClaim[];
  readonly ids: readonly RegisterId[];
}

interface AnsweredClaim {
  readonly id: RegisterId;
  readonly tag: unknown;
  readonly answer: ClaimAnswer;
  readonly doubt: number | undefined;
}

export type RegisterEvent =
  | MessageEvent<RegisterMessage>
  | Committed<RegisterTag>
  /** The entries of a register that memory had let go of. */
  | Loaded<RegisterId>
  /**
   * The write failed, and so did all that were under way behind it: the store keeps their order. They may be on the disk or
   * not. What was in doubt by it abstains until it is repaired, or until a restart shows what is on the disk.
   */
  | { readonly kind: 'commit-failed'; readonly tag: RegisterTag }
  | TimerFired
  | {
      readonly kind: 'restore';
      readonly registers: readonly StoredRegister[];
      readonly before: StoredLoss | undefined;
      /** A loss of unknown extent noticed at this start: an empty disk of an old node, a restored copy. */
      readonly loss: StoredLoss | undefined;
    }
  | ({ readonly kind: 'create' } & Creation)
  /** Somebody is about to make it (ADR 18): news `claimed` follows once the answer is durable; none where this node abstains. */
  | ({ readonly kind: 'claim'; readonly id: RegisterId; readonly tag: unknown } & Lineage)
  /** What this node is about to make was claimed once more. */
  | ({ readonly kind: 'claimed-again'; readonly id: RegisterId } & Lineage)
  | { readonly kind: 'take-over' | 'resign' | 'announce'; readonly id: RegisterId }
  /** Tells a node that is no replica any more where the state went; this node must know that it is installed there. */
  | { readonly kind: 'settle'; readonly id: RegisterId; readonly to: NodeId }
  | LettingGo
  /** It is finished and committed: memory keeps `summary` in place of its entries. */
  | { readonly kind: 'finish'; readonly id: RegisterId; readonly summary: unknown }
  /** Nothing has happened to it for a while: the same, where nothing speaks against it. */
  | { readonly kind: 'rest'; readonly id: RegisterId; readonly gist: unknown }
  | { readonly kind: 'write'; readonly id: RegisterId; readonly entries: readonly Written[]; readonly tag: unknown }
  | { readonly kind: 'seal'; readonly id: RegisterId; readonly seal: Seal };

export type RegisterEffect =
  | SendEffect<RegisterMessage>
  | CommitEffect<RegisterTag>
  | LoadEffect<RegisterId>
  | TimerEffect
  | { readonly kind: 'register'; readonly news: News };

export interface RegistersOptions {
  readonly self: NodeId;
  /** Differs at each start of a node: names of losses are drawn from it. */
  readonly prng: Prng;
  readonly config?: RegisterConfig;
  /** Whether it is worth sending to a node again. */
  readonly isReachable?: (node: NodeId) => boolean;
}

interface LettingGo {
  readonly kind: 'bury' | 'forget';
  readonly id: RegisterId;
}
type Waiting = LettingGo | { readonly kind: 'asked'; readonly from: NodeId; readonly ask: Ask };

/** The registers of one node: those of which it is a replica, and those that it coordinates. */
export class Registers {
  readonly replica: Replica;
  readonly coordinators: Coordinators;
  readonly #self: NodeId;
  readonly #outbox: Outbox;
  /** What waits for the entries of an evicted register. */
  readonly #loading = new Map<RegisterId, Waiting[]>();
  #toSelf: Ask[] = [];
  #out: RegisterEffect[] = [];
  #puts: Put[] = [];
  #answers: { to: NodeId; vouched: Vouched[] }[] = [];
  #claims: AnsweredClaim[] = [];

  constructor({ self, prng, config = REGISTER_DEFAULTS, isReachable = () => true }: RegistersOptions) {
    this.#self = self;
    this.#outbox = new Outbox(config);
    this.replica = new Replica(self, checked(config), prng);
    this.coordinators = new Coordinators({
      ...{ self, config, prng, isReachable, replica: this.replica },
      ask: (to, ask) => void (to === self ? this.#toSelf.push(ask) : this.#outbox.ask(to, ask)),
      tell: (news) => void this.#out.push({ kind: 'register', news }),
      timer: (effect) => void this.#out.push(effect),
    });
  }

  /** What this node may say of an entry without asking anybody. */
  read(id: RegisterId, key: string): Reading {
    return this.replica.read(id, key);
  }

  /** A fencing number for an attempt of a register that is open here; undefined where a new ballot must be prepared. */
  nextEpoch(id: RegisterId): number | undefined {
    return this.coordinators.get(id)?.nextEpoch();
  }

  step(event: RegisterEvent, now: Now): RegisterEffect[] {
    this.#out = [];
    this.#puts = [];
    this.#answers = [];
    this.#claims = [];
    this.#handle(event, now);
    for (let asks = this.#takeOwn(); asks.length > 0; asks = this.#takeOwn()) this.#asked(this.#self, asks, now);
    if (this.#puts.length + this.#answers.length + this.#claims.length > 0) this.#commit();
    for (const send of this.#outbox.take()) this.#out.push(send);
    return this.#out;
  }

  #handle(event: RegisterEvent, now: Now): void {
    switch (event.kind) {
      case 'message':
        return this.#onMessage(event.from, event.message, now);
      case 'committed':
        return this.#onCommitted(event.tag, now);
      case 'commit-failed':
        this.replica.failed(event.tag.ids);
        for (const id of event.tag.ids) this.coordinators.abstain(id);
        return;
      case 'loaded':
        return this.#onLoaded(event, now);
      case 'finish':
        return this.#finish(event.id, event.summary);
      case 'rest':
        // Who coordinates it has all of it in use.
        if (!this.coordinators.get(event.id)) this.replica.rest(event.id, event.gist);
        return;
      case 'timer':
        return this.coordinators.fired(event.timer, now);
      case 'restore':
        for (const put of this.replica.restore(event.registers, event.before, event.loss)) this.#puts.push(put);
        return;
      case 'create':
        return this.coordinators.create(event, now);
      case 'claim':
        return this.#claim(event, now);
      case 'claimed-again':
        return this.coordinators.claimedAgain(event.id, event, now);
      case 'take-over':
        return this.coordinators.takeOver(event.id, now);
      case 'resign':
        return this.coordinators.resign(event.id);
      case 'announce':
        return this.coordinators.get(event.id)?.announce();
      case 'settle': {
        const head = this.replica.get(event.id)?.head;
        if (head) this.#outbox.ask(event.to, { kind: 'settled', id: event.id, head });
        return;
      }
      case 'bury':
      case 'forget':
        if (!this.#waits(event.id, event)) this.#letGo(event, now);
        return;
      case 'write':
        return void this.coordinators.write(event.id, event.entries, event.tag, now);
      case 'seal':
        return void this.coordinators.seal(event.id, event.seal, now);
      default:
        assertNever(event);
    }
  }

  #onMessage(from: NodeId, message: RegisterMessage, now: Now): void {
    if (message.kind === 'register.ask') return this.#asked(from, message.items, now);
    for (const tell of message.items) this.coordinators.told(from, tell, now);
  }

  #asked(from: NodeId, asks: readonly Ask[], now: Now): void {
    const votes: Votes = { puts: this.#puts, vouched: [], atOnce: [] };
    for (const ask of asks) {
      if (ask.kind === 'committed' || !this.#waits(ask.id, { kind: 'asked', from, ask })) {
        this.replica.asked(from, ask, now, votes);
        const head = this.replica.wentOnWithout(from, ask);
        if (head) this.#outbox.ask(from, { kind: 'settled', id: ask.id, head });
      }
    }
    if (votes.vouched.length > 0) this.#answers.push({ to: from, vouched: votes.vouched });
    this.#tell(from, votes.atOnce, now);
  }

  #claim({ id, tag, ...lineage }: Extract<RegisterEvent, { kind: 'claim' }>, now: Now): void {
    const answer = this.replica.claimed(id, lineage, now, this.#puts);
    const acceptor = this.replica.get(id);
    if (answer && acceptor) this.#claims.push({ id, tag, answer, doubt: this.replica.abstention.known(acceptor) });
  }

  #onCommitted({ answers, claims, ids }: RegisterTag, now: Now): void {
    for (const id of ids) this.replica.written(id);
    for (const { to, vouched } of answers) {
      const tells = vouched.filter(({ tell, doubt }) => this.replica.holds(tell.id, doubt)).map(({ tell }) => tell);
      this.#tell(to, tells, now);
    }
    for (const { id, tag, answer, doubt } of claims) {
      if (this.replica.holds(id, doubt))
        this.#out.push({ kind: 'register', news: { kind: 'claimed', id, tag, answer } });
    }
  }

  /** Whether something must wait until the entries of an evicted register are read; it comes again then. */
  #waits(id: RegisterId, what: Waiting): boolean {
    if (this.replica.get(id)?.isEvicted !== true) return false;
    const waiting = this.#loading.get(id);
    if (waiting) waiting.push(what);
    else {
      this.#loading.set(id, [what]);
      this.#out.push({ kind: 'load', prefix: entryKey(id, ''), tag: id });
    }
    return true;
  }

  #onLoaded({ tag: id, entries, isBad = false }: Loaded<RegisterId>, now: Now): void {
    this.replica.loaded(id, entriesOf(entries), isBad, this.#puts);
    if (isBad) this.coordinators.abstain(id);
    const waiting = this.#loading.get(id) ?? [];
    this.#loading.delete(id);
    for (const what of waiting) {
      if (what.kind === 'asked') this.#asked(what.from, [what.ask], now);
      else this.#letGo(what, now);
    }
  }

  #letGo({ kind, id }: LettingGo, now: Now): void {
    if (kind === 'forget') this.replica.forget(id, now, this.#puts);
    else if (this.replica.bury(id, now, this.#puts)) this.coordinators.resign(id);
  }

  #finish(id: RegisterId, summary: unknown): void {
    this.coordinators.resign(id);
    this.replica.finish(id, summary, this.#puts);
  }

  #tell(to: NodeId, tells: readonly Tell[], now: Now): void {
    if (to !== this.#self) return this.#outbox.tell(to, tells);
    for (const tell of tells) this.coordinators.told(to, tell, now);
  }

  #takeOwn(): Ask[] {
    const asks = this.#toSelf;
    if (asks.length > 0) this.#toSelf = [];
    return asks;
  }

  /** A commit without puts waits for those before it. */
  #commit(): void {
    const answered = this.#answers.flatMap(({ vouched }) => vouched.map(({ tell }) => tell.id));
    const ids = [...new Set([...answered, ...this.#claims.map(({ id }) => id)])];
    for (const id of ids) this.replica.writing(id);
    this.#out.push({ kind: 'commit', puts: this.#puts, tag: { answers: this.#answers, claims: this.#claims, ids } });
  }
}
