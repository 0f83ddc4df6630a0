import { compareText } from '../../kernel/ids.js';
import { Page, type PageBounds } from './page.js';
import { compareVersions, type Version } from './version.js';

export interface Held {
  readonly version: Version;
  readonly value: unknown;
}

export interface Entry extends Held {
  readonly key: string;
}

/** In place of what memory does not hold; nothing is ever added to it. */
const NONE = new Map<never, never>();

/** What a replica has accepted of one register: of each key the highest version (register.md, rule 2). */
export class Entries {
  #held: Map<string, Held> = NONE;
  #order: string[] | undefined;
  /** Of what memory has let go of, where replicas are still compared by it. */
  #sum: number | undefined;

  get size(): number {
    return this.#held.size;
  }

  get(key: string): Held | undefined {
    return this.#held.get(key);
  }

  [Symbol.iterator](): IterableIterator<[string, Held]> {
    return this.#held.entries();
  }

  /** Stands for all keys and versions: two replicas with the same have the same entries, but for a chance of 2^-48. */
  get sum(): number {
    if (this.#sum !== undefined) return this.#sum;
    let sum = 0;
    for (const [key, { version }] of this.#held) sum = (sum + hashOf(key, version)) % SUM_MAX;
    return sum;
  }

  /** False where it is known already, or overtaken. */
  keep(key: string, version: Version, value: unknown): boolean {
    const held = this.#held.get(key);
    if (held && compareVersions(held.version, version) >= 0) return false;
    if (!held) this.#order = undefined;
    if (this.#held === NONE) this.#held = new Map();
    this.#held.set(key, { version, value });
    this.#sum = undefined;
    return true;
  }

  /** Lets go of what memory holds, but for the sum; the store keeps it. */
  evict(): void {
    this.#sum = this.sum;
    this.#held = NONE;
    this.#order = undefined;
  }

  /** @returns the keys of what was dropped */
  drop(isVoid: (version: Version) => boolean = () => true): string[] {
    const dropped: string[] = [];
    for (const [key, { version }] of this.#held) if (isVoid(version)) dropped.push(key);
    for (const key of dropped) this.#held.delete(key);
    if (dropped.length === 0) return dropped;
    this.#order = undefined;
    this.#sum = undefined;
    return dropped;
  }

  /** The entries that one message takes, in the order of their keys; `next` is there where more follow it. */
  page(after: string | undefined, bounds: PageBounds): { readonly entries: Entry[]; readonly next?: string } {
    const order = (this.#order ??= [...this.#held.keys()].sort(compareText));
    const entries: Entry[] = [];
    const page = new Page(bounds);
    for (let i = after === undefined ? 0 : firstAfter(order, after); i < order.length; i++) {
      const key = order[i] ?? '';
      const held = this.#held.get(key);
      if (!held) continue;
      const last = entries.at(-1);
      if (!page.takes(held.value) && last) return { entries, next: last.key };
      entries.push({ key, version: held.version, value: held.value });
    }
    return { entries };
  }
}

const SUM_MAX = 2 ** 48;

/** FNV-1a over the key, then the version, in two halves that together make 48 bits. */
function hashOf(key: string, { generation, n, seq }: Version): number {
  let a = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) a = Math.imul(a ^ key.charCodeAt(i), 0x01000193);
  for (const part of [generation, n, seq]) a = Math.imul(a ^ part, 0x01000193);
  const b = Math.imul(a ^ (a >>> 15), 0x85ebca6b) ^ seq;
  return (a >>> 0) * 2 ** 16 + ((b >>> 0) & 0xffff);
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
