import { assert } from '../../src/kernel/assert.js';
import type { NodeId } from '../../src/kernel/ids.js';
import type { Endpoint } from './link.js';

/** Each takes a bit of a number. */
const ONE_WAY_CUTS_MAX = 31;

/** Who is cut off from whom, written into the endpoints, where it costs a message nothing to look. */
export class Cuts {
  /** Bits of the one-way cuts in force. */
  #oneWay = 0;
  #heals = 0;

  constructor(
    private readonly endpoint: (id: NodeId) => Endpoint,
    private readonly endpoints: readonly Endpoint[],
    private readonly changed: () => void,
  ) {}

  /** Nodes that are named nowhere make one more side. Takes the place of an earlier `split` or `bridge`. */
  split(sides: readonly (readonly NodeId[])[]): void {
    this.#join();
    sides.forEach((side, i) => side.forEach((id) => (this.endpoint(id).side = i)));
    this.changed();
  }

  bridge(left: readonly NodeId[], right: readonly NodeId[], through: readonly NodeId[]): void {
    this.#join();
    for (const id of left) this.endpoint(id).side = 0;
    for (const id of right) this.endpoint(id).side = 1;
    for (const id of through) this.endpoint(id).isBridge = true;
    this.changed();
  }

  /** Returns what ends this cut alone. */
  oneWay(from: readonly NodeId[], to: readonly NodeId[]): () => void {
    let bit = 1;
    while ((this.#oneWay & bit) !== 0) bit <<= 1;
    assert(bit > 0, `more than ${ONE_WAY_CUTS_MAX} one-way cuts at a time`);
    this.#oneWay |= bit;
    for (const id of from) this.endpoint(id).mute |= bit;
    for (const id of to) this.endpoint(id).deaf |= bit;
    this.changed();
    const heals = this.#heals;
    let isOn = true;
    return () => {
      if (isOn && heals === this.#heals) this.#mend(bit);
      isOn = false;
    };
  }

  clog(a: NodeId, b: NodeId, extraMs: number): void {
    if (!(extraMs >= 0)) throw new RangeError(`a link clogged by ${extraMs} ms`);
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      (this.endpoint(one).clogs ??= new Map<NodeId, number>()).set(other, extraMs);
    }
  }

  unclog(a: NodeId, b: NodeId): void {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const { clogs } = this.endpoint(one);
      clogs?.delete(other);
      if (clogs?.size === 0) this.endpoint(one).clogs = undefined;
    }
  }

  heal(): void {
    this.#join();
    this.#oneWay = 0;
    this.#heals += 1;
    for (const endpoint of this.endpoints) {
      endpoint.mute = endpoint.deaf = 0;
      endpoint.clogs = undefined;
    }
    this.changed();
  }

  #join(): void {
    for (const endpoint of this.endpoints) {
      endpoint.side = -1;
      endpoint.isBridge = false;
    }
  }

  #mend(bit: number): void {
    this.#oneWay &= ~bit;
    for (const endpoint of this.endpoints) {
      endpoint.mute &= ~bit;
      endpoint.deaf &= ~bit;
    }
    this.changed();
  }
}
