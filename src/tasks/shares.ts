/** A shard's even part of the width of its job: of as many tasks as may be placed at a time. 0 for some where shards are more. */
export function evenShare(width: number, shards: number, shard: number): number {
  return Math.floor(width / shards) + Number(shard < width % shards);
}

/**
 * How many of its tasks each shard of a job may place at a time: its even part of the width, and where shards are more than that
 * one each for the first that have not ended, in the order of their numbers. So whoever takes the job over comes to the same.
 */
export class Shares {
  /** All shards before have ended. */
  #front = 0;
  #last: { readonly width: number; readonly shard: number } | undefined;

  /** @param isOver - of a shard: it has ended, for good */
  constructor(
    private readonly shards: number,
    private readonly isOver: (shard: number) => boolean,
  ) {}

  of(shard: number, width: number): number {
    if (width >= this.shards) return evenShare(width, this.shards, shard);
    return shard <= this.last(width) ? 1 : 0;
  }

  /** The last shard that may place any. */
  last(width: number): number {
    if (width >= this.shards) return this.shards - 1;
    if (this.#last?.width === width) return this.#last.shard;
    while (this.#front < this.shards && this.isOver(this.#front)) this.#front += 1;
    let shard = this.#front - 1;
    for (let left = width; left > 0 && shard + 1 < this.shards;) {
      shard += 1;
      if (!this.isOver(shard)) left -= 1;
    }
    this.#last = { width, shard };
    return shard;
  }

  /** A shard has ended. */
  ended(): void {
    this.#last = undefined;
  }
}
