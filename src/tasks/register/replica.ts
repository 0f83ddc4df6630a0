import { assertNever } from '../../kernel/assert.js';
import type { Put } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { Prng } from '../../kernel/prng.js';
import type { Now } from '../../kernel/time.js';
import { Abstention, TOO_OLD } from './abstention.js';
import { Acceptor } from './acceptor.js';
import type { Ballot } from './ballot.js';
import type { ClaimAnswer } from './claim.js';
import type { RegisterConfig } from './config.js';
import { compareLineages, rankOf, type Head, type Lineage, type RegisterId } from './head.js';
import type { About, Ask, AskOf, Tell } from './messages.js';
import { ReplicaSets } from './replica-set.js';
import { LOSS_KEY, NO_LOSS, type StoredLoss, type StoredRegister } from './stored.js';

/** An answer that holds only while the replica's doubt is still the same: a write that fails raises a new one. */
export interface Vouched {
  readonly tell: Tell;
  readonly doubt: number | undefined;
}

/** What a replica does about one question: answers that vouch for something wait until the puts are durable. */
export interface Votes {
  readonly puts: Put[];
  readonly vouched: Vouched[];
  readonly atOnce: Tell[];
}

/** What a reader is told (register.md, rule 5). */
export type Reading =
  | { readonly kind: 'committed'; readonly value: unknown }
  /** Only a coordinator knows: whoever is not sure asks it, or takes over. */
  | { readonly kind: 'ask-coordinator' }
  | { readonly kind: 'moved'; readonly to: readonly NodeId[] }
  | { readonly kind: 'gone' | 'unknown' | 'abstains' };

/** All registers of which this node is a replica, or was, or has promised anything. */
export class Replica {
  readonly abstention: Abstention;
  /** Registers that something was asked of, since the host last looked. */
  readonly touched = new Set<RegisterId>();
  readonly #sets = new ReplicaSets();
  readonly #registers = new Map<RegisterId, Acceptor>();

  constructor(
    private readonly self: NodeId,
    private readonly config: RegisterConfig,
    private readonly prng: Prng,
  ) {
    this.abstention = new Abstention(config);
  }

  get(id: RegisterId): Acceptor | undefined {
    return this.#registers.get(id);
  }

  registers(): Iterable<Acceptor> {
    return this.#registers.values();
  }

