import type { Entry, Put } from '../../src/kernel/effects.js';
import { MEMBERS_KEY } from '../../src/node/core/stored.js';
import type { Store, StoreHealth } from '../../src/node/core/ports.js';
import { copied } from './disk-values.js';
import type { World } from './world.js';

/** As the daemon's store. */
const KEY_LENGTH_MAX = 1_978;
const RETRY_MS = 1_000;

/** What a store needs of its disk. */
export interface Platter {
  get(key: string): unknown;
  range(prefix: string, options?: { readonly after?: string; readonly limit?: number }): readonly Entry[];
  /** Values that are bad. */
  readonly bad: number;
  /** How long a sync that begins now takes. */
  drawSyncMs(): number;
  /** Makes batches durable, or says why not. */
  sync(batches: readonly (readonly Put[])[]): Error | undefined;
}

interface Batch {
  readonly puts: readonly Put[];
  readonly done: (error?: Error) => void;
}

/**
 * The store of one process: batches are whole and durable in the order of their writing; those that come while a sync is
 * under way share the next one. As in the daemon, with a sync that fails so does all that waits, and the store refuses until
 * it has seen that the disk takes something again.
 */
export class SimStore implements Omit<Store, 'close'> {
  #waiting: Batch[] = [];
  #isSyncing = false;
  #state: 'open' | 'closed' | 'dead' = 'open';
  /** Why it refuses. */
  #failure: Error | undefined;
  #changed: () => void = () => undefined;
  #isHeard: () => boolean = () => true;

  constructor(
    private readonly world: World,
    private readonly disk: Platter,
  ) {}

  write(puts: readonly Put[], done: (error?: Error) => void): void {
    const error = this.#refusal(puts);
    if (error) return this.world.after(0, () => done(error));
    this.#waiting.push({ puts: puts.map(copyOf), done });
    if (!this.#isSyncing) this.#sync();
  }

  /** Writes without letting the world go on meanwhile: for what a process does before all else. */
  writeNow(puts: readonly Put[]): Error | undefined {
    return this.#refusal(puts) ?? this.disk.sync([puts.map(copyOf)]);
  }

  get(key: string): unknown {
    return this.disk.get(key);
  }

  range(prefix: string, options?: { readonly after?: string; readonly limit?: number }): readonly Entry[] {
    return this.disk.range(prefix, options);
  }

  health(): StoreHealth {
    const { bad } = this.disk;
    return this.#failure ? { isOk: false, reason: this.#failure.message, bad } : { isOk: true, bad };
  }

  /**
   * @param isHeard - whether the process knows by now that this refuses. A real store is part of its process and stands still
   *   with it: one that took a write before the process has heard what failed would make the later write durable, not the earlier
   */
  watch(changed: () => void, isHeard: () => boolean = () => true): void {
    this.#changed = changed;
    this.#isHeard = isHeard;
  }

  /** Finishes what was written, takes no more. */
  close(): void {
    if (this.#state === 'open') this.#state = 'closed';
  }

  /** Its process is gone: nothing is finished, nobody is told. */
  die(): void {
    this.#state = 'dead';
    this.#waiting = [];
  }

  #sync(): void {
    const batches = this.#waiting;
    this.#waiting = [];
    this.#isSyncing = true;
    this.world.after(this.disk.drawSyncMs(), () => {
      if (this.#state !== 'dead') this.#synced(batches);
    });
  }

  #synced(batches: readonly Batch[]): void {
    const failure = this.disk.sync(batches.map(({ puts }) => puts));
    const ended = failure ? [...batches, ...this.#waiting] : batches;
    if (failure) this.#refuse(failure);
    for (const { done } of ended) {
      if (this.#isDead()) return;
      done(failure);
    }
    this.#isSyncing = false;
    if (this.#waiting.length > 0) this.#sync();
  }

  #refuse(failure: Error): void {
    this.#waiting = [];
    this.#failure = failure;
    this.#changed();
    this.world.after(RETRY_MS, () => this.#retry());
  }

  #retry(): void {
    if (this.#state !== 'open') return;
    if (!this.#isHeard() || this.disk.sync([])) return this.world.after(RETRY_MS, () => this.#retry());
    this.#failure = undefined;
    this.#changed();
  }

  /** Whoever is told may die of it. */
  #isDead(): boolean {
    return this.#state === 'dead';
  }

  #refusal(puts: readonly Put[]): Error | undefined {
    if (this.#failure) return this.#failure;
    if (this.#state !== 'open') return new Error('the store is closed');
    const bad = puts.find(({ key }) => key === '' || key.length > KEY_LENGTH_MAX);
    return bad && new RangeError(`a key must have 1 to ${KEY_LENGTH_MAX} characters, not ${bad.key.length}`);
  }
}

/**
 * What a node writes is its own: it may change the object later. The states in a member list are the exception, by far the
 * largest values of a large flock, a thousand times the same: they are replaced, never changed.
 */
function copyOf({ key, value }: Put): Put {
  return { key, value: key === MEMBERS_KEY && Array.isArray(value) ? value.slice() : copied(value) };
}
