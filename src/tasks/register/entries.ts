import { compareText } from '../../kernel/ids.js';
import { compareVersions, type Version } from './version.js';

export interface Held {
  readonly version: Version;
  readonly value: unknown;
}

export interface Entry extends Held {
  readonly key: string;
}

/** What a replica has accepted of one register: of each key the highest version (register.md, rule 2). */
export class Entries {
  readonly #held = new Map<string, Held>();
  #order: string[] | undefined;

  get size(): number {
    return this.#held.size;
  }

  get(key: string): Held | undefined {
    return this.#held.get(key);
  }

  [Symbol.iterator](): IterableIterator<[string, Held]> {
    return this.#held.entries();
  }

  /** False where it is known already, or overtaken. */
  keep(key: string, version: Version, value: unknown): boolean {
    const held = this.#held.get(key);
    if (held && compareVersions(held.version, version) >= 0) return false;
    if (!held) this.#order = undefined;
    this.#held.set(key, { version, value });
    return true;
  }

  /** @returns the keys of what was dropped */
  drop(isVoid: (version: Version) => boolean = () => true): string[] {
    const dropped: string[] = [];
    for (const [key, { version }] of this.#held) if (isVoid(version)) dropped.push(key);
    for (const key of dropped) this.#held.delete(key);
    if (dropped.length > 0) this.#order = undefined;
    return dropped;
  }

  /** Up to `max` entries in the order of their keys; `next` is there where more follow it. */
  page(after: string | undefined, max: number): { readonly entries: Entry[]; readonly next?: string } {
    const order = (this.#order ??= [...this.#held.keys()].sort(compareText));
    const entries: Entry[] = [];
    for (let i = after === undefined ? 0 : firstAfter(order, after); i < order.length; i++) {
      const key = order[i] ?? '';
      const last = entries.at(-1);
      if (last && entries.length >= max) return { entries, next: last.key };
      const held = this.#held.get(key);
      if (held) entries.push({ key, version: held.version, value: held.value });
    }
    return { entries };
  }
}

function firstAfter(order: readonly string[], key: string): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareText(order[middle] ?? '', key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
