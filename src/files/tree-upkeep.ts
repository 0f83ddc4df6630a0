import type { NodeId } from '../kernel/ids.js';

/** Nodes that keep the blobs of a tree, as far as there are so many: any two of them may be lost. */
export const COPIES = 3;

export interface TreeUpkeepConfig {
  /** Who is away for no longer may come back with all that it has: the same as for replicas of registers. */
  readonly awayMs: number;
  /** Until a tree that could not be copied is tried again. */
  readonly againMs: number;
}

const TREE_UPKEEP_DEFAULTS: TreeUpkeepConfig = { awayMs: 10_000, againMs: 30_000 };

/**
 * Which trees a node is to have copied again: those that fewer nodes keep than should, of the nodes that are there. All keepers of
 * a tree know who they were when it was last copied, and the first of them that is there does it.
 */
export class TreeUpkeep {
  readonly #keepers = new Map<string, readonly NodeId[]>();
  /** Keepers that are not there, since when. */
  readonly #awaySinceMs = new Map<NodeId, number>();
  readonly #notBeforeMs = new Map<string, number>();
  /** Of the nodes that were there when all trees were last looked at; undefined: something has changed since. */
  #settledFor: ReadonlySet<NodeId> | undefined;

  constructor(
    private readonly self: NodeId,
    private readonly config: TreeUpkeepConfig = TREE_UPKEEP_DEFAULTS,
  ) {}

  /** A tree is kept here, and by these nodes. @returns false where that is no news */
  note(tree: string, keepers: readonly NodeId[]): boolean {
    const before = this.#keepers.get(tree);
    if (before?.length === keepers.length && before.every((node, i) => node === keepers[i])) return false;
    this.#keepers.set(tree, keepers);
    this.#settledFor = undefined;
    return true;
  }

  /** It is not here any more. */
  forget(tree: string): void {
    this.#keepers.delete(tree);
    this.#notBeforeMs.delete(tree);
  }

  /** All that are kept here, as far as is known, with their keepers. */
  get trees(): ReadonlyMap<string, readonly NodeId[]> {
    return this.#keepers;
  }

  /** It was tried: it comes again no sooner than after a while, where it is still to be copied then. */
  tried(tree: string, nowMs: number): void {
    this.#notBeforeMs.set(tree, nowMs + this.config.againMs);
  }

  /**
   * The trees that this node is to copy now. Cheap while nothing changes.
   *
   * @param there - the members that are alive or suspect, this node among them
   */
  due(there: ReadonlySet<NodeId>, nowMs: number): string[] {
    if (this.#settledFor && isSame(this.#settledFor, there)) return [];
    for (const node of this.#awaySinceMs.keys()) if (there.has(node)) this.#awaySinceMs.delete(node);
    const enough = Math.min(COPIES, there.size);
    const found: string[] = [];
    let isSettled = true;
    for (const [tree, keepers] of this.#keepers) {
      const here = keepers.filter((node) => there.has(node));
      if (here.length >= enough) this.#notBeforeMs.delete(tree);
      if (here.length >= enough || here[0] !== this.self) continue;
      isSettled = false;
      // All are looked at: the time of each begins when it is first missed.
      const waits = keepers.filter((node) => !there.has(node) && !this.#isLost(node, nowMs)).length > 0;
      if (!waits && (this.#notBeforeMs.get(tree) ?? 0) <= nowMs) found.push(tree);
    }
    if (isSettled) this.#settledFor = new Set(there);
    return found;
  }

  #isLost(node: NodeId, nowMs: number): boolean {
    const sinceMs = this.#awaySinceMs.get(node) ?? nowMs;
    this.#awaySinceMs.set(node, sinceMs);
    return nowMs - sinceMs >= this.config.awayMs;
  }
}

function isSame(a: ReadonlySet<NodeId>, b: ReadonlySet<NodeId>): boolean {
  return a.size === b.size && [...a].every((node) => b.has(node));
}
