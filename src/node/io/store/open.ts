import { chmod, mkdir, rename, statfs } from 'node:fs/promises';
import { CoveyError } from '../../../kernel/errors.js';
import type { Store } from '../../core/ports.js';
import { LOST_KEY } from '../../core/stored.js';
import { openLmdb, type Environment } from './environment.js';
import { FORMAT, FORMAT_KEY, migration, parseFormat, refuseNewer } from './format.js';
import { DurableStore } from './store.js';
import { verifyStore, type Verdict } from './verify.js';

export interface OpenedStore {
  readonly store: Store;
  /** Things were stored here that are gone, nobody knows which; `LOST_KEY` says so in the store too, until it is removed. */
  readonly loss: boolean;
  /** How many bad values were met since, also those that were removed or made good: a disk that did it once may do it again. */
  readonly everBad: () => number;
  /** Where the former store was put, whose file could not be read. */
  readonly aside?: string;
}

export interface StoreOptions {
  /** The version of covey that opens it. */
  readonly version: string;
  /** This node has started before: where nothing is stored, it is lost. @default false */
  readonly hasStarted?: boolean;
  /** Told in one line what was wrong and what became of it. */
  readonly warn?: (message: string) => void;
  /** Of `verifyStore`, where that was begun earlier. */
  readonly verdict?: Promise<Verdict>;
  /** In place of LMDB: for tests of what a disk may do. */
  readonly open?: (dir: string) => Environment;
}

/** Below this a process that reads the store may die of the disk, not of the store. */
const FREE_BYTES_MIN = 256 * 1024;

/**
 * Opens the store in `dir`, made where it is missing (directory 0700, files 0600), brought to today's format where it has an
 * older one. One that cannot be read is put aside as a whole, and an empty one takes its place.
 *
 * @throws CoveyError `failed` where a later version wrote it, and nothing is changed
 */
export async function openStore(dir: string, options: StoreOptions): Promise<OpenedStore> {
  const { version, hasStarted = false, warn = () => undefined, open = openLmdb } = options;
  const verdict = await (options.verdict ?? verifyStore(dir, FORMAT_KEY));
  const aside = verdict.kind === 'broken' ? await putAside(dir, verdict.reason ?? '', warn) : undefined;
  const isEmpty = verdict.kind !== 'sound';
  const found = parseFormat(verdict.format, isEmpty);
  refuseNewer(found, dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
  const env = open(dir);
  const badKeys = verdict.badKeys.map((hex) => Buffer.from(hex, 'hex'));
  const isNew = isEmpty || firstKey(env) === undefined;
  const lost = badKeys.length > 0 || aside !== undefined || (isNew && hasStarted);
  if (badKeys.length > 0) warn(`${badKeys.length} keys in ${dir} are damaged: what they were is not known`);
  const store = new DurableStore(env, dir, () => open(dir));
  try {
    if (isNew || found.format < FORMAT) await env.commit(migration(env, found.format, version));
    if (badKeys.length > 0) await env.commit(badKeys.map((key) => ({ key, value: undefined })));
    if (lost) await written(store);
  } catch (error) {
    await store.close();
    const { message } = error as Error;
    throw new CoveyError('unavailable', `the store in ${dir} cannot be prepared: ${message}`, 'see to its disk');
  }
  const loss = store.get(LOST_KEY) !== undefined;
  return { store, loss, everBad: () => store.everBad, ...(aside === undefined ? {} : { aside }) };
}

/** @throws CoveyError `unavailable` where there is no room: it may be sound, and reading it die of that */
async function putAside(dir: string, reason: string, warn: (message: string) => void): Promise<string> {
  const { bavail, bsize } = await statfs(dir);
  if (bavail * bsize < FREE_BYTES_MIN) {
    const hint = 'free space on its disk; nothing was changed';
    throw new CoveyError('unavailable', `the store in ${dir} cannot be read (${reason}), and its disk is full`, hint);
  }
  const aside = `${dir}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  await rename(dir, aside);
  warn(
    `the store in ${dir} cannot be read (${reason}): it is kept as ${aside}, and this node starts with an empty one`,
  );
  return aside;
}

function firstKey(env: Environment): Buffer | undefined {
  for (const { key } of env.range(Buffer.of(0))) return key;
  return undefined;
}

function written(store: Store): Promise<void> {
  return new Promise((resolve, reject) => {
    store.write([{ key: LOST_KEY, value: true }], (error) => (error ? reject(error) : resolve()));
  });
}
