import type { CommitEffect, Put } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { Now } from '../../kernel/time.js';
import type { Held } from '../register/entries.js';
import type { RegisterId } from '../register/head.js';
import type { RegisterEvent } from '../register/registers.js';
import type { ReplicaSet } from '../register/replica-set.js';
import type { Replica } from '../register/replica.js';
import { abandonedEntries, isAbandoned, type AbandonLoss } from './abandoning.js';
import { Degraded, LOST_AFTER_MS, setForSurvivor, type Loss, type SurvivorPort } from './degraded.js';
import type { Degradation, Place, RegisterNews, RegisterWish } from './effects.js';
import { Healing } from './healing.js';
import { proposalOf, type ProposalAsk } from './proposals.js';
import { Provisionals } from './provisionals.js';
import type { Succession } from './succession.js';

/** A register that is open without a majority. */
interface Opening {
  readonly id: RegisterId;
  readonly set: ReplicaSet;
  readonly n: number;
  readonly generation: number;
  readonly degradation: Degradation;
  /** Of the last write under it. */
  seq: number;
}

/** What waits for a write of what is provisional. */
export type SurvivorTag<Tag> =
  | { readonly what: 'opened'; readonly opened: readonly Opening[] }
  | { readonly what: 'written'; readonly opening: Opening; readonly tag: Tag }
  | { readonly what: 'settled' };

export interface SurvivorWires<Tag> {
  emit(effect: CommitEffect<SurvivorTag<Tag>> | ProposalAsk): void;
  tell(news: RegisterNews<Tag>): void;
  run(event: RegisterEvent, now: Now): void;
  placeOf(id: RegisterId): Place;
}

export interface SurvivorOptions extends SurvivorPort {
  readonly self: NodeId;
  readonly lostAfterMs?: number | undefined;
}

/** Registers opened, or given a ballot, in one look. */
const OPENING_MAX = 256;

/**
 * Degraded mode: goes on alone with registers that have lost their majority, keeps what comes of that on this node's disk, and has
 * it proposed once a majority is there again.
 */
export class Survivor<Tag> {
  readonly healing: Healing;
  readonly #self: NodeId;
  readonly #provisionals = new Provisionals();
  readonly #degraded: Degraded;
  readonly #open = new Map<RegisterId, Opening>();
  /** The promise of their ballot is not durable yet. */
  readonly #opening = new Map<RegisterId, Opening>();
  /** A new ballot is prepared for them; here the number of the last one before, whose epochs may have been given out. */
  readonly #prepared = new Map<RegisterId, number>();
  /** An operator has given up the other replicas, and it is not on record here yet. */
  readonly #abandoned = new Set<RegisterId>();

