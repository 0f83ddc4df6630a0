import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isHash } from '../../../files/manifest.js';
import { TreeUpkeep, type TreeUpkeepConfig } from '../../../files/tree-upkeep.js';
import type { NodeId } from '../../../kernel/ids.js';
import type { BlobStore } from '../../../files/io/blob-store.js';

/** How often it is looked at who is there. */
const LOOK_MS = 1_000;

/** Trees noted until those that are gone are let go of. */
const COMPACT_AFTER = 10_000;

export interface KeptTreesOptions {
  readonly self: NodeId;
  /** Beside the directory of the blobs: a line for each tree and each change of its keepers. */
  readonly path: string;
  readonly store: Pick<BlobStore, 'has' | 'isInUse'>;
  /** Members that are alive or suspect. */
  readonly there: () => ReadonlySet<NodeId>;
  readonly nowMs: () => number;
  readonly config?: TreeUpkeepConfig;
}

/**
 * The trees that this node keeps, and with whom: on the disk, as a hint that is not synced. What is lost of it is not copied again
 * by this node when one of the others dies.
 */
export class KeptTrees {
  readonly #upkeep: TreeUpkeep;
  #timer: NodeJS.Timeout | undefined;
  #isAtWork = false;
  #noted = 0;

  constructor(private readonly options: KeptTreesOptions) {
    this.#upkeep = new TreeUpkeep(options.self, options.config);
    for (const [tree, keepers] of linesOf(options.path)) this.#upkeep.note(tree, keepers);
    this.#compact();
  }

  /** @returns false where that is known */
  note(tree: string, keepers: readonly NodeId[]): boolean {
    if (!this.options.store.has(tree) || !this.#upkeep.note(tree, keepers)) return false;
    this.#write(() => appendFileSync(this.options.path, lineOf([tree, keepers]), { mode: 0o600 }));
    if (++this.#noted >= COMPACT_AFTER) this.#compact();
    return true;
  }

  /** Has trees copied as they come to be due, one after the other. @param keep - rejects where that fails */
  start(keep: (tree: string) => Promise<unknown>): void {
    this.#timer = setInterval(() => void this.look(keep), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Copies what is due now. */
  async look(keep: (tree: string) => Promise<unknown>): Promise<void> {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    const { store, there, nowMs } = this.options;
    for (const tree of this.#upkeep.due(there(), nowMs())) {
      this.#upkeep.tried(tree, nowMs());
      // What nobody has used for so long may be dropped anywhere at any time.
      if (!store.isInUse(tree)) this.#upkeep.forget(tree);
      else await keep(tree).catch(() => undefined);
    }
    this.#isAtWork = false;
  }

  /** Lets go of trees that are not here any more, and of what was said of others before. */
  #compact(): void {
    const { store, path } = this.options;
    this.#noted = 0;
    const trees = [...this.#upkeep.trees];
    for (const [tree] of trees) if (!store.has(tree)) this.#upkeep.forget(tree);
    this.#write(() => {
      writeFileSync(`${path}.new`, [...this.#upkeep.trees].map(lineOf).join(''), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    });
  }

  /** On a full disk it is known until this process ends. */
  #write(write: () => void): void {
    try {
      write();
    } catch {
      return;
    }
  }
}

type Line = readonly [tree: string, keepers: readonly NodeId[]];

function lineOf(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}

/** The last word on each tree; half a line, or what is none, is passed over. */
function linesOf(path: string): Map<string, readonly NodeId[]> {
  const found = new Map<string, readonly NodeId[]>();
  for (const line of textOf(path).split('\n')) {
    try {
      const [tree, keepers] = JSON.parse(line) as Line;
      if (isHash(tree) && Array.isArray(keepers)) found.set(tree, keepers);
    } catch {
      continue;
    }
  }
  return found;
}

/** Empty where there is none yet. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
