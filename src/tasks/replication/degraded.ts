import type { NodeId } from '../../kernel/ids.js';
import type { Now } from '../../kernel/time.js';
import type { RegisterId } from '../register/head.js';
import type { Replica } from '../register/replica.js';
import { majorityOf, type ReplicaSet } from '../register/replica-set.js';
import type { JobSpec } from '../spec.js';
import type { Degradation } from './effects.js';
import { SPEC } from './names.js';

/** What is to be known of members for it. */
export interface SurvivorPort {
  /** Alive, and not suspected. */
  readonly isHere: (node: NodeId) => boolean;
  /** Dead, left or forgotten: a suspicion is not enough for what a majority may have to take back. */
  readonly isGone: (node: NodeId) => boolean;
}

/** What a replica set without a majority has lost. */
export interface Loss {
  /** Members that are dead, left or forgotten, of so many. */
  readonly gone: number;
  readonly replicas: number;
  /** Since when; wall clock. */
  readonly sinceMs: number;
  /** How long they have still to be gone before anything is done without them; 0: long enough. */
  readonly leftMs: number;
}

/** After so long without a majority a survivor goes on alone: a restart takes less, and leaves nothing to be proposed. */
export const LOST_AFTER_MS = 60_000;

/**
 * Of which replica sets this node may go on alone (register.md, rule 18): those whose other members have been dead for so long
 * that less than a majority is left, of which this node is the first.
 */
export class Degraded {
  readonly #goneSince = new Map<NodeId, Now>();
  /** Of one look: sets are few, registers are many. */
  readonly #looked = new Map<ReplicaSet, Degradation | undefined>();
  #now: Now = { monoMs: 0, wallMs: 0 };

  constructor(
    private readonly self: NodeId,
    private readonly port: SurvivorPort,
    private readonly lostAfterMs: number,
  ) {}

  /** Begins a look at many registers, all at the same moment. */
  look(now: Now): void {
    this.#now = now;
    this.#looked.clear();
  }

  /** Why this node should go on alone with what a set holds; undefined where it should not. */
  degradation(set: ReplicaSet): Degradation | undefined {
    if (this.#looked.has(set)) return this.#looked.get(set);
    const degradation = this.#degradationOf(set);
    this.#looked.set(set, degradation);
    return degradation;
  }

  /** Whether a majority can be asked again. */
  hasMajority(set: ReplicaSet): boolean {
    return set.filter((node) => node === this.self || this.port.isHere(node)).length >= majorityOf(set);
  }

  /** How a set has lost its majority; undefined where it has not. */
  loss(set: ReplicaSet): Loss | undefined {
    const since = set.flatMap((node) => this.#gone(node) ?? []).sort((a, b) => a.monoMs - b.monoMs);
    // So many may be missing, and one more is too many.
    const last = since[set.length - majorityOf(set)];
    if (!last) return undefined;
    const leftMs = Math.max(0, this.lostAfterMs - (this.#now.monoMs - last.monoMs));
    return { gone: since.length, replicas: set.length, sinceMs: last.wallMs, leftMs };
  }

  #degradationOf(set: ReplicaSet): Degradation | undefined {
    const loss = this.loss(set);
    if (!loss || loss.leftMs > 0) return undefined;
    if (set.find((node) => this.#gone(node) === undefined) !== this.self) return undefined;
    return { place: set.indexOf(this.self), gone: loss.gone, sinceMs: loss.sinceMs };
  }

  #gone(node: NodeId): Now | undefined {
    if (node === this.self || !this.port.isGone(node)) {
      this.#goneSince.delete(node);
      return undefined;
    }
    const since = this.#goneSince.get(node) ?? this.#now;
    this.#goneSince.set(node, since);
    return since;
  }
}

/**
 * The replica set with whose register a survivor may go on alone; undefined where it may not. Only at-least-once ones: the others
 * could start a second time what a majority was granted. None that may have lost something here (register.md, rule 17), nor that
 * is finished, nor one of which a seal was found: its state may have gone on elsewhere (rule 14).
 *
 * @param isAbandoned - it is only to be ended: nothing of it is started any more, whatever its contract and wherever it goes on
 */
export function setForSurvivor(
  replica: Replica,
  id: RegisterId,
  self: NodeId,
  isAbandoned: boolean,
): ReplicaSet | undefined {
  const acceptor = replica.get(id);
  if (acceptor?.head?.set.includes(self) !== true) return undefined;
  const { head, isStub, isGone, seal, final, entries } = acceptor;
  if (
    isStub ||
    isGone ||
    (seal && !isAbandoned) ||
    final !== undefined ||
    replica.abstention.known(acceptor) !== undefined
  )
    return undefined;
  const contract = (entries.get(SPEC)?.value as JobSpec | undefined)?.contract;
  const isAllowed = contract === 'at-least-once' || (isAbandoned && contract !== undefined);
  return isAllowed ? head.set : undefined;
}