  constructor(
    options: SurvivorOptions,
    private readonly replica: Replica,
    private readonly succession: Pick<Succession, 'trying' | 'tried'>,
    private readonly wires: SurvivorWires<Tag>,
  ) {
    this.#self = options.self;
    this.#degraded = new Degraded(options.self, options, options.lostAfterMs ?? LOST_AFTER_MS);
    this.healing = new Healing(options.self, replica, this.#provisionals, {
      ask: (effect) => void wires.emit(effect),
      commit: (puts) => void wires.emit({ kind: 'commit', puts, tag: { what: 'settled' } }),
      placeOf: (id) => wires.placeOf(id),
      isWhole: (id, set) => !this.#isTaken(id) && set.length > 0 && this.#degraded.hasMajority(set),
      isOpenAlone: (id) => this.isOpen(id),
    });
  }

  /** Whether there is anything to look after. */
  get isBusy(): boolean {
    return this.#open.size > 0 || this.#opening.size > 0 || this.#provisionals.size > 0;
  }

  /** Registers that are open without a majority. */
  get size(): number {
    return this.#open.size;
  }

  restore(puts: readonly Put[]): void {
    this.#provisionals.restore(puts);
  }

  isOpen(id: RegisterId): boolean {
    return this.#open.has(id);
  }

  /** @param orphans - unfinished registers of which this node is a replica, and nobody else who coordinates them is there */
  sweep(orphans: Iterable<{ readonly id: RegisterId; readonly set: ReplicaSet }>, now: Now): void {
    this.#degraded.look(now);
    for (const id of this.#abandoned) if (!this.#isLost(id)) this.#abandoned.delete(id);
    this.endOver([...this.#open.keys(), ...this.#opening.keys()]);
    this.#openDue(orphans, now);
    this.healing.sweep();
  }

  /** Ends what somebody else coordinates by now, or what a majority can be asked about again. Whoever is due takes that over. */
  endOver(ids: Iterable<RegisterId>): void {
    for (const id of ids) {
      const opening = this.#open.get(id) ?? this.#opening.get(id);
      if (opening && !this.#mayStay(opening)) this.close(id);
    }
  }

  /** What a set has lost of its members, where that is its majority. */
  lossOf(set: ReplicaSet): Loss | undefined {
    return this.#degraded.loss(set);
  }

  /** What a register has lost of which this node is a replica, or `whole`; undefined where it is none. */
  loss(id: RegisterId): AbandonLoss | 'whole' | undefined {
    const { head, isStub } = this.replica.get(id) ?? {};
    if (!head || isStub === true) return undefined;
    const loss = this.#degraded.loss(head.set);
    return loss ? { ...loss, isWhole: setForSurvivor(this.replica, id, this.#self, true) !== undefined } : 'whole';
  }

  /**
   * An operator's word that the other replicas never come back: the register is opened here, anew where it is open, as one that
   * is cancelled. Does nothing before they have been gone for long enough.
   */
  abandon(id: RegisterId): void {
    if (!this.#isLost(id) || this.#isAbandoned(id)) return;
    this.close(id);
    this.#abandoned.add(id);
  }

  /** Nobody goes on alone with it here any more, nor is about to. */
  close(id: RegisterId): void {
    this.#prepared.delete(id);
    this.#opening.delete(id);
    if (this.#open.delete(id)) this.wires.tell({ kind: 'closed', register: id, why: 'elsewhere' });
  }

  /** Does nothing where the register is not open here without a majority. */
  write({ register, entries, tag }: Extract<RegisterWish<Tag>, { kind: 'write' }>): void {
    const opening = this.#open.get(register);
    if (!opening) return;
    opening.seq += 1;
    const { generation, n, seq } = opening;
    const puts = this.#provisionals.keep(register, { generation, n, node: this.#self, seq }, entries);
    this.wires.emit({ kind: 'commit', puts, tag: { what: 'written', opening, tag } });
  }

  committed(tag: SurvivorTag<Tag>, now: Now): void {
    if (tag.what === 'written' && this.#open.get(tag.opening.id) === tag.opening) {
      this.wires.tell({ kind: 'written', register: tag.opening.id, tag: tag.tag });
    }
    for (const opening of tag.what === 'opened' ? tag.opened : []) this.#opened(opening, now);
  }

  /** What is on record here of a register that this node coordinates: where it does so alone, the provisional included. */
  entriesOf(id: RegisterId): Iterable<readonly [string, Held]> {
    const acceptor = this.replica.get(id);
    if (!acceptor) return [];
    return this.#open.has(id) ? this.#provisionals.over(acceptor) : acceptor.entries;
  }

  /** One of them. */
  entryOf(id: RegisterId, key: string): Held | undefined {
    const acceptor = this.replica.get(id);
    if (!acceptor) return undefined;
    return this.#open.has(id) ? this.#provisionals.oneOver(acceptor, key) : acceptor.entries.get(key);
  }

  /** Whether what is on record here under a key may be taken back. */
  isProvisional(id: RegisterId, key: string): boolean {
    if (!this.#open.has(id)) return false;
    return this.replica.get(id)?.isCommitted(key) !== true || this.#provisionals.of(id).has(key);
  }

  #isTaken(id: RegisterId): boolean {
    return this.#open.has(id) || this.#opening.has(id);
  }

  /** This node can end it without the others, and they have been gone for long enough. */
  #isLost(id: RegisterId): boolean {
    const loss = this.loss(id);
    return typeof loss === 'object' && loss.isWhole && loss.leftMs === 0;
  }

  #isAbandoned(id: RegisterId): boolean {
    return this.#abandoned.has(id) || isAbandoned(this.#provisionals.of(id));
  }

  #setFor(id: RegisterId): ReplicaSet | undefined {
    return setForSurvivor(this.replica, id, this.#self, this.#isAbandoned(id));
  }

  #mayStay({ id, n, set }: Opening): boolean {
    const promised = this.replica.get(id)?.promised;
    const isOwn = promised?.n === n && promised.node === this.#self;
    return isOwn && this.#setFor(id) !== undefined && !this.#degraded.hasMajority(set);
  }

  #opened(opening: Opening, now: Now): void {
    const { id, n, set, degradation: degraded } = opening;
    if (this.#opening.get(id) !== opening) return;
    this.#opening.delete(id);
    if (!this.#mayStay(opening)) return;
    if (isAbandoned(this.#provisionals.of(id))) this.#abandoned.delete(id);
    this.#open.set(id, opening);
    // Nothing more is to be asked of the others under that ballot: a majority begins with a higher one.
    this.succession.tried(id, now.monoMs);
    this.wires.run({ kind: 'resign', id }, now);
    const entries = new Map([...this.entriesOf(id)].map(([key, { value }]) => [key, value]));
    this.wires.tell({ kind: 'opened', register: id, ballot: n, isNew: false, set, entries, degraded });
  }

  /**
   * Opens under a ballot that this node has prepared in this life and for this opening only, as a coordinator that restarted
   * would (register.md, rule 3): no two openings give out the same epochs, and these rise.
   */
  #openDue(orphans: Iterable<{ readonly id: RegisterId; readonly set: ReplicaSet }>, now: Now): void {
    const opened: Opening[] = [];
    const due: RegisterId[] = [];
    for (const { id, set } of orphans) {
      if (opened.length >= OPENING_MAX || due.length >= OPENING_MAX) break;
      const degradation = this.#degraded.degradation(set);
      if (!degradation || this.#isTaken(id) || this.#setFor(id) !== set) continue;
      const opening = this.#openingOf(id, set, degradation);
      if (opening) opened.push(opening);
      else due.push(id);
    }
    for (const id of due) {
      const before = this.replica.get(id)?.promised?.n ?? 0;
      // What is open with a majority is closed by it.
      this.succession.trying(id);
      this.wires.run({ kind: 'take-over', id }, now);
      this.#prepared.set(id, before);
    }
    for (const opening of opened) {
      this.#prepared.delete(opening.id);
      this.#opening.set(opening.id, opening);
    }
    if (opened.length === 0) return;
    // The write also waits for the promises before it.
    const puts = opened.flatMap((opening) => this.#keepUncommitted(opening));
    this.wires.emit({ kind: 'commit', puts, tag: { what: 'opened', opened } });
  }

  /**
   * What this replica accepted of the last coordinator, and a majority may not have: from now on it is told as what has ended, so
   * it is to be proposed like what is recorded alone, or the others would run it again.
   */
  #keepUncommitted(opening: Opening): Put[] {
    const { id, generation, n } = opening;
    const acceptor = this.replica.get(id);
    if (!acceptor) return [];
    const known = this.#provisionals.of(id);
    const unsure = [...acceptor.entries].filter(
      ([key, { value }]) => !known.has(key) && !acceptor.isCommitted(key) && proposalOf(id, key, value) !== undefined,
    );
    const ends = this.#abandoned.has(id) ? abandonedEntries(this.#provisionals.over(acceptor), opening) : [];
    if (unsure.length + ends.length === 0) return [];
    opening.seq += 1;
    const entries = [...unsure.map(([key, { value }]) => ({ key, value })), ...ends];
    return this.#provisionals.keep(id, { generation, n, node: this.#self, seq: opening.seq }, entries);
  }

  #openingOf(id: RegisterId, set: ReplicaSet, degradation: Degradation): Opening | undefined {
    const { promised, head } = this.replica.get(id) ?? {};
    const before = this.#prepared.get(id);
    const isFresh = before !== undefined && promised?.node === this.#self && promised.n > before;
    return isFresh && head ? { id, set, n: promised.n, generation: head.generation, degradation, seq: 0 } : undefined;
  }
}
