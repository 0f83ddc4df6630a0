import type { NodeId } from '../../kernel/ids.js';
import type { Chunk } from './transfer.js';

/** A write on its way to a majority. */
export interface Write {
  readonly chunk: Chunk;
  readonly tag: unknown;
  readonly acked: NodeId[];
  sentAtMs: number;
  /** How often it was sent again. */
  resent: number;
}

const NONE: readonly Write[] = [];
/** Sent again so often, a write has waited for some seconds. */
const STALLED_RESENT = 3;

/** The writes of one ballot that are under way, by seq. Acknowledgements name the write (register.md, rule 2). */
export class Writes {
  /** Made when there is one: of many registers few write at any time. */
  #pending: Map<number, Write> | undefined;
  #last: number;

  /** @param last - the highest seq that is used up */
  constructor(last: number) {
    this.#last = last;
  }

  get size(): number {
    return this.#pending?.size ?? 0;
  }

  /** Whether one has waited for so long that no majority seems to be there, whatever is believed of its members. */
  get isStalled(): boolean {
    for (const { resent } of this) if (resent >= STALLED_RESENT) return true;
    return false;
  }

  [Symbol.iterator](): Iterator<Write> {
    return this.#pending?.values() ?? NONE.values();
  }

  /** Uses up `count` seqs and returns the first of them. */
  take(count: number): number {
    const first = this.#last + 1;
    this.#last += count;
    return first;
  }

  begin(what: Omit<Chunk, 'seq'>, tag: unknown, sentAtMs: number): Write {
    const write: Write = { chunk: { seq: this.take(1), ...what }, tag, acked: [], sentAtMs, resent: 0 };
    this.#pending ??= new Map();
    this.#pending.set(write.chunk.seq, write);
    return write;
  }

  /** @returns the write, once, when `majority` nodes have it durably */
  accepted(node: NodeId, seq: number, majority: number): Write | undefined {
    const write = this.#pending?.get(seq);
    if (!write || write.acked.includes(node)) return undefined;
    write.acked.push(node);
    if (write.acked.length < majority) return undefined;
    this.#pending?.delete(seq);
    if (this.size === 0) this.#pending = undefined;
    return write;
  }

  /** Up to which seq everything is at a majority: seqs rise, so the oldest write under way is the first in the map. */
  get committed(): number {
    for (const seq of this.#pending?.keys() ?? []) return seq - 1;
    return this.#last;
  }
}
