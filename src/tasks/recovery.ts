import type { NodeId } from '../kernel/ids.js';
import type { TaskMessages } from './messages.js';
import type { ShardEffect } from './offering.js';
import { firstVersion, Shard } from './shard.js';
import type { StoredShard } from './shard-events.js';
import { putOf, type ShardTable } from './shard-table.js';
import type { TaskRound } from './task-round.js';

/**
 * A coordinator that starts again places nothing before every member has said what it still holds, or is dead
 * (register.md, rule 9): so a restart runs nothing twice that is still held somewhere.
 */
export class Recovery {
  readonly #unheard = new Set<NodeId>();
  #isUnderWay = false;
  #isJoined = false;

  /** @param changed - to be told of each shard that was opened, or may have been */
  constructor(
    private readonly self: NodeId,
    private readonly boot: number,
    private readonly table: ShardTable,
    private readonly round: TaskRound,
    private readonly emit: (effect: ShardEffect) => void,
    private readonly changed: (shard: Shard) => void,
  ) {}

  /** Each unfinished shard gets a new ballot, durable before anything is done under it (register.md, rule 3). */
  restore(shards: readonly StoredShard[], members: readonly NodeId[]): void {
    for (const { record, spec, tasks } of shards) {
      if (record.done) {
        this.table.restoreDone(record, record.done);
        continue;
      }
      const shard = new Shard({ ...record, ballot: record.ballot + 1 }, spec);
      // What is said before the new ballot is durable must not be above what the next start says under it.
      shard.version = firstVersion(record.ballot);
      this.table.add(shard);
      for (const task of tasks) shard.restore(task);
      shard.mode = 'recovering';
      this.#isUnderWay = true;
      const tag = { what: 'ballot' as const, job: record.job, shard: record.shard };
      this.emit({ kind: 'commit', puts: [putOf(shard)], tag });
    }
    for (const node of members) if (node !== this.self) this.ask(node);
  }

  /** A member that only turns up now may hold something too: the stored list of members is a second old at worst. */
  ask(node: NodeId): void {
    if (!this.#isUnderWay || this.#unheard.has(node)) return;
    this.#unheard.add(node);
    const message = { kind: 'held.ask' as const, boot: this.boot };
    this.emit({ kind: 'ask', to: node, message, tag: { what: 'held' }, patience: 'alive' });
  }

  /** All members that there are have been asked. */
  joined(): void {
    this.#isJoined = true;
    this.#openAll();
  }

  /**
   * A node has answered, or is given up as dead. What comes after that is not taken up: nobody would say that it is lost.
   *
   * @param told - undefined where no answer will come
   */
  heard(node: NodeId, told: Omit<TaskMessages['held.tell'], 're'> | undefined): void {
    if (!this.#unheard.delete(node)) return;
    for (const attempt of told?.held ?? []) {
      const shard = this.table.get(attempt);
      if (shard?.mode !== 'recovering' || !shard.has(attempt.index)) continue;
      this.round.takeUp(shard, node, told?.boot ?? 0, attempt);
    }
    this.#openAll();
  }

  /** Opens a shard once its new ballot is durable and nobody is left to be heard. */
  open(shard: Shard): void {
    if (shard.mode !== 'recovering' || !shard.isPrepared || !this.#isOver()) return;
    shard.mode = 'open';
    this.round.countCrashes(shard);
    this.round.cancel(shard);
  }

  #openAll(): void {
    if (!this.#isOver()) return;
    for (const shard of [...this.table.live()]) {
      this.open(shard);
      this.changed(shard);
    }
  }

  #isOver(): boolean {
    const isOver = this.#isJoined && this.#unheard.size === 0;
    if (isOver) this.#isUnderWay = false;
    return isOver;
  }
}