  /**
   * Takes up what was stored.
   *
   * @param loss - a loss of unknown extent that was noticed at this start, if there was one; its era must never have been used
   * @returns what must be durable before this node answers anything
   */
  restore(stored: readonly StoredRegister[], before: StoredLoss | undefined, loss: StoredLoss | undefined): Put[] {
    const puts: Put[] = [];
    this.abstention.loss = loss ?? before ?? NO_LOSS;
    if (loss) puts.push({ key: LOSS_KEY, value: loss });
    for (const register of stored) {
      const acceptor = Acceptor.restored(register);
      this.#registers.set(register.id, acceptor);
      this.touched.add(register.id);
      if (register.isBad) acceptor.quarantine(this.#nonce());
      acceptor.flush(puts);
    }
    return puts;
  }

  /** Its last write failed: nobody knows what of it is stored. */
  failed(ids: Iterable<RegisterId>): void {
    for (const id of ids) {
      const acceptor = this.#registers.get(id);
      if (acceptor) acceptor.doubt = this.#nonce();
    }
  }

  asked(from: NodeId, ask: Ask, now: Now, votes: Votes): void {
    if (ask.kind === 'settled') return this.#settle(ask, votes);
    const acceptor = this.#registers.get(ask.id);
    const doubt = this.abstention.doubt(acceptor, ask, now.wallMs);
    if (doubt !== undefined && !(ask.kind === 'accept' && doubt !== TOO_OLD && ask.doubt === doubt)) {
      return void votes.atOnce.push(abstains(ask, doubt));
    }
    if (acceptor?.isGone) {
      if (ask.kind === 'prepare') votes.atOnce.push(acceptor.report(ask, this.config));
      return;
    }
    const rival = acceptor?.head && compareLineages(acceptor.head, ask) < 0 ? acceptor.head : undefined;
    const promised = acceptor?.promised?.n ?? 0;
    if (rival) return void votes.atOnce.push({ kind: 'refused', id: ask.id, n: ask.n, promised, head: rival });
    // It says nothing: what is made by the others is made, and will then be taken here as well.
    if (acceptor?.isShutTo(ask) && !isOfMade(ask)) return;
    if (!acceptor && ask.kind === 'page') return;
    if (!acceptor && ask.kind === 'committed') return void votes.atOnce.push({ kind: 'behind', id: ask.id, n: ask.n });
    this.#serve(from, ask, acceptor ?? this.#add(ask.id, doubt), votes);
  }

  /** Somebody is about to make a register. @returns undefined where this node may have forgotten what it knew of one */
  claimed(id: RegisterId, lineage: Lineage, now: Now, puts: Put[]): ClaimAnswer | undefined {
    const known = this.#registers.get(id);
    const about = { ...lineage, id, generation: 0, bornAtMs: lineage.createdAtMs, n: 0 };
    if (this.abstention.doubt(known, about, now.wallMs) !== undefined) return undefined;
    const acceptor = known ?? this.#add(id, undefined);
    this.touched.add(id);
    const isGranted = !acceptor.isGone && acceptor.promiseTo(lineage);
    acceptor.flush(puts);
    const { head, claim } = acceptor;
    const outdone = Math.max(claim?.rank ?? 0, head ? rankOf(head) : 0);
    return { isGranted, ...(isGranted ? {} : { outdone }), ...(head ? { head } : {}) };
  }

  #serve(from: NodeId, ask: Exclude<Ask, { kind: 'settled' }>, acceptor: Acceptor, votes: Votes): void {
    const ballot = { n: ask.n, node: from };
    this.touched.add(acceptor.id);
    switch (ask.kind) {
      case 'prepare':
        if (!acceptor.prepare(ballot, ask.bornAtMs)) return refuse(ask, acceptor, votes);
        acceptor.flush(votes.puts);
        return this.#vouch(acceptor, acceptor.report(ask, this.config), votes);
      case 'page': {
        const { promised } = acceptor;
        if (promised?.n !== ask.n || promised.node !== from) return refuse(ask, acceptor, votes);
        return this.#vouch(acceptor, acceptor.report(ask, this.config), votes);
      }
      case 'accept':
        if (!acceptor.accept(ballot, this.#slim(ask), votes.puts)) return refuse(ask, acceptor, votes);
        // The head comes last: with it the replica has the whole state.
        if (ask.doubt !== undefined && ask.head) acceptor.repaired(this.abstention.loss.era);
        acceptor.flush(votes.puts);
        return this.#vouch(acceptor, { kind: 'accepted', id: ask.id, n: ask.n, seq: ask.seq }, votes);
      case 'committed':
        return this.#compare(ballot, ask, acceptor, votes);
      default:
        return assertNever(ask);
    }
  }

  /** A coordinator says what is committed: does this replica hold the same? */
  #compare(ballot: Ballot, ask: AskOf<'committed'>, acceptor: Acceptor, votes: Votes): void {
    const { promised } = acceptor;
    // Whoever only waits would not hear otherwise that it was deposed.
    if (promised && promised.n > ballot.n) return refuse(ask, acceptor, votes);
    acceptor.learn(ballot, ask.committed);
    acceptor.flush(votes.puts);
    const isOfBallot = promised?.n === ballot.n && acceptor.headAt?.n === ballot.n;
    // Of what is finished and evicted only that can be said: a ballot that has opened it again is known here, or not.
    const isSumKnown = !acceptor.isEvicted || acceptor.final === undefined;
    if (!isOfBallot || (isSumKnown && acceptor.entries.sum !== ask.sum))
      votes.atOnce.push({ kind: 'behind', id: ask.id, n: ask.n });
  }

  /** Registers are many, replica sets are few: heads share them. */
  #slim(ask: AskOf<'accept'>): AskOf<'accept'> {
    return ask.head ? { ...ask, head: { ...ask.head, set: this.#sets.shared(ask.head.set) } } : ask;
  }

  #vouch(acceptor: Acceptor, tell: Tell, votes: Votes): void {
    votes.vouched.push({ tell, doubt: this.abstention.known(acceptor) });
  }

  /** Whether an answer that waited for a write may still be given. */
  holds(id: RegisterId, doubt: number | undefined): boolean {
    const acceptor = this.#registers.get(id);
    return acceptor !== undefined && this.abstention.known(acceptor) === doubt;
  }

  read(id: RegisterId, key: string): Reading {
    const acceptor = this.#registers.get(id);
    if (!acceptor) return { kind: 'unknown' };
    if (this.abstention.known(acceptor) !== undefined) return { kind: 'abstains' };
    if (acceptor.isGone) return { kind: 'gone' };
    if (acceptor.isStub && acceptor.head) return { kind: 'moved', to: acceptor.head.set };
    if (!acceptor.isCommitted(key)) return { kind: 'ask-coordinator' };
    return { kind: 'committed', value: acceptor.entries.get(key)?.value };
  }

  /**
   * Where a register is known to have gone on without whoever prepares an older generation of it, or one that is void. He need not
   * wait for a majority of that set, of which some may be away for long, nor ask in vain for ever: whoever told him so was not heard.
   */
  wentOnWithout(from: NodeId, ask: Ask): Head | undefined {
    if (ask.kind !== 'prepare' || from === this.self) return undefined;
    const acceptor = this.#registers.get(ask.id);
    const head = acceptor?.head;
    if (!head || acceptor.isGone || !acceptor.isInstalled || this.abstention.known(acceptor) !== undefined)
      return undefined;
    const order = compareLineages(head, ask);
    const isOver = order < 0 || (order === 0 && ask.generation < head.generation);
    return isOver && !head.set.includes(from) ? head : undefined;
  }

  /** A write of it is on its way to the disk. */
  writing(id: RegisterId): void {
    const acceptor = this.#registers.get(id);
    if (acceptor) acceptor.writing += 1;
  }

  written(id: RegisterId): void {
    const acceptor = this.#registers.get(id);
    if (acceptor) acceptor.writing = Math.max(0, acceptor.writing - 1);
  }

  /**
   * Keeps of a register to which nothing happens only what the host says, where all of it is committed and on this disk. It is
   * read again before anybody is answered who asks about its entries.
   */
  rest(id: RegisterId, gist: unknown): void {
    const acceptor = this.#registers.get(id);
    if (!acceptor?.head || acceptor.isStub || acceptor.isGone || acceptor.isEvicted) return;
    const isWhole = acceptor.writing === 0 && this.abstention.known(acceptor) === undefined;
    if (isWhole && acceptor.isAllCommitted) acceptor.rest(gist);
  }

  /** What was let go of was read again. */
  loaded(id: RegisterId, entries: StoredRegister['entries'], isBad: boolean, puts: Put[]): void {
    const acceptor = this.#registers.get(id);
    acceptor?.load(entries);
    if (isBad) acceptor?.quarantine(this.#nonce());
    acceptor?.flush(puts);
  }

  /** Keeps of a finished register only what the host says; the rest stays in the store. */
  finish(id: RegisterId, summary: unknown, puts: Put[]): void {
    const acceptor = this.#registers.get(id);
    acceptor?.finish(summary);
    acceptor?.flush(puts);
  }

  /** Lets go of a finished register's content, where it is old enough; its name stays. */
  bury(id: RegisterId, now: Now, puts: Put[]): boolean {
    const acceptor = this.#oldEnough(id, now);
    // What is sealed goes on elsewhere: it is not finished by what is known here.
    if (!acceptor?.head || acceptor.isStub || acceptor.seal) return false;
    this.touched.add(id);
    acceptor.bury(puts, now.wallMs);
    acceptor.flush(puts);
    return true;
  }

  /** Lets go for good of a buried register, of a stub or of a mere promise, where it is old enough. */
  forget(id: RegisterId, now: Now, puts: Put[]): boolean {
    const acceptor = this.#oldEnough(id, now);
    if (!acceptor) return false;
    const isEmpty = acceptor.head === undefined && acceptor.entries.size === 0;
    if (!acceptor.isStub && !acceptor.isGone && !isEmpty) return false;
    acceptor.forget(puts);
    this.#registers.delete(id);
    return true;
  }

  #oldEnough(id: RegisterId, now: Now): Acceptor | undefined {
    const acceptor = this.#registers.get(id);
    if (!acceptor || this.abstention.known(acceptor) !== undefined) return undefined;
    return this.abstention.isPastFloor(acceptor.bornAtMs, now.wallMs) ? acceptor : undefined;
  }

  #settle(ask: AskOf<'settled'>, { puts }: Votes): void {
    const acceptor = this.#registers.get(ask.id);
    // Who never heard of it has nothing to forward, and its "unknown" is as true as before. What is in doubt stays so: it forwards,
    // and has no vote.
    if (!acceptor) return;
    this.touched.add(acceptor.id);
    acceptor.settle(ask.head, this.self, puts);
    acceptor.flush(puts);
  }

  /** @param doubt - of a register that is repaired here, of which nothing was stored */
  #add(id: RegisterId, doubt: number | undefined): Acceptor {
    const acceptor = new Acceptor(id, this.abstention.loss.era);
    if (doubt !== undefined) acceptor.quarantine(doubt);
    this.#registers.set(id, acceptor);
    return acceptor;
  }

  #nonce(): number {
    return 1 + this.prng.below(2 ** 31 - 1) * 2 ** 20 + this.prng.below(2 ** 20);
  }
}

/** Whether whoever asks this knows that a majority has the register: then no claim for another set can have been granted. */
function isOfMade(ask: Exclude<Ask, { kind: 'settled' }>): boolean {
  return ask.generation > 0 || ask.isMade === true || ('committed' in ask && ask.committed > 0);
}

function abstains({ id, n }: About, doubt: number): Tell {
  return doubt === TOO_OLD ? { kind: 'abstains', id, n } : { kind: 'abstains', id, n, doubt };
}

function refuse({ id, n }: About, { promised, head }: Acceptor, votes: Votes): void {
  votes.atOnce.push({ kind: 'refused', id, n, promised: promised?.n ?? 0, ...(head ? { head } : {}) });
}
