import type { Put } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { Held } from '../register/entries.js';
import type { RegisterId } from '../register/head.js';
import type { ReplicaSet } from '../register/replica-set.js';
import type { Replica } from '../register/replica.js';
import type { Place } from './effects.js';
import { shardName, type namesOf } from './names.js';
import {
  heldOf,
  isTaken,
  proposalOf,
  propose,
  proposeAgain,
  type ProposalAnswer,
  type ProposalAsk,
  type ToldHeld,
} from './proposals.js';
import type { Provisionals } from './provisionals.js';

/** Proposals under way at one time. */
const PROPOSED_MAX = 256;
/** Who does not find the coordinator in so many tries begins again with the next look. */
const HOPS_MAX = 8;

export interface HealingPort {
  ask(effect: ProposalAsk): void;
  /** Makes durable that something need not be proposed any more. */
  commit(puts: readonly Put[]): void;
  placeOf(id: RegisterId): Place;
  /** A majority of the set is there, and nobody here goes on without it. */
  isWhole(id: RegisterId, set: ReplicaSet): boolean;
  isOpenAlone(id: RegisterId): boolean;
}

/** Proposes what was recorded alone to whoever coordinates with a majority, until that is recorded or beaten. */
export class Healing {
  /** By register and entry, what somebody was asked to take. */
  readonly #proposed = new Map<string, Held>();

  constructor(
    private readonly self: NodeId,
    private readonly replica: Replica,
    private readonly provisionals: Provisionals,
    private readonly port: HealingPort,
  ) {}

  sweep(): void {
    const settled: Put[] = [];
    for (const id of [...this.provisionals.ids()]) {
      const set = this.replica.get(id)?.head?.set ?? [];
      if (!this.port.isWhole(id, set)) continue;
      const place = this.port.placeOf(id);
      const to = place.kind === 'elsewhere' ? (place.nodes[0] ?? set[0]) : this.self;
      for (const [entry, held] of [...this.provisionals.of(id)]) {
        const message = proposalOf(id, entry, held.value);
        if (!message) settled.push(this.provisionals.settle(id, entry));
        if (!message || to === undefined || this.#proposed.has(nameOf(id, entry))) continue;
        if (this.#proposed.size >= PROPOSED_MAX) break;
        this.#proposed.set(nameOf(id, entry), held);
        this.port.ask(propose(message, to, { register: id, entry, set, hops: 0 }));
      }
    }
    if (settled.length > 0) this.port.commit(settled);
  }

  answered(event: ProposalAnswer): void {
    const { register, entry, set, hops } = event.tag;
    const held = this.provisionals.of(register).get(entry);
    // Recorded anew since, without a majority: it is proposed anew as well.
    const isSame = held !== undefined && this.#proposed.get(nameOf(register, entry)) === held;
    const message = isSame ? proposalOf(register, entry, held.value) : undefined;
    if (message && !isTaken(event) && hops < HOPS_MAX && this.port.isWhole(register, set)) {
      return this.port.ask(proposeAgain(message, event));
    }
    this.#proposed.delete(nameOf(register, entry));
    if (isSame && isTaken(event)) this.port.commit([this.provisionals.settle(register, entry)]);
  }

  /**
   * The outcomes that `from`, which now coordinates these shards, is still to be told of. Not where this node recovers what it
   * has recorded itself, to go on alone again: that is on its record.
   */
  held(from: NodeId, shards: readonly ReturnType<typeof namesOf>[]): ToldHeld[] {
    if (this.provisionals.size === 0) return [];
    // The only shard of a job is kept in the job's register.
    const ids = shards.flatMap(({ job, shard }) => (shard === 0 ? [job, shardName(job, 0)] : [shardName(job, shard)]));
    return ids.flatMap((id) => {
      if (from === this.self && this.port.isOpenAlone(id)) return [];
      return [...this.provisionals.of(id)].flatMap(([entry, { value }]) => heldOf(id, entry, value) ?? []);
    });
  }
}

const nameOf = (id: RegisterId, entry: string) => `${id}/${entry}`;
