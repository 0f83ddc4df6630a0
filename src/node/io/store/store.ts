import { Encoder } from 'cbor-x';
import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError } from '../../../kernel/errors.js';
import type { Entry, Put, Store, StoreHealth } from '../../core/ports.js';
import { CommitRhythm } from './commit-rhythm.js';
import type { Environment, RawPut } from './environment.js';
import { FORMAT_KEY } from './format.js';
import { PROBE_KEY, Recovery } from './recovery.js';
import { seal, unseal } from './sealed.js';

/** LMDB's bound for pages of 4 KiB. */
const KEY_BYTES_MAX = 1978;

/** The store's own keys, which no reader sees. */
const OWN_KEYS: readonly string[] = [FORMAT_KEY, PROBE_KEY];

interface Batch {
  readonly puts: readonly RawPut[];
  readonly done: (error?: Error) => void;
}

/**
 * Group commit: while one transaction is on its way to the disk, whatever else is written waits, and goes into the next
 * as one. Every batch is whole within its transaction, and transactions follow each other, so batches are durable in the
 * order in which they were written. `get` and `range` see what is durable, not what is on its way.
 *
 * With a transaction that fails so does all that waits behind it: part of it may have been meant to stand on the failed one.
 */
export class DurableStore implements Store {
  readonly #cbor = new Encoder({ useRecords: false, tagUint8Array: false, variableMapSize: true });
  readonly #rhythm = new CommitRhythm();
  readonly #recovery: Recovery;
  readonly #bad = new Set<string>();
  readonly #everBad = new Set<string>();
  #waiting: Batch[] = [];
  #flushing: Promise<void> | undefined;
  #closed: Error | undefined;
  /** Why it refuses. */
  #reason: string | undefined;
  #changed: () => void = () => undefined;

  /** @param reopen - opens the environment once more, after the one in use was closed */
  constructor(env: Environment, dir: string, reopen: () => Environment) {
    this.#recovery = new Recovery(env, dir, reopen);
  }

  write(puts: readonly Put[], done: (error?: Error) => void): void {
    try {
      const refusal = this.#closed ?? this.#refusal();
      if (refusal !== undefined) throw refusal;
      this.#waiting.push({ puts: puts.map((put) => this.#raw(put)), done });
      this.#rhythm.written(performance.now());
    } catch (error) {
      queueMicrotask(() => done(asError(error)));
      return;
    }
    this.#flushing ??= this.#flush();
  }

  get(key: string): unknown {
    const bytes = Buffer.from(key);
    const sealed = this.#env.get(bytes);
    const entry = sealed && this.#entry(bytes, sealed);
    return entry?.value;
  }

  range(prefix: string, options: { readonly after?: string; readonly limit?: number } = {}): readonly Entry[] {
    const { after = prefix, limit = Infinity } = options;
    const [from, above] = [Buffer.from(prefix), Buffer.from(after)];
    const start = Buffer.compare(above, from) > 0 ? above : from;
    const found: Entry[] = [];
    for (const { key, value } of this.#env.range(start, endOfPrefix(from))) {
      if (found.length >= limit) break;
      const entry = this.#entry(key, value);
      if (entry.key !== options.after && !OWN_KEYS.includes(entry.key)) found.push(entry);
    }
    return found;
  }

  health(): StoreHealth {
    const bad = this.#bad.size;
    return this.#reason === undefined ? { isOk: true, bad } : { isOk: false, reason: this.#reason, bad };
  }

  /** Bad values that were met since it was opened, also those that were removed or made good since, each key once. */
  get everBad(): number {
    return this.#everBad.size;
  }

  watch(changed: () => void): void {
    this.#changed = changed;
  }

  async close(): Promise<void> {
    this.#closed ??= new CoveyError('unavailable', 'the store is closed');
    await this.#flushing;
    await this.#recovery.close();
  }

  get #env(): Environment {
    return this.#recovery.env;
  }

  async #flush(): Promise<void> {
    // What else is written in this turn of the loop comes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const pauseMs = this.#rhythm.pauseMs(performance.now());
      if (pauseMs > 0 && this.#closed === undefined) await pause(pauseMs);
      this.#rhythm.committed(performance.now());
      const batches = this.#waiting;
      this.#waiting = [];
      const error = await this.#commit(batches);
      if (error) this.#fail(error, batches);
      else for (const { done } of batches) queueMicrotask(() => done());
    }
    this.#flushing = undefined;
  }

  async #commit(batches: readonly Batch[]): Promise<Error | undefined> {
    try {
      await this.#env.commit(batches.flatMap(({ puts }) => puts));
      if (this.#bad.size > 0)
        for (const { puts } of batches) for (const { key } of puts) this.#bad.delete(key.toString());
      return undefined;
    } catch (error) {
      return asError(error);
    }
  }

  #fail(error: Error, batches: readonly Batch[]): void {
    const failed = [...batches, ...this.#waiting];
    this.#waiting = [];
    this.#setReason(reasonOf(error));
    const refusal = this.#refusal();
    for (const { done } of failed) done(refusal);
    void this.#recovery.run().then(() => this.#setReason(undefined));
  }

  #setReason(reason: string | undefined): void {
    if (this.#closed) return;
    this.#reason = reason;
    this.#changed();
  }

  #refusal(): CoveyError | undefined {
    if (this.#reason === undefined) return undefined;
    const hint = 'free space on the disk of the data directory, or mend it: the store goes on by itself';
    return new CoveyError('unavailable', `the store cannot write: ${this.#reason}`, hint);
  }

  #entry(bytes: Buffer, sealed: Buffer): Entry {
    const key = bytes.toString();
    try {
      const value = unseal(bytes, sealed);
      if (value !== undefined) return { key, value: this.#cbor.decode(value) as unknown };
    } catch {
      // What no codec of ours wrote is as bad as what has another checksum.
    }
    if (!OWN_KEYS.includes(key)) {
      this.#bad.add(key);
      this.#everBad.add(key);
    }
    return { key, isBad: true };
  }

  #raw({ key, value }: Put): RawPut {
    const bytes = Buffer.from(key);
    if (bytes.length === 0 || bytes.length > KEY_BYTES_MAX) {
      throw new RangeError(`a key must have 1 to ${KEY_BYTES_MAX} bytes, not ${bytes.length}`);
    }
    return { key: bytes, value: value === undefined ? undefined : seal(bytes, this.#cbor.encode(value)) };
  }
}

/** The least key above all keys with this prefix. A byte of UTF-8 is never 0xff, so adding one is enough. */
function endOfPrefix(prefix: Buffer): Buffer | undefined {
  const last = prefix.at(-1);
  if (last === undefined) return undefined;
  const end = Buffer.from(prefix);
  end[end.length - 1] = last + 1;
  return end;
}

/** `No space left on device: Attempting to write page at …` is said in its first part. */
function reasonOf({ message }: Error): string {
  const [what = message] = message.split(': ');
  return what.charAt(0).toLowerCase() + what.slice(1);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
