import type { NodeId } from '../../kernel/ids.js';
import type { RegisterId } from '../register/head.js';
import type { Replica } from '../register/replica.js';
import type { ReplicaSet } from '../register/replica-set.js';
import { Relocation, type FlockPort } from './relocation.js';

export interface UpkeepConfig {
  /** Between two looks at the replica sets of what this node coordinates. */
  readonly lookMs: number;
  /** Moves under way at one time. */
  readonly movingMax: number;
  /** Finished registers looked at in one portion, and coordinated ones compared with their replicas. */
  readonly finalsMax: number;
  readonly comparedMax: number;
}

const UPKEEP_DEFAULTS: UpkeepConfig = { lookMs: 2_000, movingMax: 64, finalsMax: 2_000, comparedMax: 200 };

/** What is to be done for the replicas of registers now. */
export interface Chores {
  readonly seals: readonly { readonly id: RegisterId; readonly set: ReplicaSet }[];
  /** Finished registers that are to be moved: they must be coordinated for that. */
  readonly takeOvers: readonly RegisterId[];
  /** To be compared with their replicas: one that was away may have missed a write. */
  readonly announcements: readonly RegisterId[];
}

/** Keeps registers on as many sound nodes as they should have, a portion at a time. */
export class Upkeep {
  readonly #relocation: Relocation;
  readonly #moving = new Set<RegisterId>();
  #finals: Iterator<{ readonly id: RegisterId }> | undefined;
  #compared: Iterator<RegisterId> | undefined;
  #lookedMs = -Infinity;

  constructor(
    private readonly self: NodeId,
    private readonly replica: Replica,
    flock: FlockPort,
    private readonly config: UpkeepConfig = UPKEEP_DEFAULTS,
  ) {
    this.#relocation = new Relocation(flock);
  }

  /** Somebody came, left or died: the sets are looked at with the next chores. */
  membersChanged(): void {
    this.#lookedMs = -Infinity;
  }

  /** A move has ended, one way or the other. */
  moved(id: RegisterId): void {
    this.#moving.delete(id);
  }

  /** @param open - what this node coordinates */
  due(open: ReadonlySet<RegisterId>, nowMs: number): Chores {
    const announcements = this.#toCompare(open);
    if (nowMs - this.#lookedMs < this.config.lookMs) return { seals: [], takeOvers: [], announcements };
    this.#lookedMs = nowMs;
    this.#relocation.look();
    const seals = [...open].flatMap((id) => this.#sealOf(id, nowMs));
    return { seals, takeOvers: this.#finalsToMove(nowMs), announcements };
  }

  /** Whether its replicas should be others, and can be. */
  isToMove(id: RegisterId, set: ReplicaSet, nowMs: number): boolean {
    return this.#relocation.isUnfit(set, nowMs) && this.#relocation.better(id, set, nowMs) !== undefined;
  }

  #sealOf(id: RegisterId, nowMs: number): { id: RegisterId; set: ReplicaSet }[] {
    const before = this.replica.get(id)?.head?.set;
    if (!before || this.#moving.size >= this.config.movingMax || this.#moving.has(id)) return [];
    if (!this.#relocation.isUnfit(before, nowMs)) return [];
    const set = this.#relocation.better(id, before, nowMs);
    if (!set) return [];
    this.#moving.add(id);
    return [{ id, set }];
  }

  #finalsToMove(nowMs: number): RegisterId[] {
    const due: RegisterId[] = [];
    this.#finals ??= this.replica.registers()[Symbol.iterator]();
    for (let i = 0; i < this.config.finalsMax && due.length < this.config.movingMax; i++) {
      const next = this.#finals.next();
      if (next.done) {
        this.#finals = undefined;
        break;
      }
      const acceptor = this.replica.get(next.value.id);
      if (acceptor?.final === undefined || !acceptor.head || acceptor.isStub) continue;
      const { set } = acceptor.head;
      if (!this.#relocation.isUnfit(set, nowMs) || this.#relocation.responsible(set) !== this.self) continue;
      if (this.#relocation.better(acceptor.id, set, nowMs)) due.push(acceptor.id);
    }
    return due;
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
