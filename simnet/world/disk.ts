import type { Entry, Put } from '../../src/kernel/effects.js';
import type { Prng } from '../../src/kernel/prng.js';
import { compareUtf8, copied } from './disk-values.js';
import { SimStore, type Platter } from './disk-store.js';
import type { World } from './world.js';

/** How long one sync takes: uniform from `lowMs` to `highMs`, but for a part that takes up to `slowMs`. */
export interface SyncTimes {
  readonly lowMs: number;
  readonly highMs: number;
  readonly slowRate: number;
  readonly slowMs: number;
}

/** A common SSD: about a millisecond, now and then ten. */
export const SSD: SyncTimes = { lowMs: 0.5, highMs: 1.5, slowRate: 0.01, slowMs: 10 };

export type DiskFailure = 'failing-fsync' | 'disk-full';

/** A machine's disk, which outlives the processes on it: what a process had not yet synced when it died never was. */
export class Disk implements Platter {
  /** May be changed while the world runs. */
  syncTimes: SyncTimes;
  /** Set while no sync succeeds. */
  failure: DiskFailure | undefined;
  readonly #entries = new Map<string, unknown>();
  /** All keys in order, made when somebody asks. */
  #keys: readonly string[] | undefined;
  #store: SimStore | undefined;
  #hasLied = false;
  /** What the last sync changed, each key with what it held before, once it is known that the sync will not have been. */
  #undo: (readonly [key: string, before: unknown])[] | undefined;
  #flips = 0;

  /** @param onDurable - looks at each put before it takes the place of the former value */
  constructor(
    private readonly world: World,
    private readonly prng: Prng,
    private readonly onDurable: (put: Put, before: unknown) => void = () => undefined,
    syncTimes: SyncTimes = SSD,
  ) {
    this.syncTimes = syncTimes;
  }

  /** Something that it said was durable is gone or damaged, or will be. */
  get hasLied(): boolean {
    return this.#hasLied;
  }

  /** The store of a new process; the former is dead, as after `crash`. */
  open(): SimStore {
    this.crash();
    return (this.#store = new SimStore(this.world, this));
  }

  /** The process is gone; what it had not synced is too, and the damage shows that was announced. */
  crash(): void {
    this.#store?.die();
    this.#store = undefined;
    for (const [key, before] of this.#undo?.reverse() ?? []) this.#set(key, before);
    this.#undo = undefined;
    for (; this.#flips > 0; this.#flips--) this.#damage();
  }

  get(key: string): unknown {
    const value = this.#entries.get(key);
    return value === BAD ? undefined : copied(value);
  }

  get bad(): number {
    return [...this.#entries.values()].filter((value) => value === BAD).length;
  }

  range(prefix: string, options: { readonly after?: string; readonly limit?: number } = {}): Entry[] {
    this.#keys ??= [...this.#entries.keys()].sort(compareUtf8);
    const { after = prefix, limit = Infinity } = options;
    const found: Entry[] = [];
    for (
      let i = firstNotBefore(this.#keys, compareUtf8(after, prefix) > 0 ? after : prefix);
      found.length < limit;
      i++
    ) {
      const key = this.#keys[i];
      if (!key?.startsWith(prefix)) break;
      if (key === options.after) continue;
      const value = this.#entries.get(key);
      found.push(value === BAD ? { key, isBad: true } : { key, value: copied(value) });
    }
    return found;
  }

  drawSyncMs(): number {
    const { lowMs, highMs, slowRate, slowMs } = this.syncTimes;
    const topMs = slowRate > 0 && this.prng.chance(slowRate) ? slowMs : highMs;
    return lowMs + (topMs - lowMs) * this.prng.float();
  }

  sync(batches: readonly (readonly Put[])[]): Error | undefined {
    if (this.failure === 'disk-full') return new Error('no space left on device');
    if (this.failure === 'failing-fsync') return new Error('fsync: input/output error');
    if (this.#undo) this.#undo = [];
    for (const puts of batches) for (const put of puts) this.#apply(put);
    return undefined;
  }

  /** The sync before the next crash turns out never to have been: the disk said so too early. */
  tearTail(): void {
    this.#undo ??= [];
    this.#hasLied = true;
  }

  /** The checksum of one value more does not fit after the next crash. */
  flipBit(): void {
    this.#flips += 1;
    this.#hasLied = true;
  }

  #apply(put: Put): void {
    const before = this.#entries.get(put.key);
    this.onDurable(put, before === BAD ? undefined : before);
    this.#undo?.push([put.key, before]);
    this.#set(put.key, put.value);
  }

  #set(key: string, value: unknown): void {
    if (this.#entries.has(key) !== (value !== undefined)) this.#keys = undefined;
    if (value === undefined) this.#entries.delete(key);
    else this.#entries.set(key, value);
  }

  #damage(): void {
    const key = this.prng.pick([...this.#entries.keys()]);
    if (key !== undefined) this.#set(key, BAD);
  }
}

/** What a checksum makes of a damaged value. */
const BAD = Symbol('bad');

/** The place of the first key that is not before `wanted`. */
function firstNotBefore(keys: readonly string[], wanted: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareUtf8(keys[middle] ?? '', wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
