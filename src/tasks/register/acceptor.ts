import type { Put } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import { admits, type Ballot } from './ballot.js';
import { claimAfter, isShutOut, type Claim } from './claim.js';
import { Entries } from './entries.js';
import { compareLineages, type Head, type Lineage, type RegisterId, type Seal } from './head.js';
import type { AskOf, TellOf } from './messages.js';
import type { PageBounds } from './page.js';
import { coreKey, entryKey, type StoredCore, type StoredRegister } from './stored.js';
import { compareVersions, isLater, type Version } from './version.js';

/**
 * One replica's duty for one register: what it has promised and accepted. It decides at once; what it answers is sent once
 * the puts that it made are durable (replica.ts). Whether it may vote at all is decided before it is asked (abstention.ts).
 */
export class Acceptor {
  readonly entries = new Entries();
  promised: Ballot | undefined;
  /** Of the latest generation that it was asked about: when it is old enough to be forgotten. */
  bornAtMs = 0;
  head: Head | undefined;
  headAt: Version | undefined;
  seal: Seal | undefined;
  sealAt: Version | undefined;
  /** What it has promised to whoever makes the register. */
  claim: Claim | undefined;
  /** It is no replica any more and only says where the state went: `head` is that of a later generation. */
  isStub = false;
  /** Finished and forgotten but for its name. */
  isGone = false;
  /** When that was; wall clock. */
  goneAtMs = 0;
  /** What its host keeps of it once it is finished and known to be committed: nothing of it changes any more. */
  final: unknown;
  /** Writes of it on their way to the disk: until then memory alone has all of it. */
  writing = 0;
  /** Its entries are in the store only: it is finished, or rests. */
  isEvicted = false;
  /** What its host keeps of it while it rests. */
  gist: unknown;
  /** Names what it may have lost; it abstains until that is repaired. */
  doubt: number | undefined;
  /** It is known to have been at a majority: no other register of its id can be made. */
  isMade = false;
  #isDirty = false;
  #committed: { readonly n: number; readonly node: NodeId; readonly seq: number } | undefined;

  constructor(
    readonly id: RegisterId,
    public era: number,
  ) {}

  static restored({ id, core, entries }: StoredRegister): Acceptor {
    const acceptor = new Acceptor(id, core?.era ?? 0);
    acceptor.promised = core?.promised;
    acceptor.bornAtMs = core?.bornAtMs ?? 0;
    acceptor.head = core?.head;
    acceptor.headAt = core?.headAt;
    acceptor.seal = core?.seal;
    acceptor.sealAt = core?.sealAt;
    acceptor.claim = core?.claim;
    acceptor.isMade = core?.isMade ?? false;
    acceptor.isStub = core?.isStub ?? false;
    acceptor.isGone = core?.isGone ?? false;
    acceptor.goneAtMs = core?.goneAtMs ?? 0;
    acceptor.doubt = core?.doubt;
    acceptor.final = core?.final;
    acceptor.isEvicted = core?.final !== undefined;
    acceptor.#take(entries);
    return acceptor;
  }

  /** Takes back what was evicted. */
  load(entries: StoredRegister['entries']): void {
    this.isEvicted = false;
    this.gist = undefined;
    this.#take(entries);
  }

  /** Nothing happens to it: memory keeps what the host says, until the entries are asked for. */
  rest(gist: unknown): void {
    this.gist = gist;
    this.isEvicted = true;
    this.entries.evict();
  }

  /** Finished, committed and known to be: memory keeps what the host says, the store the rest. */
  finish(summary: unknown): void {
    this.#isDirty ||= this.final === undefined;
    this.final = summary;
    this.isEvicted = true;
    this.entries.evict();
  }

  /** Promises to take no older register of this id, but for the one that it has. @returns whether it does */
  promiseTo(lineage: Lineage): boolean {
    const { claim, head } = this;
    if (isShutOut(lineage, claim) || (head && compareLineages(head, lineage) < 0)) return false;
    this.claim = claimAfter(claim, lineage);
    if (!this.head && lineage.createdAtMs > this.bornAtMs) this.bornAtMs = lineage.createdAtMs;
    this.#isDirty ||= this.claim !== claim;
    return true;
  }

