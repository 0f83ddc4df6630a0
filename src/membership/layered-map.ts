/**
 * A map over a base that it shares with others and never changes: it holds only what differs. A thousand simulated nodes
 * that know the same thousand members hold one list of them. Where too much differs it takes a copy of its own.
 */
export class LayeredMap<K, V extends object> implements ReadonlyMap<K, V> {
  #base: ReadonlyMap<K, V>;
  /** What differs from the base; undefined where an entry of the base is gone. */
  #own = new Map<K, V | undefined>();
  #size: number;

  constructor(base: ReadonlyMap<K, V> = new Map()) {
    this.#base = base;
    this.#size = base.size;
  }

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    const own = this.#own.get(key);
    return own !== undefined || this.#base.size === 0 || this.#own.has(key) ? own : this.#base.get(key);
  }

  /** What it holds now, as a base for others. */
  shared(): ReadonlyMap<K, V> {
    if (this.#own.size > 0) this.#base = new Map(this.entries());
    this.#own = new Map();
    return this.#base;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    if (!this.has(key)) this.#size++;
    this.#own.set(key, value);
    this.#part();
  }

  delete(key: K): boolean {
    if (!this.has(key)) return false;
    this.#size--;
    if (this.#base.has(key)) this.#own.set(key, undefined);
    else this.#own.delete(key);
    return true;
  }

  *entries(): MapIterator<[K, V]> {
    for (const entry of this.#base) if (!this.#own.has(entry[0])) yield entry;
    for (const [key, value] of this.#own) if (value !== undefined) yield [key, value];
  }

  *keys(): MapIterator<K> {
    for (const key of this.#base.keys()) if (!this.#own.has(key)) yield key;
    for (const [key, value] of this.#own) if (value !== undefined) yield key;
  }

  *values(): MapIterator<V> {
    for (const [key, value] of this.#base) if (!this.#own.has(key)) yield value;
    for (const value of this.#own.values()) if (value !== undefined) yield value;
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  forEach(call: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) call(value, key, this);
  }

  /** With half of the base overlaid, sharing it saves nothing any more. */
  #part(): void {
    if (this.#base.size === 0 || this.#own.size <= this.#base.size / 2) return;
    this.#own = new Map(this.entries());
    this.#base = new Map();
  }
}
