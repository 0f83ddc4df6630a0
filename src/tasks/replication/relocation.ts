import type { NodeId } from '../../kernel/ids.js';
import type { RegisterId } from '../register/head.js';
import { majorityOf, type ReplicaSet } from '../register/replica-set.js';

/** What a node is to a replica set: `leaving` drains, and is still there; `left` was forgotten, it may be. */
export type Standing = 'here' | 'suspect' | 'dead' | 'leaving' | 'left';

/** What is to be known of the flock. */
export interface FlockPort {
  readonly standingOf: (node: NodeId) => Standing;
  /** Nodes to hold a register by today's ring, the best first; all of them are here. */
  readonly candidates: (id: RegisterId) => readonly NodeId[];
  /** Members that neither leave nor have left, counted up to as many as a set has. */
  readonly staying: () => number;
}

/** A node that restarts is back by then, and moving what it holds would have been for nothing. */
const DEAD_MS = 10_000;

/**
 * Which replica sets should be others: their dead are replaced where there is somebody to take their place, those that leave
 * are let go, and sets that are too small grow when nodes come. A join alone moves nothing (design.md, section 6).
 */
export class Relocation {
  readonly #deadSinceMs = new Map<NodeId, number>();
  /** Of one look: sets are few, registers are many. */
  readonly #looked = new Map<ReplicaSet, boolean>();

  /** How many replicas a register should have. */
  #count = 1;

  constructor(private readonly flock: FlockPort) {}

  /** Begins a look at many sets, all at the same moment. */
  look(): void {
    this.#looked.clear();
    this.#count = Math.max(1, this.flock.staying());
  }

  /** Whether a set is worth a move; {@link better} says to where, if that can be. */
  isUnfit(set: ReplicaSet, nowMs: number): boolean {
    const known = this.#looked.get(set);
    if (known !== undefined) return known;
    const isUnfit = set.length < this.#count || set.some((node) => this.#isLost(node, nowMs));
    this.#looked.set(set, isUnfit);
    return isUnfit;
  }

  /**
   * A seal must be committed by those that it is to replace: without a majority of them it would only keep the register closed,
   * and nobody could go on alone with one that may have moved.
   */
  canSeal(set: ReplicaSet): boolean {
    return set.filter((node) => ['here', 'leaving'].includes(this.flock.standingOf(node))).length >= majorityOf(set);
  }

  /** The set that should hold a register in place of an unfit one; undefined where there is none that is better. */
  better(id: RegisterId, set: ReplicaSet, nowMs: number): ReplicaSet | undefined {
    const kept = set.filter((node) => !this.#isLost(node, nowMs));
    const dead = set.filter((node) => !kept.includes(node) && this.flock.standingOf(node) === 'dead');
    const fresh = this.flock.candidates(id).filter((node) => !set.includes(node));
    const whole = [...kept, ...fresh, ...dead].slice(0, this.#count);
    const better = this.#isInstallable(whole) ? whole : this.#remnant([...kept, ...fresh].slice(0, this.#count));
    const isSame = better.length === set.length && better.every((node) => set.includes(node));
    return isSame || better.length === 0 ? undefined : better;
  }

  /** A seal binds: where the new set has no majority that is there, nobody could go on until it has. */
  #isInstallable(set: ReplicaSet): boolean {
    return set.filter((node) => this.flock.standingOf(node) === 'here').length >= majorityOf(set);
  }

  /**
   * Those that are there, where the others have been dead for long: these come in again when the set grows. While anybody may
   * be back in a moment there is none: it would be a set of fewer disks for no reason.
   */
  #remnant(living: ReplicaSet): ReplicaSet {
    return living.every((node) => this.flock.standingOf(node) === 'here') ? living : [];
  }

  /**
   * Of a finished register, which nobody coordinates: the one that is to see to it. Who leaves waits for that, and surely
   * knows of it; one that was away may not.
   *
   * @param not - a member that cannot
   */
  responsible(set: ReplicaSet, not?: NodeId): NodeId | undefined {
    const first = (standing: Standing) => set.find((node) => node !== not && this.flock.standingOf(node) === standing);
    return first('leaving') ?? first('here');
  }

  #isLost(node: NodeId, nowMs: number): boolean {
    const standing = this.flock.standingOf(node);
    if (standing === 'leaving' || standing === 'left') return true;
    if (standing !== 'dead') {
      this.#deadSinceMs.delete(node);
      return false;
    }
    const sinceMs = this.#deadSinceMs.get(node) ?? nowMs;
    this.#deadSinceMs.set(node, sinceMs);
    return nowMs - sinceMs >= DEAD_MS;
  }
}
