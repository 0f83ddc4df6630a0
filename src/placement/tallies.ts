import type { NodeId } from '../kernel/ids.js';

/** How many tasks have ended, and how many of these not well. */
export interface Tally {
  readonly ended: number;
  readonly failed: number;
}

interface Counts {
  ended: number;
  failed: number;
}

/** Half a window. Both maps hold the same counts. */
interface Half {
  readonly byNode: Map<NodeId, Map<string, Counts>>;
  readonly byName: Map<string, Map<NodeId, Counts>>;
}

/** How tasks have ended of late, by node and by name. What is counted is between a half and a whole window old at most. */
export class Tallies {
  #number = -1;
  #newer = emptyHalf();
  #older = emptyHalf();

  /** @param halfMs - half of the window, in milliseconds */
  constructor(private readonly halfMs: number) {}

  note(node: NodeId, name: string, isFailure: boolean, nowMs: number): void {
    this.#turn(nowMs);
    const names = entry(this.#newer.byNode, node);
    let counts = names.get(name);
    if (!counts) {
      counts = { ended: 0, failed: 0 };
      names.set(name, counts);
      entry(this.#newer.byName, name).set(node, counts);
    }
    counts.ended += 1;
    if (isFailure) counts.failed += 1;
  }

  /** How tasks of each name have ended at a node. */
  of(node: NodeId, nowMs: number): ReadonlyMap<string, Tally> {
    this.#turn(nowMs);
    const sums = new Map<string, Counts>();
    for (const half of [this.#newer, this.#older]) {
      for (const [name, counts] of half.byNode.get(node) ?? []) addTo(sums, name, counts);
    }
    return sums;
  }

  /** The same of a name, at each node. */
  ofName(name: string, nowMs: number): ReadonlyMap<NodeId, Tally> {
    this.#turn(nowMs);
    const sums = new Map<NodeId, Counts>();
    for (const half of [this.#newer, this.#older]) {
      for (const [node, counts] of half.byName.get(name) ?? []) addTo(sums, node, counts);
    }
    return sums;
  }

  forget(node: NodeId): void {
    for (const { byNode, byName } of [this.#newer, this.#older]) {
      for (const name of byNode.get(node)?.keys() ?? []) byName.get(name)?.delete(node);
      byNode.delete(node);
    }
  }

  #turn(nowMs: number): void {
    const number = Math.floor(nowMs / this.halfMs);
    if (number === this.#number) return;
    this.#older = number === this.#number + 1 ? this.#newer : emptyHalf();
    this.#newer = emptyHalf();
    this.#number = number;
  }
}

function emptyHalf(): Half {
  return { byNode: new Map(), byName: new Map() };
}

function entry<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const found = maps.get(key);
  if (found) return found;
  const made = new Map<L, V>();
  maps.set(key, made);
  return made;
}

function addTo<K>(sums: Map<K, Counts>, key: K, { ended, failed }: Tally): void {
  const sum = sums.get(key);
  if (!sum) sums.set(key, { ended, failed });
  else {
    sum.ended += ended;
    sum.failed += failed;
  }
}
