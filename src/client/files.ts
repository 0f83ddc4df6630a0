import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MissingBlobs } from '../api/schema.js';
import { hashFile, hashOf } from '../files/io/hashing.js';
import { readTree, uploaded, type Found } from '../files/io/tree.js';
import { decodeManifest, encodeManifest, type FileEntry, type Manifest } from '../files/manifest.js';
import { CoveyError } from '../kernel/errors.js';
import { inLanes } from '../files/io/lanes.js';
import { call } from './calling.js';
import { withQuery } from './paths.js';
import type { Peers } from './peers.js';
import { answered, unanswered } from './problems.js';

const ANSWER_MS = 60_000;
/** A large file takes its time to the disk, and from one node to another. */
const BLOB_MS = 600_000;
const AT_A_TIME = 8;

/** Files for tasks, and files that tasks left. A tree of them is named by the hash of its list. */
export class FlockFiles {
  readonly #peers: Peers;

  constructor(peers: Peers) {
    this.#peers = peers;
  }

  /**
   * Uploads the files under a directory, as far as the daemon has them not: what `submit` takes as `upload`. A .coveyignore at its top
   * leaves some out.
   *
   * @throws CoveyError `usage` where a link leads out of the directory, or a file cannot be read
   */
  async upload(dir: string): Promise<string> {
    const { files: found, links } = await readTree(dir, await uploaded(dir));
    const hashes = await Hashes.open(resolve(dir));
    const files: FileEntry[] = [];
    for (const one of found) {
      const hash = await hashes.of(join(dir, one.path), one).catch((error: unknown) => {
        throw new CoveyError('usage', `${one.path} cannot be read: ${(error as Error).message}`, 'see .coveyignore');
      });
      files.push({ path: one.path, executable: one.executable, bytes: one.bytes, hash });
    }
    await hashes.save();
    const list = Buffer.from(encodeManifest({ files, links }));
    const tree = hashOf(list);
    const paths = new Map(files.map(({ hash, path }) => [hash, join(dir, path)]));
    const body = { hashes: [...paths.keys(), tree] };
    const { missing } = await this.#ask<MissingBlobs>({ method: 'POST', path: '/v1/blobs/missing', body });
    await inLanes(missing, AT_A_TIME, async (hash) => {
      const path = paths.get(hash);
      const stream = () => (path === undefined ? Readable.from([list]) : createReadStream(path));
      const put = this.#ask({ method: 'PUT', path: `/v1/blobs/${hash}`, stream, headers: BYTES });
      await put.catch((error: unknown) => {
        if (!(error instanceof CoveyError && error.code === 'usage')) throw error;
        throw new CoveyError('conflict', `${path ?? dir} has changed while it was uploaded`, 'try again');
      });
    });
    return tree;
  }

  /** The files of a tree: an upload's, or a task's `outputs`. */
  async list(tree: string): Promise<Manifest> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.#open(tree, tree)) chunks.push(chunk as Buffer);
    return decodeManifest(Buffer.concat(chunks).toString());
  }

  /**
   * Writes the files of a tree under a directory. Files that are there are replaced.
   *
   * @returns their paths, by name
   * @throws CoveyError `conflict` where a link is in the place of one of its directories
   */
  async fetch(tree: string, into: string): Promise<string[]> {
    const manifest = await this.list(tree);
    const { files, links } = manifest;
    for (const dir of new Set([...files, ...links].map(({ path }) => dirname(path)))) await makeOwnDir(into, dir);
    await inLanes(files, AT_A_TIME, (file) => this.#write(file, tree, join(into, file.path)));
    for (const { path, target } of links) {
      await rm(join(into, path), { force: true });
      await symlink(target, join(into, path));
    }
    return [...files, ...links].map(({ path }) => path).sort();
  }

  async #write({ hash, executable }: FileEntry, tree: string, to: string): Promise<void> {
    const tmp = join(dirname(to), `.${basename(to)}.${process.pid}.part`);
    try {
      const file = await open(tmp, 'w', executable ? 0o755 : 0o644);
      await pipeline(await this.#open(hash, tree), file.createWriteStream());
      if ((await hashFile(tmp)) !== hash) throw new CoveyError('unavailable', `${to} came damaged`, 'try again');
      await rename(tmp, to);
    } catch (error) {
      await rm(tmp, { force: true });
      throw error;
    }
  }

  async #open(hash: string, tree: string): Promise<IncomingMessage> {
    const path = withQuery(`/v1/blobs/${hash}`, { tree });
    const opened = await this.#peers.open({ method: 'GET', path, timeoutMs: BLOB_MS, elsewhere: 'repeat' });
    if (opened.kind !== 'answer') throw unanswered(opened, opened.where);
    await answered(opened.answer, opened.where);
    return opened.answer;
  }

  /** Of the daemon that is spoken to, which takes the job as well. */
  #ask<T>(exchange: Omit<Parameters<typeof call>[1], 'timeoutMs' | 'elsewhere'>): Promise<T> {
    return call(this.#peers, { ...exchange, timeoutMs: exchange.stream ? BLOB_MS : ANSWER_MS, elsewhere: 'never' });
  }
}

/** A link there, perhaps of another tree that was fetched before, would have files written to wherever it leads. */
async function makeOwnDir(into: string, dir: string): Promise<void> {
  let at = into;
  for (const part of dir === '.' ? [] : dir.split('/')) {
    at = join(at, part);
    if (!(await lstat(at).catch(() => undefined))?.isSymbolicLink()) continue;
    throw new CoveyError('conflict', `${at} is a link, and a directory of these files`, 'fetch them to elsewhere');
  }
  await mkdir(join(into, dir), { recursive: true });
}

const BYTES = { 'content-type': 'application/octet-stream' };

/** By path what a file's hash was, and what told that version of it: a second upload of a tree reads only what has changed. */
type Remembered = Record<string, readonly [version: string, hash: string]>;

/** Hashes of the files of one directory, remembered in the user's cache. */
class Hashes {
  readonly #before: Remembered;
  readonly #now: Remembered = {};

  private constructor(
    private readonly path: string,
    before: Remembered,
  ) {
    this.#before = before;
  }

  static async open(dir: string): Promise<Hashes> {
    const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
    const path = join(cache, 'covey', 'uploads', `${hashOf(Buffer.from(dir))}.json`);
    const before = await readFile(path, 'utf8').then(
      (text) => JSON.parse(text) as Remembered,
      () => ({}),
    );
    return new Hashes(path, before);
  }

  async of(path: string, { bytes, mtimeMs, ino }: Found): Promise<string> {
    const version = `${bytes} ${mtimeMs} ${ino}`;
    const [known, hash] = this.#before[path] ?? [];
    const found = known === version && hash !== undefined ? hash : await hashFile(path);
    // What was written just now may be written again within the same tick of the file system's clock.
    if (Date.now() - mtimeMs > SETTLED_MS) this.#now[path] = [version, found];
    return found;
  }

  /** A cache that cannot be written costs time, and nothing else. */
  async save(): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
      await writeFile(`${this.path}.${process.pid}`, JSON.stringify(this.#now));
      await rename(`${this.path}.${process.pid}`, this.path);
    } catch {
      await rm(`${this.path}.${process.pid}`, { force: true }).catch(() => undefined);
    }
  }
}

const SETTLED_MS = 2_000;
