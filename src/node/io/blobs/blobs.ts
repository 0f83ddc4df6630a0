import { CoveyError } from '../../../kernel/errors.js';
import type { NodeId } from '../../../kernel/ids.js';
import { inLanes } from '../../../files/io/lanes.js';
import { COPIES } from '../../../files/tree-upkeep.js';
import { decodeManifest, encodeManifest, hashesOf, type Manifest } from '../../../files/manifest.js';
import type { BlobStore } from '../../../files/io/blob-store.js';
import { hashOf } from '../../../files/io/hashing.js';
import type { BlobExchange } from './exchange.js';
import type { KeptTrees } from './kept-trees.js';

/** How far along the ring a node is looked for that takes them. */
const ASKED_MAX = 6;

const GIVEN_AT_A_TIME = 8;

/** What is damaged here is dropped when that is found, and brought anew. */
const TRIES = 2;

/** What is to be known of the flock. */
export interface BlobFlock {
  readonly self: NodeId;
  /** Members that are alive, from a tree's place on the ring on: the first of them keep it. */
  alive(tree: string): Iterable<NodeId>;
}

/**
 * The blobs that this node has or can get. A tree is kept on the first nodes from its place on the ring, where all look first; what is not
 * there any more is asked of everybody (docs/adr/0026-files.md).
 */
export class Blobs {
  constructor(
    readonly store: BlobStore,
    private readonly exchange: Pick<BlobExchange, 'missing' | 'fetch' | 'give' | 'tell'>,
    private readonly flock: BlobFlock,
    private readonly trees: Pick<KeptTrees, 'note'>,
  ) {}

  /**
   * The files of a tree.
   *
   * @throws CoveyError `not-found` where nobody has the list of them
   */
  async manifest(tree: string): Promise<Manifest> {
    for (let tries = 0; tries < TRIES; tries++) {
      await this.bring(tree, tree);
      const bytes = await this.store.read(tree);
      if (bytes) return decodeManifest(Buffer.from(bytes).toString());
    }
    throw gone(tree);
  }

  /** Takes a tree in whose files are here. @returns its name */
  async enter(manifest: Manifest): Promise<string> {
    const bytes = Buffer.from(encodeManifest(manifest));
    const tree = hashOf(bytes);
    await this.store.put(tree, [bytes]);
    return tree;
  }

  /**
   * Sees to it that a tree is kept by enough nodes that it outlives this one.
   *
   * @returns how many have it, this node included
   * @throws CoveyError `unavailable` where none of the others takes it, `not-found` where some of it is nowhere
   */
  async keep(tree: string): Promise<number> {
    const manifest = await this.manifest(tree);
    const hashes = [tree, ...hashesOf(manifest)];
    for (const hash of this.store.missing(hashes)) await this.bring(hash, tree);
    const keepers = [this.flock.self];
    let asked = 0;
    let problem: Error | undefined;
    for (const node of this.flock.alive(tree)) {
      if (node === this.flock.self) continue;
      if (keepers.length === COPIES || ++asked > ASKED_MAX) break;
      try {
        const missing = await this.exchange.missing(node, hashes);
        await inLanes(missing, GIVEN_AT_A_TIME, (hash) => this.#give(node, hash, tree));
        keepers.push(node);
      } catch (error) {
        problem = error as Error;
      }
    }
    if (keepers.length > 1 || problem === undefined) {
      await this.#tellKeepers(tree, keepers);
      return keepers.length;
    }
    throw new CoveyError('unavailable', `no other node takes the files: ${problem.message}`, 'try again');
  }

  /** What is damaged here nobody takes: it is brought anew, and given then. */
  async #give(node: NodeId, hash: string, tree: string): Promise<void> {
    try {
      await this.exchange.give(node, hash);
    } catch (error) {
      if (await this.store.isSound(hash)) throw error;
      await this.bring(hash, tree);
      await this.exchange.give(node, hash);
    }
  }

  /** All who keep it are to know of each other; where one was not told, another sees to it that it is copied again. */
  async #tellKeepers(tree: string, keepers: readonly NodeId[]): Promise<void> {
    if (!this.trees.note(tree, keepers)) return;
    const others = keepers.filter((node) => node !== this.flock.self);
    await Promise.allSettled(others.map((node) => this.exchange.tell(node, tree, keepers)));
  }

  /** Sees to it that a blob is here. @throws CoveyError `not-found` where nobody has it */
  async bring(hash: string, tree: string): Promise<void> {
    if (this.store.has(hash)) return;
    let problem: unknown;
    for (const node of this.flock.alive(tree)) {
      if (node === this.flock.self) continue;
      try {
        if (await this.exchange.fetch(node, hash)) return;
      } catch (error) {
        if (error instanceof CoveyError && error.code !== 'usage') throw error;
        problem = error;
      }
    }
    throw gone(hash, problem);
  }

  /** A blob to be read from here, whose hash was compared; one that is not what it was any more is brought anew. */
  async open(hash: string, tree: string): Promise<NonNullable<ReturnType<BlobStore['open']>>> {
    for (let tries = 0; tries < TRIES; tries++) {
      await this.bring(hash, tree);
      const blob = (await this.store.isSound(hash)) ? this.store.open(hash) : undefined;
      if (blob) return blob;
    }
    throw gone(hash);
  }

  /** Copies a blob to a path; one that is not what it was any more is brought anew from another node. */
  async copy(hash: string, tree: string, to: string, mode: number): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      await this.bring(hash, tree);
      if (await this.store.copy(hash, to, mode)) return;
    }
    throw gone(hash);
  }
}

function gone(hash: string, problem?: unknown): CoveyError {
  const why = problem instanceof Error ? ` (${problem.message})` : '';
  return new CoveyError('not-found', `no node has the file ${hash.slice(0, 16)}… any more${why}`, 'upload it again');
}
