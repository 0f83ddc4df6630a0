import type { NodeId } from '../kernel/ids.js';
import { HELD_SHARDS_MAX, type TaskMessages } from './messages.js';
import type { ShardEffect } from './shard-events.js';
import { FIRST_N } from './register/ballot.js';
import { shardName } from './replication/names.js';
import type { Shard } from './shard.js';
import { areGivenUp, giveUp, GIVEN_UP_MAX } from './given-up.js';
import type { Grants } from './grants.js';
import { entryOf, type ShardTable } from './shard-table.js';
import type { AskedShard } from './shard-tags.js';
import type { TaskRound } from './task-round.js';

/** Who may hold attempts. */
export interface Holders {
  /** Alive or suspect, this node among them. */
  here(): readonly NodeId[];
  /** Taken for dead; they may live all the same. */
  dead(): readonly NodeId[];
}

/**
 * A new coordinator places nothing before every member has said what it still holds of the shard, or is dead (register.md,
 * rule 9): so a takeover runs nothing twice that is still held somewhere.
 */
export class Recovery {
  /** Who has still to be heard, of each shard that recovers. */
  readonly #unheard = new Map<Shard, Set<NodeId>>();
  /** All have been heard; it is being written who was given up. */
  readonly #givingUp = new Set<Shard>();
  /** Opened in this step. */
  #fresh: Shard[] = [];

  /**
   * @param changed - to be told of each shard that was opened, or may have been
   */
  constructor(
    private readonly holders: Holders,
    private readonly table: ShardTable,
    private readonly round: TaskRound,
    private readonly grants: Grants,
    private readonly emit: (effect: ShardEffect) => void,
    private readonly changed: (shard: Shard) => void,
  ) {}

  begin(shard: Shard): void {
    shard.mode = 'recovering';
    this.#fresh.push(shard);
  }

  /** Asks about what was begun in this step, in few messages. */
  flush(): void {
    if (this.#fresh.length === 0) return;
    const shards = this.#fresh;
    this.#fresh = [];
    const members = this.holders.here();
    for (const shard of shards) this.#unheard.set(shard, new Set(members));
    for (const node of members) this.#ask(node, shards);
    for (const shard of shards) this.#open(shard);
  }

  /**
   * A member that only turns up now may hold something too: also of a shard that was opened without it, since it was given up
   * as dead.
   */
  here(node: NodeId): void {
    const recovering = [...this.#unheard].filter(([, unheard]) => !unheard.has(node)).map(([shard]) => shard);
    for (const shard of recovering) this.#unheard.get(shard)?.add(node);
    const takenOver = [...this.table.live()].filter(({ mode, ballot }) => mode === 'open' && ballot > FIRST_N);
    this.#ask(node, [...recovering, ...takenOver]);
  }

  /** Somebody else coordinates it, or it has ended. */
  drop(shard: Shard): void {
    this.#unheard.delete(shard);
    this.#givingUp.delete(shard);
  }

  /** A node is given up as dead: it holds nothing. */
  gone(node: NodeId): void {
    for (const [shard, unheard] of [...this.#unheard]) {
      unheard.delete(node);
      this.#open(shard);
    }
  }

  /** It is on record who was given up. */
  written(shard: Shard): void {
    if (this.#givingUp.delete(shard)) this.#open(shard);
  }

  /** A node has said what it holds. Of one that is given up by now nothing is taken up: nobody would say that it is lost. */
  heard(node: NodeId, about: readonly AskedShard[], told: Told): void {
    const ballots = new Map(about.map(({ job, shard, ballot }) => [shardName(job, shard), ballot]));
    for (const attempt of told.held) {
      const shard = this.table.get(attempt);
      if (!shard || shard.ballot !== ballots.get(shard.name)) continue;
      if (!shard.has(attempt.index) || (shard.mode === 'recovering' && !this.#unheard.get(shard)?.has(node))) continue;
      if (shard.mode === 'open' && !this.holders.here().includes(node)) continue;
      this.round.takeUp(shard, node, told.boot, attempt);
    }
    for (const name of about) {
      const shard = this.table.get(name);
      // An answer given to an earlier ballot is no answer: much may have been placed since.
      if (shard?.ballot !== name.ballot) continue;
      if (this.#unheard.get(shard)?.delete(node)) this.grants.disowned(shard, node, told.boot);
      if (shard.mode === 'open') this.changed(shard);
      this.#open(shard);
    }
  }

  #ask(node: NodeId, shards: readonly Shard[]): void {
    for (let from = 0; from < shards.length; from += HELD_SHARDS_MAX) {
      const named = shards.slice(from, from + HELD_SHARDS_MAX).map((shard) => {
        const { record, ballot, place } = shard;
        return { job: record.job, shard: record.shard, ballot, set: [...place.set] };
      });
      const message = { kind: 'held.ask' as const, shards: named };
      const about = named.map(({ job, shard, ballot }) => ({ job, shard, ballot }));
      this.emit({ kind: 'ask', to: node, message, tag: { what: 'held', shards: about }, patience: 'alive' });
    }
  }

  #open(shard: Shard): void {
    if (shard.mode !== 'recovering' || (this.#unheard.get(shard)?.size ?? 0) > 0) return;
    if (this.#givingUp.has(shard) || this.#giveUp(shard)) return;
    this.#unheard.delete(shard);
    shard.mode = 'open';
    this.round.countCrashes(shard);
    this.round.cancel(shard);
    this.changed(shard);
  }

  /**
   * Before anything is placed it is on record who is taken for dead: what that holds may be started again. What runs at most
   * once is not, and what goes on alone is provisional from its beginning.
   *
   * @returns whether that must be written first
   */
  #giveUp(shard: Shard): boolean {
    if (shard.runsAtMostOnce || shard.place.degraded) return false;
    const { job, shard: number, givenUp = [] } = shard.record;
    const dead = this.holders.dead().slice(0, GIVEN_UP_MAX);
    if (areGivenUp(givenUp, dead, shard.ballot)) return false;
    this.#givingUp.add(shard);
    shard.record = { ...shard.record, givenUp: giveUp(givenUp, dead, shard.ballot) };
    const tag = { what: 'given-up' as const, job, shard: number };
    this.emit({ kind: 'write', register: shard.place.register, entries: [entryOf(shard)], tag });
    return true;
  }
}

type Told = Pick<TaskMessages['held.tell'], 'boot' | 'held'>;
