import type { Now } from '../kernel/time.js';

/** An offer is sent again for 5 s and may lie in a silent connection for 20 s more; this is far beyond both. */
const REMEMBERED_MS = 600_000;

/** Shards of which somebody asked what is held here, and under which ballot: offers of lower ones come too late. */
export class Disowned {
  readonly #ballots = new Map<string, { readonly ballot: number; readonly atMs: number }>();

  note(shard: string, ballot: number, now: Now): void {
    const known = this.#ballots.get(shard)?.ballot ?? 0;
    this.#ballots.delete(shard);
    this.#ballots.set(shard, { ballot: Math.max(known, ballot), atMs: now.monoMs });
  }

  isBelow(shard: string, ballot: number): boolean {
    return ballot < (this.#ballots.get(shard)?.ballot ?? 0);
  }

  forget(now: Now): void {
    for (const [shard, { atMs }] of this.#ballots) {
      if (atMs + REMEMBERED_MS > now.monoMs) return;
      this.#ballots.delete(shard);
    }
  }
}
