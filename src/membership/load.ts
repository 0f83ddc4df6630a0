import type { NodeId } from '../kernel/ids.js';
import { loadOf, type LoadVector } from '../kernel/load.js';
import type { Now } from '../kernel/time.js';

/** Sums over the nodes that were heard from. */
export interface LoadTotals {
  readonly nodes: number;
  readonly running: number;
  readonly queued: number;
  readonly waiting: number;
  readonly slots: number;
  readonly free: number;
  readonly workMs: number;
}

interface Heard {
  readonly vector: LoadVector;
  readonly atMs: number;
}

/** The freshest word of every node on its load. Hints: the target of an offer knows better. */
export class LoadTable {
  readonly #heard = new Map<NodeId, Heard>();
  #totals: LoadTotals | undefined;

  /** False where a fresher one, by (boot, seq), is known. */
  note(vector: LoadVector, now: Now): boolean {
    const held = this.#heard.get(vector.node)?.vector;
    if (held && (vector.boot - held.boot || vector.seq - held.seq) <= 0) return false;
    this.#heard.set(vector.node, { vector, atMs: now.monoMs });
    this.#totals = undefined;
    return true;
  }

  of(id: NodeId): LoadVector | undefined {
    return this.#heard.get(id)?.vector;
  }

  /** How long ago it was heard, in milliseconds; Infinity where it never was. */
  ageMs(id: NodeId, now: Now): number {
    const heard = this.#heard.get(id);
    return heard ? now.monoMs - heard.atMs : Infinity;
  }

  forget(id: NodeId): void {
    if (this.#heard.delete(id)) this.#totals = undefined;
  }

  /** Kept until a vector changes: many are placed between two of them. */
  get totals(): LoadTotals {
    this.#totals ??= this.#sum();
    return this.#totals;
  }

  #sum(): LoadTotals {
    const sum = { nodes: this.#heard.size, running: 0, queued: 0, waiting: 0, slots: 0, free: 0, workMs: 0 };
    for (const { vector } of this.#heard.values()) {
      sum.running += vector.running;
      sum.queued += vector.queued;
      sum.waiting += vector.waiting;
      sum.slots += vector.slots;
      sum.free += vector.free;
      sum.workMs += vector.workMs;
    }
    return sum;
  }
}

/** The budget of gossip: with N nodes each at most every N/8 s, a node receives at most about 8 vectors a second. */
const VECTORS_PER_SECOND = 8;
const MIN_INTERVAL_MS = 1000;
const CHANGE_MIN = 0.1;

/** Decides when a node's own load is worth a gossip message. */
export class LoadPublisher {
  #last: Heard | undefined;

  /** @returns whether to publish `own` now; it is then what later vectors are compared with */
  due(own: LoadVector, aliveCount: number, now: Now): boolean {
    const intervalMs = Math.max(MIN_INTERVAL_MS, (aliveCount / VECTORS_PER_SECOND) * 1000);
    if (this.#last && (now.monoMs - this.#last.atMs < intervalMs || !differs(this.#last.vector, own))) return false;
    this.#last = { vector: own, atMs: now.monoMs };
    return true;
  }
}

/** What placement and stealing look at changed by more than a tenth, or from or to nothing. */
function differs(was: LoadVector, is: LoadVector): boolean {
  if (was.draining !== is.draining) return true;
  return [loadOf, waiting, free, workMs].some((read) => changed(read(was), read(is)));
}

const waiting = (vector: LoadVector) => vector.waiting;
const free = (vector: LoadVector) => vector.free;
const workMs = (vector: LoadVector) => vector.workMs;

function changed(was: number, is: number): boolean {
  return (was === 0) !== (is === 0) || Math.abs(is - was) > CHANGE_MIN * was;
}
