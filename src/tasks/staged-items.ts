import type { JobId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';

/** How long items wait for their create; a gateway that died sends none. */
const STAGED_MS_MAX = 60_000;

/** Items that came ahead of their job, since together they exceed a frame. */
export class StagedItems {
  readonly #jobs = new Map<JobId, { untilMs: number; shards: Map<number, readonly string[]> }>();

  put(job: JobId, shard: number, items: readonly string[], now: Now): void {
    for (const [id, staged] of this.#jobs) if (staged.untilMs < now.monoMs) this.#jobs.delete(id);
    const staged = this.#jobs.get(job) ?? { untilMs: 0, shards: new Map<number, readonly string[]>() };
    staged.untilMs = now.monoMs + STAGED_MS_MAX;
    staged.shards.set(shard, items);
    this.#jobs.set(job, staged);
  }

  /**
   * All items of a job of so many shards, or undefined while some are missing. What an earlier try under another plan left
   * behind is not taken for them.
   *
   * @param sizeOf - how many tasks a shard has
   */
  take(
    job: JobId,
    sizeOf: (shard: number) => number,
    shards: number,
  ): ReadonlyMap<number, readonly string[]> | undefined {
    const staged = this.#jobs.get(job)?.shards;
    const taken = new Map<number, readonly string[]>();
    for (let shard = 0; shard < shards; shard++) {
      const items = staged?.get(shard);
      if (items?.length !== sizeOf(shard)) return undefined;
      taken.set(shard, items);
    }
    this.#jobs.delete(job);
    return taken;
  }
}
