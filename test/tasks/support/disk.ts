import type { Put, StorePage } from '../../../src/kernel/effects.js';
import { readStored, type StoredState } from '../../../src/node/core/stored.js';

/** A disk whose writes become durable in order, one at a time; a crash loses those that are not. What is read is durable. */
export class Disk<Tag> {
  readonly #values = new Map<string, unknown>();
  #waiting: { readonly puts: readonly Put[]; readonly tag: Tag }[] = [];

  get isQuiet(): boolean {
    return this.#waiting.length === 0;
  }

  write(puts: readonly Put[], tag: Tag): void {
    this.#waiting.push({ puts: structuredClone(puts), tag });
  }

  /** Makes the oldest write durable. */
  sync(): Tag | undefined {
    const write = this.#waiting.shift();
    for (const { key, value } of write?.puts ?? []) {
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, value);
    }
    return write?.tag;
  }

  crash(): StoredState {
    this.#waiting = [];
    return readStored({ get: (key) => this.#values.get(key), range: (prefix) => this.range(prefix) });
  }

  range(prefix: string, { after, limit }: StorePage = { after: prefix, limit: Infinity }): Put[] {
    const keys = [...this.#values.keys()].filter((key) => key.startsWith(prefix)).sort();
    const page = keys.filter((key) => key === prefix || key > after).slice(0, limit);
    return page.map((key) => ({ key, value: structuredClone(this.#values.get(key)) }));
  }
}
