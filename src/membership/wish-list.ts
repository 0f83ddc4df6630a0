import type { NodeId } from '../kernel/ids.js';

interface Wish {
  readonly id: NodeId;
  readonly notBeforeMs: number;
}

/** Whom to dial, and from when on. Those who may be dialled at once come first, in the order in which they were wished for. */
export class WishList {
  /** The standing wish of each; older ones of the same node are left in the lists below and passed over. */
  readonly #wishes = new Map<NodeId, Wish>();
  readonly #soon: Wish[] = [];
  /** Latest first, so that the next is taken off the end. */
  readonly #later: Wish[] = [];
  #taken = 0;

  get size(): number {
    return this.#wishes.size;
  }

  /** @param notBeforeMs - -Infinity: at once; takes the place of an earlier wish for the same node */
  add(id: NodeId, notBeforeMs: number): void {
    const wish = { id, notBeforeMs };
    this.#wishes.set(id, wish);
    if (notBeforeMs === -Infinity) this.#soon.push(wish);
    else this.#later.splice(this.#placeOf(notBeforeMs), 0, wish);
  }

  delete(id: NodeId): void {
    this.#wishes.delete(id);
  }

  clear(): void {
    this.#wishes.clear();
  }

  /** Takes out the next who may be dialled now. */
  take(nowMs: number): NodeId | undefined {
    const next = this.#next();
    if (next === undefined || next.notBeforeMs > nowMs) return undefined;
    this.#wishes.delete(next.id);
    return next.id;
  }

  /** When the next may be dialled, -Infinity: at once; undefined where nobody is wished for. */
  nextMs(): number | undefined {
    return this.#next()?.notBeforeMs;
  }

  #next(): Wish | undefined {
    const { length } = this.#soon;
    while (this.#taken < length && !this.#stands(this.#soon[this.#taken])) this.#taken++;
    if (this.#taken < length) return this.#soon[this.#taken];
    this.#soon.length = this.#taken = 0;
    while (this.#later.length > 0 && !this.#stands(this.#later.at(-1))) this.#later.pop();
    return this.#later.at(-1);
  }

  #stands(wish: Wish | undefined): boolean {
    return wish !== undefined && this.#wishes.get(wish.id) === wish;
  }

  /** Among equals the one wished for first is taken first. */
  #placeOf(notBeforeMs: number): number {
    let low = 0;
    let high = this.#later.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#later[middle]?.notBeforeMs ?? 0) > notBeforeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
