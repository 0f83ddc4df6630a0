import { known } from '../../kernel/assert.js';
import type { NodeId } from '../../kernel/ids.js';
import type { Head, Seal } from './head.js';
import type { State } from './learning.js';
import type { AskOf, Written } from './messages.js';
import { Page, type PageBounds } from './page.js';

/** A part of an accept: what is written, and as which write of its ballot. */
export type Chunk = Pick<AskOf<'accept'>, 'seq' | 'entries' | 'head' | 'seal'>;

/**
 * A whole state as the first writes of a ballot: entries first; the head, and the seal if there is one, with the last of them.
 * Whoever has accepted the head has the state.
 */
export class Chunks {
  readonly #chunks: readonly Chunk[];

  constructor({ head, entries }: State, seal: Seal | undefined, bounds: PageBounds) {
    const pages: Written[][] = [[]];
    let page = new Page(bounds);
    for (const [key, value] of entries) {
      if (!page.takes(value)) {
        pages.push([]);
        page = new Page(bounds);
        page.takes(value);
      }
      pages.at(-1)?.push({ key, value });
    }
    const end = seal ? { head, seal } : { head };
    this.#chunks = pages.map((written, i) => {
      return { seq: i + 1, entries: written, ...(i + 1 === pages.length ? end : {}) };
    });
  }

  get length(): number {
    return this.#chunks.length;
  }

  at(index: number): Chunk {
    return known(this.#chunks[index], `chunk ${index} of ${this.length}`);
  }
}

/** How far one member has taken over a state: the next chunk goes out when the one before is durable there. */
export class Transfer {
  #done = 0;

  constructor(
    readonly to: NodeId,
    readonly chunks: Chunks,
    /** What it repairs there. */
    readonly doubt: number | undefined,
  ) {}

  get isWhole(): boolean {
    return this.#done === this.chunks.length;
  }

  get next(): Chunk | undefined {
    return this.isWhole ? undefined : this.chunks.at(this.#done);
  }

  /** The member has lost or missed it: once more from the beginning. */
  restart(): void {
    this.#done = 0;
  }

  /** @returns whether that was the chunk under way */
  accepted(seq: number): boolean {
    if (this.next?.seq !== seq) return false;
    this.#done += 1;
    return true;
  }
}

/** What a coordinator is about to do: which generation it asks, and what it makes there if nothing is found. */
export interface Target {
  readonly head: Head;
  /** What a create or an installer brings; used only where no reply shows the register (register.md, rule 14). */
  readonly fallback: State | undefined;
  /** The member that is to be made whole, and what it may have lost. */
  readonly repair: { readonly node: NodeId; readonly doubt: number } | undefined;
}
