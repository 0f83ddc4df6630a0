import { Encoder } from 'cbor-x';
import { open, type RootDatabase } from 'lmdb';
import { chmod, mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError } from '../../kernel/errors.js';
import type { Put, Store } from '../core/ports.js';
import { CommitRhythm } from './commit-rhythm.js';

/** LMDB's bound for pages of 4 KiB. */
const KEY_BYTES_MAX = 1978;

/** `value` undefined: remove the key. */
interface RawPut {
  readonly key: Buffer;
  readonly value: Buffer | undefined;
}

interface Batch {
  readonly puts: readonly RawPut[];
  readonly done: (error?: Error) => void;
}

/** Opens the LMDB environment in `dir`, made where it is missing (directory 0700, files 0600). */
export async function openStore(dir: string): Promise<Store> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
  const options = {
    path: dir,
    noSubdir: false,
    encoding: 'binary' as const,
    keyEncoding: 'binary' as const,
    maxDbs: 1,
    // Unused halves of pages must not carry other memory of the daemon to disk.
    noMemInit: false,
    // A commit is then the fsync itself, and its failure is heard; see docs/adr/0005.
    overlappingSync: false,
    permissionsMode: 0o600,
  };
  return new LmdbStore(open<Buffer, Buffer>(options));
}

/**
 * Group commit: while one transaction is on its way to the disk, whatever else is written waits, and goes into the next
 * as one. Every batch is whole within its transaction, and transactions follow each other, so batches are durable in the
 * order in which they were written. `get` and `range` see what is durable, not what is on its way.
 */
class LmdbStore implements Store {
  readonly #db: RootDatabase<Buffer, Buffer>;
  readonly #cbor = new Encoder({ useRecords: false, tagUint8Array: false, variableMapSize: true });
  #waiting: Batch[] = [];
  #flushing: Promise<void> | undefined;
  readonly #rhythm = new CommitRhythm();
  #closed: Error | undefined;
  /** Why nothing can be written any more. After a failed fsync nobody knows what is on disk, so this never heals. */
  #broken: Error | undefined;

  constructor(db: RootDatabase<Buffer, Buffer>) {
    this.#db = db;
  }

  write(puts: readonly Put[], done: (error?: Error) => void): void {
    try {
      const ended = this.#broken ?? this.#closed;
      if (ended !== undefined) throw ended;
      this.#waiting.push({ puts: puts.map((put) => this.#raw(put)), done });
      this.#rhythm.written(performance.now());
    } catch (error) {
      queueMicrotask(() => done(asError(error)));
      return;
    }
    this.#flushing ??= this.#flush();
  }

  get(key: string): unknown {
    const value = this.#db.get(Buffer.from(key));
    return value === undefined ? undefined : this.#cbor.decode(value);
  }

  range(prefix: string, options: { readonly after?: string; readonly limit?: number } = {}): readonly Put[] {
    const from = Buffer.from(prefix);
    const after = options.after === undefined ? undefined : Buffer.from(options.after);
    const beyond = after !== undefined && Buffer.compare(after, from) >= 0;
    const end = endOfPrefix(from);
    const entries = this.#db.getRange({
      start: beyond ? Buffer.concat([after, Buffer.of(0)]) : from,
      ...(end && { end }),
      ...(options.limit !== undefined && { limit: options.limit }),
    });
    return Array.from(entries, ({ key, value }) => ({
      key: key.toString(),
      value: this.#cbor.decode(value) as unknown,
    }));
  }

  async close(): Promise<void> {
    this.#closed ??= new CoveyError('unavailable', 'the store is closed');
    await this.#flushing;
    await this.#db.close();
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
      for (const { done } of batches) queueMicrotask(() => done(error));
    }
    this.#flushing = undefined;
  }

  async #commit(batches: readonly Batch[]): Promise<Error | undefined> {
    if (this.#broken !== undefined) return this.#broken;
    try {
      const committed = this.#db.batch(() => {
        for (const { puts } of batches) for (const { key, value } of puts) this.#apply(key, value);
      });
      await committed;
      await this.#db.flushed;
      return undefined;
    } catch (error) {
      this.#broken = new CoveyError(
        'unavailable',
        `the store cannot write: ${asError(error).message}`,
        'check the disk of the data directory, then restart the daemon',
      );
      return this.#broken;
    }
  }

  /** Its own promise fails with that of the batch, which is the one that is looked at. */
  #apply(key: Buffer, value: Buffer | undefined): void {
    const applied = value === undefined ? this.#db.remove(key) : this.#db.put(key, value);
    applied.catch(() => undefined);
  }

  #raw({ key, value }: Put): RawPut {
    const bytes = Buffer.from(key);
    if (bytes.length === 0 || bytes.length > KEY_BYTES_MAX) {
      throw new RangeError(`a key must have 1 to ${KEY_BYTES_MAX} bytes, not ${bytes.length}`);
    }
    return { key: bytes, value: value === undefined ? undefined : this.#cbor.encode(value) };
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

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
