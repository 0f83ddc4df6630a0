import type { NodeId } from '../../kernel/ids.js';
import type { RegisterId } from '../register/head.js';
import type { ReplicaSet } from '../register/replica-set.js';

export interface SuccessionConfig {
  /** The second in line waits so long for the first, the third twice that: rivals cost rounds. */
  readonly rankMs: number;
  /** After a try that came to nothing. */
  readonly pauseMs: number;
  /** Takeovers under way at one time: a node that dies may leave ten thousand. */
  readonly tryingMax: number;
  /** How often the coordinator of something unfinished is reminded of it, in case it does not know. */
  readonly remindMs: number;
  /** Registers in one reminder. */
  readonly remindedMax: number;
  /** A node that has just joined does not know yet who is there. */
  readonly settleMs: number;
}

export const SUCCESSION_DEFAULTS: SuccessionConfig = {
  rankMs: 2_000,
  pauseMs: 5_000,
  tryingMax: 256,
  remindMs: 10_000,
  remindedMax: 256,
  settleMs: 2_000,
};

interface Watched {
  readonly id: RegisterId;
  coordinator: NodeId;
  set: ReplicaSet;
  notBeforeMs: number;
  /** Since when nobody coordinates it, as far as was noticed. */
  orphanedMs: number | undefined;
}

/**
 * Who takes over when a coordinator is away: of the replicas that are there the first in the set's order, then, after a
 * while, the next. Ballots make a takeover safe whatever the others believe, so a suspicion is enough.
 */
export class Succession {
  readonly #watched = new Map<RegisterId, Watched>();
  readonly #byCoordinator = new Map<NodeId, Map<RegisterId, Watched>>();
  /** Coordinators that were away at the last look. */
  readonly #away = new Set<NodeId>();
  /** Registers whose set their last coordinator is not part of: it has handed them over. */
  readonly #handedOver = new Set<RegisterId>();
  readonly #trying = new Set<RegisterId>();
  /** More was due at the last look than may be tried at one time. */
  #isBacklogged = false;
  #remindedAtMs = 0;
  #settledAtMs = 0;

  /** @param isHere - whether a node is alive and not suspected */
  constructor(
    private readonly self: NodeId,
    private readonly isHere: (node: NodeId) => boolean,
    private readonly config: SuccessionConfig = SUCCESSION_DEFAULTS,
  ) {}

  get size(): number {
    return this.#watched.size;
  }

  /** Whether it is time to look again, as half of what was tried has come to its end, and more waits. */
  get wantsMore(): boolean {
    return this.#isBacklogged && this.#trying.size <= this.config.tryingMax / 2;
  }

  /** An unfinished register of which this node is a replica, and who coordinated it last. */
  watch(id: RegisterId, coordinator: NodeId, set: ReplicaSet): void {
    const known = this.#watched.get(id);
    if (set.includes(coordinator)) this.#handedOver.delete(id);
    else this.#handedOver.add(id);
    if (known?.coordinator === coordinator) {
      known.set = set;
      return;
    }
    if (known) this.#unlist(known);
    const watched = known ?? { id, coordinator, set, notBeforeMs: 0, orphanedMs: undefined };
    Object.assign(watched, { coordinator, set, orphanedMs: undefined });
    this.#watched.set(id, watched);
    const others = this.#byCoordinator.get(coordinator);
    if (others) others.set(id, watched);
    else this.#byCoordinator.set(coordinator, new Map([[id, watched]]));
  }

  unwatch(id: RegisterId): void {
    const known = this.#watched.get(id);
    if (!known) return;
    this.#watched.delete(id);
    this.#trying.delete(id);
    this.#handedOver.delete(id);
    this.#unlist(known);
  }

  joined(nowMs: number): void {
    this.#settledAtMs = nowMs + this.config.settleMs;
  }

  trying(id: RegisterId): void {
    this.#trying.add(id);
  }

  /** A try has ended, well or not. */
  tried(id: RegisterId, nowMs: number): void {
    this.#trying.delete(id);
    const watched = this.#watched.get(id);
    if (watched) watched.notBeforeMs = nowMs + this.config.pauseMs;
  }

  /**
   * What this node should take over now.
   *
   * @param isOpen - whether it coordinates a register already
   */
  due(nowMs: number, isOpen: (id: RegisterId) => boolean): RegisterId[] {
    const due: RegisterId[] = [];
    this.#isBacklogged = false;
    for (const watched of this.orphans(nowMs)) {
      this.#isBacklogged = this.#trying.size + due.length >= this.config.tryingMax;
      if (this.#isBacklogged) break;
      const { id, set, coordinator, notBeforeMs } = watched;
      watched.orphanedMs ??= nowMs;
      if (notBeforeMs > nowMs || this.#trying.has(id) || isOpen(id)) continue;
      if (nowMs - watched.orphanedMs >= this.#rank(set, coordinator) * this.config.rankMs) due.push(id);
    }
    return due;
  }

  /** What nobody coordinates who is there, but for this node itself. */
  *orphans(nowMs: number): Generator<Watched> {
    for (const [coordinator, watched] of this.#byCoordinator) {
      if (coordinator === this.self || (nowMs >= this.#settledAtMs && !this.isHere(coordinator))) {
        this.#away.add(coordinator);
        yield* watched.values();
      } else if (this.#away.delete(coordinator)) {
        for (const one of watched.values()) one.orphanedMs = undefined;
      }
    }
    for (const id of this.#handedOver) {
      const watched = this.#watched.get(id);
      if (watched) yield watched;
    }
  }

  /** Unfinished registers of coordinators that are there: should one have forgotten, it learns of them. */
  reminders(nowMs: number): { readonly to: NodeId; readonly ids: RegisterId[] }[] {
    if (nowMs - this.#remindedAtMs < this.config.remindMs) return [];
    this.#remindedAtMs = nowMs;
    return [...this.#byCoordinator].flatMap(([to, watched]) => {
      if (to === this.self || !this.isHere(to)) return [];
      const ids = [...watched.keys()].slice(0, this.config.remindedMax);
      // Those had their turn.
      for (const id of ids) {
        const one = watched.get(id);
        if (one && watched.delete(id)) watched.set(id, one);
      }
      return [{ to, ids }];
    });
  }

  #rank(set: ReplicaSet, coordinator: NodeId): number {
    if (coordinator === this.self) return 0;
    const line = set.filter((node) => node !== coordinator && (node === this.self || this.isHere(node)));
    return Math.max(0, line.indexOf(this.self));
  }

  #unlist({ id, coordinator }: Watched): void {
    const others = this.#byCoordinator.get(coordinator);
    others?.delete(id);
    if (others?.size !== 0) return;
    this.#byCoordinator.delete(coordinator);
    this.#away.delete(coordinator);
  }
}
