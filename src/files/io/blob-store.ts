import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync, statSync, type ReadStream } from 'node:fs';
import { chmod, copyFile, open, readFile, rename, rm, utimes } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { CoveyError } from '../../kernel/errors.js';
import { hashFile, hashOf } from './hashing.js';

export interface BlobStoreOptions {
  readonly dir: string;
  /** Of all blobs. Beyond it those are dropped that were used longest ago, none that was used within `keepMs`. */
  readonly bytesMax: number;
  readonly keepMs: number;
  readonly now?: () => number;
}

interface Held {
  readonly bytes: number;
  usedAtMs: number;
}

/** Blobs under the data directory, each in a file named by its SHA-256, written whole or not at all. */
export class BlobStore {
  readonly #held = new Map<string, Held>();
  #bytes = 0;
  readonly #now: () => number;

  /** Finds what is there; half of what a former daemon was writing is removed. */
  constructor(private readonly options: BlobStoreOptions) {
    this.#now = options.now ?? Date.now;
    rmSync(join(options.dir, 'tmp'), { recursive: true, force: true });
    mkdirSync(join(options.dir, 'tmp'), { recursive: true, mode: 0o700 });
    const found = readdirSync(options.dir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const stats = found.map(({ name, parentPath }) => ({ name, ...statOf(join(parentPath, name)) }));
    for (const { name, bytes, usedAtMs } of stats.sort((a, b) => a.usedAtMs - b.usedAtMs)) {
      this.#held.set(name, { bytes, usedAtMs });
      this.#bytes += bytes;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  has(hash: string): boolean {
    return this.#held.has(hash);
  }

  /** Whether it is here, and was used so lately that it is not dropped for want of room. */
  isInUse(hash: string): boolean {
    const held = this.#held.get(hash);
    return held !== undefined && this.#now() - held.usedAtMs < this.options.keepMs;
  }

  /** Those that are not here. Whoever asks will do without sending the others again, so these count as used. */
  missing(hashes: readonly string[]): string[] {
    for (const hash of hashes) {
      const held = this.#held.get(hash);
      if (held && this.#now() - held.usedAtMs >= this.options.keepMs * TOUCHED_AFTER) void this.#touch(hash);
    }
    return hashes.filter((hash) => !this.has(hash));
  }

  /**
   * Takes a blob in, and syncs it.
   *
   * @throws CoveyError `usage` where the bytes have another hash, `too-large` or `busy` where there is no room
   */
  async put(hash: string, source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    if (this.has(hash)) return this.#touch(hash);
    const tmp = this.#tmp();
    const digest = createHash('sha256');
    let bytes = 0;
    try {
      const file = await open(tmp, 'wx', 0o600);
      try {
        for await (const chunk of source) {
          bytes += chunk.length;
          this.#makeRoom(bytes);
          digest.update(chunk);
          // All of it, where one write might take less.
          await file.writeFile(chunk);
        }
        await file.sync();
      } finally {
        await file.close();
      }
      const found = digest.digest('hex');
      if (found !== hash) throw new CoveyError('usage', `these bytes are not blob ${hash}: their SHA-256 is ${found}`);
      await this.#adopt(tmp, hash, bytes);
    } catch (error) {
      await rm(tmp, { force: true });
      throw asNoRoom(error);
    }
  }

  /** Takes a copy of a file in. @returns its hash */
  async putFile(path: string): Promise<{ readonly hash: string; readonly bytes: number }> {
    const tmp = this.#tmp();
    try {
      await copyFile(path, tmp, constants.COPYFILE_FICLONE);
      const hash = await hashFile(tmp);
      const { bytes } = statOf(tmp);
      if (this.has(hash)) {
        await rm(tmp, { force: true });
        await this.#touch(hash);
        return { hash, bytes };
      }
      this.#makeRoom(bytes);
      const file = await open(tmp, 'r+');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#adopt(tmp, hash, bytes);
      return { hash, bytes };
    } catch (error) {
      await rm(tmp, { force: true });
      throw asNoRoom(error);
    }
  }

  /** @returns undefined where it is not here, or not what it was any more: then it is dropped */
  async read(hash: string): Promise<Uint8Array | undefined> {
    if (!this.has(hash)) return undefined;
    const bytes = await readFile(this.#path(hash)).catch(() => undefined);
    if (bytes !== undefined && hashOf(bytes) === hash) {
      await this.#touch(hash);
      return bytes;
    }
    await this.drop(hash);
    return undefined;
  }

  /** Whether it is here, and what it was; else it is dropped. */
  async isSound(hash: string): Promise<boolean> {
    if (!this.has(hash)) return false;
    if ((await hashFile(this.#path(hash)).catch(() => undefined)) === hash) return true;
    await this.drop(hash);
    return false;
  }

  /** As it is on the disk; whoever takes it compares its hash. */
  open(hash: string): { readonly bytes: number; readonly read: () => ReadStream } | undefined {
    const held = this.#held.get(hash);
    if (!held) return undefined;
    held.usedAtMs = this.#now();
    // Opened by whoever reads it, who closes it whatever comes between.
    return { bytes: held.bytes, read: () => createReadStream(this.#path(hash), { highWaterMark: 2 ** 18 }) };
  }

  /**
   * Copies a blob to a path.
   *
   * @returns false where it is not here, or not what it was any more: then it is dropped
   */
  async copy(hash: string, to: string, mode: number): Promise<boolean> {
    if (!this.has(hash)) return false;
    try {
      await copyFile(this.#path(hash), to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      await chmod(to, mode);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await this.drop(hash);
      return false;
    }
    if ((await hashFile(to)) === hash) {
      await this.#touch(hash);
      return true;
    }
    await rm(to, { force: true });
    await this.drop(hash);
    return false;
  }

  async drop(hash: string): Promise<void> {
    const held = this.#held.get(hash);
    if (!held) return;
    this.#held.delete(hash);
    this.#bytes -= held.bytes;
    await rm(this.#path(hash), { force: true });
  }

  #path(hash: string): string {
    return join(this.options.dir, hash.slice(0, 2), hash);
  }

  #tmp(): string {
    return join(this.options.dir, 'tmp', randomUUID());
  }

  async #adopt(tmp: string, hash: string, bytes: number): Promise<void> {
    mkdirSync(join(this.options.dir, hash.slice(0, 2)), { recursive: true, mode: 0o700 });
    await rename(tmp, this.#path(hash));
    if (!this.has(hash)) this.#bytes += bytes;
    this.#held.set(hash, { bytes, usedAtMs: this.#now() });
  }

  /** Used just now: the last to be dropped. The file remembers it for the next start. */
  async #touch(hash: string): Promise<void> {
    const held = this.#held.get(hash);
    if (!held) return;
    this.#held.delete(hash);
    this.#held.set(hash, held);
    held.usedAtMs = this.#now();
    await utimes(this.#path(hash), new Date(held.usedAtMs), new Date(held.usedAtMs)).catch(() => undefined);
  }

  #makeRoom(bytes: number): void {
    const { bytesMax, keepMs } = this.options;
    if (bytes > bytesMax) {
      throw new CoveyError('too-large', `a file has more bytes than all files may have here, ${bytesMax}`, HINT);
    }
    for (const [hash, { usedAtMs }] of this.#held) {
      if (this.#bytes + bytes <= bytesMax) return;
      if (this.#now() - usedAtMs >= keepMs) void this.drop(hash);
    }
    if (this.#bytes + bytes <= bytesMax) return;
    throw new CoveyError('busy', 'the files that are kept here leave no room for more', HINT);
  }
}

/** As a part of the time for which a blob is kept: one that was used of late is not noted again for a question. */
const TOUCHED_AFTER = 0.1;

const HINT = 'give the daemon more by covey up --file-cache';

function statOf(path: string): { readonly bytes: number; readonly usedAtMs: number } {
  const { size, mtimeMs } = statSync(path);
  return { bytes: size, usedAtMs: mtimeMs };
}

function asNoRoom(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new CoveyError('unavailable', 'the disk of this node is full', 'ask another node');
}
