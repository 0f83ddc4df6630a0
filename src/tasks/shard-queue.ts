import { known } from '../kernel/assert.js';
import type { NodeId } from '../kernel/ids.js';
import { evenShare } from './shares.js';

/** In which order the shards of a job are made, and how many at a time. */
export interface ShardQueue {
  /** The shards to be made next. They count as under way from now on. @param max - under way at one node */
  next(max: number): number[];
  /** A shard's coordinator has it. */
  made(shard: number): void;
  /** Those not handed out yet. */
  rest(): ReadonlySet<number>;
}

/** Shards go to many nodes at once, a few to each: one that is away must not hold up the others. */
export class ShardsByNode implements ShardQueue {
  /** By node, the first last. */
  readonly #unsent = new Map<NodeId, number[]>();
  readonly #underWay = new Map<NodeId, number>();

  /** @param first - the node that is to make a shard */
  constructor(
    shards: number,
    private readonly first: (shard: number) => NodeId,
  ) {
    for (let shard = 0; shard < shards; shard++) {
      const node = first(shard);
      const unsent = this.#unsent.get(node);
      if (unsent) unsent.push(shard);
      else this.#unsent.set(node, [shard]);
    }
    for (const unsent of this.#unsent.values()) unsent.reverse();
  }

  next(max: number): number[] {
    const next: number[] = [];
    for (const [node, unsent] of this.#unsent) {
      let underWay = this.#underWay.get(node) ?? 0;
      for (; unsent.length > 0 && underWay < max; underWay++) next.push(known(unsent.pop(), `shard for ${node}`));
      this.#underWay.set(node, underWay);
      if (unsent.length === 0) this.#unsent.delete(node);
    }
    return next;
  }

  made(shard: number): void {
    const node = this.first(shard);
    this.#underWay.set(node, (this.#underWay.get(node) ?? 0) - 1);
  }

  rest(): ReadonlySet<number> {
    return new Set([...this.#unsent.values()].flat());
  }
}

/**
 * No more than `width` tasks of the job are to run at a time. Each shard has its share of that, and is made when those before it
 * leave room for it. The order is that of their numbers, always: so whoever takes the job over first comes to those that are made
 * and not at their end, and never has more of them than there may be.
 */
export class ShardsInTurn implements ShardQueue {
  #next = 0;
  /** Handed out, and not known to be at their end. */
  readonly #open = new Set<number>();

  /**
   * @param width - the most that it ever was: there may be shards for so many
   * @param isOver - of a shard: it has ended, for good
   */
  constructor(
    private readonly shards: number,
    private readonly width: () => number,
    private readonly isOver: (shard: number) => boolean,
  ) {}

  next(): number[] {
    const next: number[] = [];
    let placed = 0;
    for (const shard of this.#open) {
      if (this.isOver(shard)) this.#open.delete(shard);
      else placed += this.#shareOf(shard);
    }
    for (; this.#next < this.shards; this.#next++) {
      // After a takeover those at the front have ended, as one hears of them one by one.
      if (this.isOver(this.#next)) continue;
      if (placed + this.#shareOf(this.#next) > this.width()) break;
      this.#open.add(this.#next);
      next.push(this.#next);
      placed += this.#shareOf(this.#next);
    }
    return next;
  }

  made(): void {
    return;
  }

  rest(): ReadonlySet<number> {
    return new Set(Array.from({ length: this.shards - this.#next }, (_, i) => this.#next + i));
  }

  /** At least one each: where shards are more, not all of them are made at once. */
  #shareOf(shard: number): number {
    return Math.max(1, evenShare(this.width(), this.shards, shard));
  }
}
