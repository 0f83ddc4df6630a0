import { weigh } from './values.js';
import type { RegisterId } from '../register/head.js';
import { MESSAGE_ENTRIES_MAX, type Written } from '../register/messages.js';

/** Of several writes in one, which has to fit into a frame with what else is in that. */
const GATHERED_BYTES_MAX = 512 * 1024;

interface Line<Tag> {
  /** Of the write under way. */
  flying: Tag[];
  waiting: { readonly entries: readonly Written[]; readonly tag: Tag }[];
}

/** One write of a register; its tags are due when it is at a majority. */
export interface Gathered {
  readonly id: RegisterId;
  readonly entries: readonly Written[];
}

/**
 * One write of a register at a time: what comes meanwhile goes into the next one together. That keeps the order, and under
 * load it makes many outcomes one round.
 */
export class Gathering<Tag> {
  readonly #lines = new Map<RegisterId, Line<Tag>>();

  /** @returns the write to begin now, if it need not wait */
  add(id: RegisterId, entries: readonly Written[], tag: Tag): Gathered | undefined {
    const line = this.#lines.get(id);
    if (line) {
      line.waiting.push({ entries, tag });
      return undefined;
    }
    this.#lines.set(id, { flying: [tag], waiting: [] });
    return { id, entries };
  }

  /** The write under way is at a majority. */
  written(id: RegisterId): { readonly tags: readonly Tag[]; readonly next: Gathered | undefined } {
    const line = this.#lines.get(id);
    const tags = line?.flying ?? [];
    const next = line && line.waiting.length > 0 ? this.#gather(id, line) : undefined;
    if (!next) this.#lines.delete(id);
    return { tags, next };
  }

  /** What was under way or waited is void. */
  drop(id: RegisterId): void {
    this.#lines.delete(id);
  }

  /** Of each entry the last word, as many as one message takes. */
  #gather(id: RegisterId, line: Line<Tag>): Gathered {
    const last = new Map<string, unknown>();
    line.flying = [];
    let taken = 0;
    let bytes = 0;
    for (const { entries, tag } of line.waiting) {
      const weight = entries.reduce((sum, { value }) => sum + weigh(value), 0);
      const isFull = last.size + entries.length > MESSAGE_ENTRIES_MAX || bytes + weight > GATHERED_BYTES_MAX;
      if (taken > 0 && isFull) break;
      bytes += weight;
      for (const { key, value } of entries) last.set(key, value);
      line.flying.push(tag);
      taken += 1;
    }
    line.waiting.splice(0, taken);
    return { id, entries: [...last].map(([key, value]) => ({ key, value })) };
  }
}
