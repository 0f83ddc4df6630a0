import type { NodeEvent } from '../../src/node/core/events.js';

/** Room for nodes that start while a message is on its way. */
const SPARE_NODES = 64;

/** One gossiped message and how far it has come, by the indices of endpoints. */
export class Spread {
  /** Given to every node alike. */
  readonly event: NodeEvent & { readonly kind: 'gossip' };
  /** Nodes that run and have it. */
  count = 0;
  #seen: Uint8Array;
  /** When the earliest copy arrives that is on its way, in ms since birth; dropped once all is over. */
  #arrivals: Float64Array | undefined;

  constructor(
    readonly id: string,
    event: NodeEvent & { readonly kind: 'gossip' },
    readonly bytes: number,
    readonly bornMs: number,
    nodes: number,
  ) {
    this.event = event;
    this.#seen = new Uint8Array((nodes + SPARE_NODES + 7) >> 3);
    this.#arrivals = new Float64Array(nodes + SPARE_NODES);
  }

  has(index: number): boolean {
    return (((this.#seen[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
  }

  /** Notes that a node has it. */
  add(index: number): void {
    const at = index >> 3;
    if (at >= this.#seen.length) {
      const grown = new Uint8Array(2 * at + 1);
      grown.set(this.#seen);
      this.#seen = grown;
    }
    this.#seen[at] = (this.#seen[at] ?? 0) | (1 << (index & 7));
    this.count += 1;
  }

  /** The node that had it has ended; what runs there next knows nothing. */
  drop(index: number): void {
    if (this.#arrivals && index < this.#arrivals.length) this.#arrivals[index] = 0;
    if (!this.has(index)) return;
    const at = index >> 3;
    this.#seen[at] = (this.#seen[at] ?? 0) & ~(1 << (index & 7));
    this.count -= 1;
  }

  /** Notes a copy on its way. False where an earlier one is. */
  expect(index: number, atMs: number, nowMs: number): boolean {
    const arrivals = this.#arrivals;
    if (arrivals === undefined || index >= arrivals.length) return true;
    const before = (arrivals[index] ?? 0) + this.bornMs;
    if (before > nowMs && before <= atMs) return false;
    arrivals[index] = atMs - this.bornMs;
    return true;
  }

  isExpected(index: number, nowMs: number): boolean {
    const arrivals = this.#arrivals;
    return arrivals !== undefined && (arrivals[index] ?? 0) + this.bornMs > nowMs;
  }

  settle(): void {
    this.#arrivals = undefined;
  }
}
