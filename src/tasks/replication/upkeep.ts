import type { NodeId } from '../../kernel/ids.js';
import type { Now } from '../../kernel/time.js';
import type { RegisterId } from '../register/head.js';
import type { Registers } from '../register/registers.js';
import type { ReplicaSet } from '../register/replica-set.js';
import { FinalMoves, type FinalChores } from './final-moves.js';
import { Missed, type Finished } from './missed.js';
import { Relocation, type FlockPort } from './relocation.js';

export interface UpkeepConfig {
  /** Between two looks at the replica sets of what this node coordinates. */
  readonly lookMs: number;
  /** Moves under way at one time. */
  readonly movingMax: number;
  /** Coordinated registers compared with their replicas in one portion. */
  readonly comparedMax: number;
}

const UPKEEP_DEFAULTS: UpkeepConfig = { lookMs: 2_000, movingMax: 256, comparedMax: 200 };

/** What is to be done for the replicas of registers now. */
export interface Chores extends FinalChores {
  readonly seals: readonly { readonly id: RegisterId; readonly set: ReplicaSet }[];
  /** Finished registers of which others are to be asked whether they have them. */
  readonly checks: ReadonlyMap<NodeId, readonly Finished[]>;
  /** To be compared with their replicas: one that was away may have missed a write. */
  readonly announcements: readonly RegisterId[];
}

const NOTHING: Chores = { seals: [], takeOvers: [], reminders: new Map(), checks: new Map(), announcements: [] };

/** Keeps registers on as many sound nodes as they should have, a portion at a time. */
export class Upkeep {
  readonly #relocation: Relocation;
  readonly #missed: Missed;
  readonly #finals: FinalMoves;
  readonly #moving = new Set<RegisterId>();
  #compared: Iterator<RegisterId> | undefined;
  #lookedMs = -Infinity;

  constructor(
    private readonly self: NodeId,
    private readonly registers: Pick<Registers, 'replica' | 'coordinators'>,
    flock: FlockPort,
    private readonly config: UpkeepConfig = UPKEEP_DEFAULTS,
  ) {
    this.#relocation = new Relocation(flock);
    this.#finals = new FinalMoves(self, registers, this.#relocation, config.movingMax);
    this.#missed = new Missed(self, registers.replica);
  }

  /**
   * Somebody came, left or died: the sets are looked at with the next chores.
   *
   * @param back - who is alive again, or anew: some of it may have passed it by
   */
  membersChanged(nowMs: number, back?: NodeId): void {
    this.#lookedMs = -Infinity;
    this.#finals.membersChanged(nowMs);
    if (back !== undefined) this.#missed.back(back);
  }

  /** A register is finished that this node may coordinate: members of which that is not known may lack it. */
  finished(id: RegisterId): void {
    const coordinator = this.registers.coordinators.get(id);
    for (const node of coordinator?.lagging ?? []) {
      if (coordinator && node !== this.self) this.#missed.owed(node, { id, generation: coordinator.head.generation });
    }
  }

  /** Somebody who was away is still to be asked what passed it by, or something finished is to be moved. */
  get isBusy(): boolean {
    return this.#missed.isBusy || this.#finals.isBusy;
  }

  /** Whether {@link more} is to be asked for soon. */
  get wantsMore(): boolean {
    return this.#finals.wantsMore;
  }

  /** This node coordinates a register anew. What was taken over to be moved is sealed at once. */
  opened(id: RegisterId, nowMs: number): Chores {
    this.#moving.delete(id);
    const seals = this.#finals.isUnderWay(id) ? this.#sealOf(id, nowMs) : [];
    if (seals.length === 0) this.#finals.ended(id);
    return { ...NOTHING, seals };
  }

  /** A move has ended, one way or the other. */
  moved(id: RegisterId): void {
    this.#moving.delete(id);
    this.#finals.ended(id);
  }

  /** @param open - what this node coordinates */
  due(open: ReadonlySet<RegisterId>, { monoMs: nowMs, wallMs }: Now): Chores {
    const announcements = this.#toCompare(open);
    if (nowMs - this.#lookedMs < this.config.lookMs) return { ...NOTHING, announcements };
    this.#lookedMs = nowMs;
    this.#relocation.look();
    const seals = [...open].flatMap((id) => this.#sealOf(id, nowMs));
    return { seals, ...this.#finals.next(nowMs, true), checks: this.#missed.due(wallMs), announcements };
  }

  /** What more of what is finished is to be moved, between two looks. */
  more(nowMs: number): Chores {
    this.#relocation.look();
    return { ...NOTHING, ...this.#finals.next(nowMs, false) };
  }

  /** Whether its replicas should be others, and can be. */
  isToMove(id: RegisterId, set: ReplicaSet, nowMs: number): boolean {
    return this.#relocation.isUnfit(set, nowMs) && this.#relocation.better(id, set, nowMs) !== undefined;
  }

  #sealOf(id: RegisterId, nowMs: number): { id: RegisterId; set: ReplicaSet }[] {
    const before = this.registers.replica.get(id)?.head?.set;
    if (!before || this.#moving.size >= this.config.movingMax || this.#moving.has(id)) return [];
    if (!this.#relocation.isUnfit(before, nowMs) || !this.#relocation.canSeal(before)) return [];
    // A seal would wait like that write, whatever is believed of the members, and nobody could go on alone any more.
    if (this.registers.coordinators.get(id)?.isStalled === true) return [];
    const set = this.#relocation.better(id, before, nowMs);
    if (!set) return [];
    this.#moving.add(id);
    return [{ id, set }];
  }

  #toCompare(open: ReadonlySet<RegisterId>): RegisterId[] {
    const ids: RegisterId[] = [];
    this.#compared ??= open[Symbol.iterator]();
    while (ids.length < this.config.comparedMax) {
      const next = this.#compared.next();
      if (next.done) {
        this.#compared = undefined;
        break;
      }
      ids.push(next.value);
    }
    return ids;
  }
}
