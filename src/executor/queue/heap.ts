import { known } from '../../kernel/assert.js';

/** Something in a heap. */
export interface Placed {
  /** Its place there, kept by the heap. */
  at: number;
}

/** A binary heap whose items know their places, so that any of them can be taken out in O(log n). */
export class Heap<T extends Placed> {
  readonly #items: T[] = [];

  constructor(private readonly isBefore: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** @param item - is in it */
  delete(item: T): void {
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    last.at = item.at;
    this.moved(last);
  }

  /** What an item is compared by has changed. */
  moved(item: T): void {
    const { at } = item;
    this.#rise(item, at);
    if (item.at === at) this.#sink(item, at);
  }

  /** In order; the first k of them take O(k log k). Nothing may change meanwhile. */
  *[Symbol.iterator](): IterableIterator<T> {
    const next = new Heap<Placed & { readonly place: number }>((a, b) => {
      return this.isBefore(this.#item(a.place), this.#item(b.place));
    });
    if (this.size > 0) next.push({ at: 0, place: 0 });
    for (let least = next.first; least; least = next.first) {
      next.delete(least);
      yield this.#item(least.place);
      for (const place of [2 * least.place + 1, 2 * least.place + 2])
        if (place < this.size) next.push({ at: 0, place });
    }
  }

  #rise(item: T, from: number): void {
    let at = from;
    while (at > 0) {
      const parent = this.#item((at - 1) >> 1);
      if (!this.isBefore(item, parent)) break;
      this.#put(parent, at);
      at = (at - 1) >> 1;
    }
    this.#put(item, at);
  }

  #sink(item: T, from: number): void {
    let at = from;
    for (let child = 2 * at + 1; child < this.size; child = 2 * at + 1) {
      if (child + 1 < this.size && this.isBefore(this.#item(child + 1), this.#item(child))) child += 1;
      const least = this.#item(child);
      if (!this.isBefore(least, item)) break;
      this.#put(least, at);
      at = child;
    }
    this.#put(item, at);
  }

  #item(at: number): T {
    return known(this.#items[at], 'an item of the heap');
  }

  #put(item: T, at: number): void {
    this.#items[at] = item;
    item.at = at;
  }
}
