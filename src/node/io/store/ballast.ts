import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'ballast';

/** More than a start writes: a lock, the runner's directories, the first pages of the store. */
const BYTES = 2 ** 20;

/** Where less is free, room is for the store, which waits for it. */
const FREE_BYTES_MIN = 8 * BYTES;

const RETRY_MS = 60_000;

/**
 * Gives up the ballast of a former start where the disk is full, so that this start finds room: a daemon that cannot start
 * says nothing of why its flock lacks it, and frees nothing either.
 */
export function makeRoom(dir: string): void {
  if (freeBytes(dir) < BYTES) rmSync(join(dir, FILE), { force: true });
}

/** Keeps some bytes of the disk for the next start, as soon as there is room for them. Returns how to end that. */
export function keepBallast(dir: string): () => void {
  load(dir);
  const timer = setInterval(() => load(dir), RETRY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function load(dir: string): void {
  const path = join(dir, FILE);
  try {
    if (statSync(path, { throwIfNoEntry: false })?.size === BYTES || freeBytes(dir) < FREE_BYTES_MIN) return;
    writeFileSync(path, Buffer.alloc(BYTES), { mode: 0o600 });
  } catch {
    // Without it only a start on a full disk fails, and no part of it may take room from others.
    rmSync(path, { force: true });
  }
}

function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}
