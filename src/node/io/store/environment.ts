import { open, type RootDatabase } from 'lmdb';

/** `value` undefined: remove the key. */
export interface RawPut {
  readonly key: Buffer;
  readonly value: Buffer | undefined;
}

export interface RawEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** An open map of bytes to bytes on disk. */
export interface Environment {
  get(key: Buffer): Buffer | undefined;
  /** In the order of the keys' bytes. */
  range(start: Buffer, end?: Buffer): Iterable<RawEntry>;
  /** One transaction, on disk (fsynced) when it resolves. */
  commit(puts: readonly RawPut[]): Promise<void>;
  close(): Promise<void>;
}

/** The LMDB environment in `dir`, which is there; its files are 0600. */
export function openLmdb(dir: string): Environment {
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
    // Batches are ours; lmdb-js's own leave a promise behind that nobody can see, and whose rejection ends the process.
    eventTurnBatching: false,
    permissionsMode: 0o600,
  };
  const db = open<Buffer, Buffer>(options);
  return {
    get: (key) => db.get(key),
    range: (start, end) => db.getRange({ start, ...(end && { end }) }),
    commit: (puts) => commit(db, puts),
    close: () => db.close(),
  };
}

async function commit(db: RootDatabase<Buffer, Buffer>, puts: readonly RawPut[]): Promise<void> {
  try {
    await db.batch(() => {
      for (const { key, value } of puts) {
        const applied = value === undefined ? db.remove(key) : db.put(key, value);
        // It fails with the batch, which is the one that is looked at.
        applied.catch(() => undefined);
      }
    });
    await db.flushed;
  } catch (error) {
    throw await causeOf(error);
  }
}

/** lmdb-js gives the reason as a promise beside the error, and it must be looked at. */
function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<never> };
  return commitError === undefined
    ? Promise.resolve(error)
    : commitError.then(
        () => error,
        (cause: unknown) => cause,
      );
}