  /** It was asked for claims at most: no ballot was ever promised here, and nothing accepted. */
  get isUntouched(): boolean {
    return this.head === undefined && this.promised === undefined;
  }

  /** Whether this very register is known to have been at a majority. */
  isMadeOf(lineage: Lineage): boolean {
    return this.isMade && this.head !== undefined && compareLineages(this.head, lineage) === 0;
  }

  /** Whether it has promised not to take this register, and has not taken it before. */
  isShutTo(lineage: Lineage): boolean {
    return this.head?.digest !== lineage.digest && isShutOut(lineage, this.claim);
  }

  /** @returns whether it is promised */
  prepare(ballot: Ballot, bornAtMs: number): boolean {
    if (!admits(this.promised, ballot)) return false;
    this.#promise(ballot, bornAtMs);
    return true;
  }

  /** What it has accepted, one page of it; the first one where `after` is not given. */
  report(ask: AskOf<'prepare'> | AskOf<'page'>, bounds: PageBounds): TellOf<'promise'> {
    const { id, n } = ask;
    const after = ask.kind === 'page' ? ask.after : undefined;
    const { isStub, isGone } = this;
    const isOther = this.head !== undefined && compareLineages(ask, this.head) !== 0;
    // What a register that is about to give way holds is no part of the one that stays.
    if (isOther) return { kind: 'promise', id, n, entries: [], isStub: false, isGone: false };
    return {
      ...{ kind: 'promise', id, n, isStub, isGone },
      ...this.entries.page(after, bounds),
      ...(after === undefined ? {} : { after }),
      // A stub has a head without a version: where the state went must be known to whoever still prepares the old set.
      ...(this.head ? { head: this.head } : {}),
      ...(this.headAt ? { headAt: this.headAt } : {}),
      ...(this.seal && this.sealAt ? { seal: this.seal, sealAt: this.sealAt } : {}),
    };
  }

  /** @returns whether it is accepted */
  accept(ballot: Ballot, ask: AskOf<'accept'>, puts: Put[]): boolean {
    // Generations are counted within one register: the one that stays takes the place of any of the other's.
    const givesWay = this.head !== undefined && compareLineages(ask, this.head) < 0;
    const isBeyond = !givesWay && this.#isBeyond(ask.generation);
    if (!admits(this.promised, ballot) || isBeyond) return false;
    if (givesWay) this.#clear(puts);
    const version = { generation: ask.generation, n: ballot.n, node: ballot.node, seq: ask.seq };
    this.#promise(ballot, ask.bornAtMs);
    if (ask.entries.length > 0) this.#reopen();
    for (const { key, value } of ask.entries) {
      if (this.entries.keep(key, version, value)) puts.push({ key: entryKey(this.id, key), value: { version, value } });
    }
    if (ask.head && isLater(version, this.headAt)) this.#follow(ask.head, version, puts);
    if (ask.seal && isLater(version, this.sealAt)) {
      this.seal = ask.seal;
      this.sealAt = version;
      this.#isDirty = true;
    }
    this.learn(ballot, ask.committed);
    return true;
  }

  /** Everything that the ballot wrote up to `seq` is committed. */
  learn({ n, node }: Ballot, seq: number): void {
    const known = this.#committed;
    if (known && (known.n > n || (known.n === n && known.seq >= seq))) return;
    if (seq === 0 || this.promised?.n !== n || this.promised.node !== node) return;
    this.#committed = { n, node, seq };
    // Only where ids are claimed somebody may need to be told of it after a restart.
    this.#isDirty ||= !this.isMade && this.head?.rank !== undefined;
    this.isMade = true;
  }

  /** Whether all that is accepted here is known to be committed. */
  get isAllCommitted(): boolean {
    for (const [key] of this.entries) if (!this.isCommitted(key)) return false;
    return true;
  }

  /** Whether what is accepted here under `key` is known to be committed (register.md, rule 5). */
  isCommitted(key: string): boolean {
    return this.#knowsCommitted(this.entries.get(key)?.version);
  }

  /** Whether a majority of its head's set is known to have the whole state. */
  get isInstalled(): boolean {
    return this.isStub || this.final !== undefined || this.#knowsCommitted(this.headAt);
  }

