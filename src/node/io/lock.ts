import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoveyError } from '../../kernel/errors.js';
import { isAlive, thisProcess, type ProcessId } from './process-id.js';

const FILE = 'daemon.lock';
const TOKEN = /^[0-9a-f-]{36}$/;

export interface DirectoryLock {
  /** Lets another daemon have the directory. */
  release(): void;
}

interface Holder extends ProcessId {
  /** Tells one taking of the lock from every other. */
  readonly token: string;
}

/**
 * Takes a data directory, which is there, for this process alone. The lock of a process that has
 * ended, by kill -9 too, is taken over at once, by exactly one of those who try.
 *
 * @throws CoveyError `held`
 */
export function acquireLock(dir: string): DirectoryLock {
  const path = join(dir, FILE);
  const me: Holder = { ...thisProcess(), token: randomUUID() };
  const rival = take(path, me);
  if (rival !== undefined) {
    throw new CoveyError(
      'held',
      `data directory ${dir} is held by another daemon (pid ${rival.pid})`,
      'stop it with `covey leave`, or choose another directory with --data',
    );
  }
  return { release: () => drop(path, me) };
}

/**
 * Links a finished file into place, which only one can do. A dead holder X may be replaced only by who holds the lock
 * `<path>.<X>`, taken in this very way, and who then still finds X in place: so a slow rival that saw X too cannot remove
 * the lock of the one that was faster.
 *
 * @returns the live holder, or undefined where `me` has it now
 */
function take(path: string, me: Holder): Holder | undefined {
  const draft = `${path}-${me.token}`;
  try {
    writeFileSync(draft, JSON.stringify(me), { mode: 0o600 });
    for (;;) {
      if (linked(draft, path)) return undefined;
      const holder = read(path);
      if (holder === 'gone') continue;
      if (holder !== 'damaged' && isAlive(holder)) return holder;
      const right = `${path}.${tokenOf(holder)}`;
      const rival = take(right, me);
      if (rival !== undefined) return rival;
      const still = read(path);
      const replaced = still !== 'gone' && tokenOf(still) === tokenOf(holder);
      if (replaced) renameSync(draft, path);
      drop(right, me);
      if (replaced) return undefined;
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

function tokenOf(holder: Holder | 'damaged'): string {
  return holder === 'damaged' ? holder : holder.token;
}

function read(path: string): Holder | 'gone' | 'damaged' {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return 'gone';
  }
  try {
    const { pid, startedAt, token } = JSON.parse(text) as Partial<Holder>;
    if (typeof pid !== 'number' || typeof startedAt !== 'string' || typeof token !== 'string') return 'damaged';
    return TOKEN.test(token) ? { pid, startedAt, token } : 'damaged';
  } catch {
    return 'damaged';
  }
}

function drop(path: string, me: Holder): void {
  const holder = read(path);
  if (holder !== 'gone' && holder !== 'damaged' && holder.token === me.token) rmSync(path, { force: true });
}