  /** The state went on without this node: from now on it only forwards (register.md, rule 16). */
  settle(head: Head, self: NodeId, puts: Put[]): void {
    if (this.isGone || head.set.includes(self)) return;
    const order = this.head ? compareLineages(this.head, head) : 0;
    if (order < 0 || (order === 0 && this.#isBeyond(head.generation - 1))) return;
    if (order > 0) this.#clear(puts);
    this.#drop((at) => at.generation < head.generation, puts);
    this.final = undefined;
    this.head = head;
    this.headAt = undefined;
    this.bornAtMs = head.bornAtMs;
    this.seal = undefined;
    this.sealAt = undefined;
    this.isStub = true;
    this.#isDirty = true;
  }

  /** Leaves only the name. */
  bury(puts: Put[], atMs: number): void {
    this.#drop(() => true, puts);
    this.final = undefined;
    this.isGone = true;
    this.goneAtMs = atMs;
    this.#isDirty = true;
  }

  forget(puts: Put[]): void {
    this.#drop(() => true, puts);
    puts.push({ key: coreKey(this.id), value: undefined });
  }

  /** It may have lost something. */
  quarantine(doubt: number): void {
    this.doubt = doubt;
    this.#isDirty = true;
  }

  /** What it may have lost is made good. */
  repaired(era: number): void {
    this.era = era;
    this.doubt = undefined;
    this.#isDirty = true;
  }

  /** Adds what changed of the core to what is to be stored. */
  flush(puts: Put[]): void {
    if (this.#isDirty) puts.push(this.#put());
    this.#isDirty = false;
  }

  #knowsCommitted(at: Version | undefined): boolean {
    const known = this.#committed;
    return known !== undefined && at?.n === known.n && at.node === known.node && at.seq <= known.seq;
  }

  /** Whether a later generation is known here. */
  #isBeyond(generation: number): boolean {
    return this.head !== undefined && this.head.generation > generation;
  }

  #put(): Put {
    const { promised, bornAtMs, head, headAt, seal, sealAt, isStub, isGone, era, doubt, final } = this;
    const core: StoredCore = { promised, bornAtMs, head, headAt, seal, sealAt, isStub, isGone, era, doubt, final };
    const value = {
      ...core,
      ...(this.claim ? { claim: this.claim } : {}),
      ...(this.isMade ? { isMade: true as const } : {}),
    };
    return { key: coreKey(this.id), value: isGone ? { ...value, goneAtMs: this.goneAtMs } : value };
  }

  /** What is written may be news: whether it is finished must be looked at again. */
  #reopen(): void {
    this.#isDirty ||= this.final !== undefined;
    this.final = undefined;
  }

  #take(entries: StoredRegister['entries']): void {
    for (const [key, { version, value }] of entries) {
      this.entries.keep(key, version, value);
      // A promise whose own write failed may be on disk only as what was accepted under it.
      if (admits(this.promised, version)) this.promised = { n: version.n, node: version.node };
    }
  }

  #promise(ballot: Ballot, bornAtMs: number): void {
    if (bornAtMs > this.bornAtMs) this.bornAtMs = bornAtMs;
    if (this.promised?.n === ballot.n && this.promised.node === ballot.node) return;
    this.promised = ballot;
    this.#isDirty = true;
  }

  /**
   * Takes what a ballot's coordinator began with for the whole state: it has learned all that could be committed before, so
   * older leftovers are void.
   */
  #follow(head: Head, version: Version, puts: Put[]): void {
    const first: Version = { ...version, seq: 0 };
    const isLeftover = (at: Version) => compareVersions(at, first) < 0;
    this.#drop(isLeftover, puts);
    if (this.sealAt && isLeftover(this.sealAt)) {
      this.seal = undefined;
      this.sealAt = undefined;
    }
    this.head = head;
    this.headAt = version;
    this.isStub = false;
    this.#isDirty = true;
  }

  #drop(isVoid: (at: Version) => boolean, puts: Put[]): void {
    for (const key of this.entries.drop(isVoid)) puts.push({ key: entryKey(this.id, key), value: undefined });
  }

  #clear(puts: Put[]): void {
    this.#drop(() => true, puts);
    this.isMade = false;
    this.head = undefined;
    this.headAt = undefined;
    this.seal = undefined;
    this.sealAt = undefined;
    this.isStub = false;
    this.#isDirty = true;
  }
}
