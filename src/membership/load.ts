import { assert } from '../kernel/assert.js';
import type { NodeId } from '../kernel/ids.js';
import { loadOf, waitingAt, type LoadVector } from '../kernel/load.js';
import type { Now } from '../kernel/time.js';

/** Sums over the nodes that were heard from. */
export interface LoadTotals {
  readonly nodes: number;
  readonly running: number;
  readonly queued: number;
  readonly waiting: number;
  readonly workMs: number;
}

/** The freshest word of every node on its load. Hints: the target of an offer knows better. */
export class LoadTable {
  readonly #heard = new Map<NodeId, LoadVector>();
  /** Those of them at which tasks wait. */
  readonly #laden = new Map<NodeId, LoadVector>();
  #watcher: ((vector: LoadVector) => void) | undefined;
  readonly #totals = { nodes: 0, running: 0, queued: 0, waiting: 0, workMs: 0 };

  /** As they are at any time: not a copy. */
  get totals(): LoadTotals {
    return this.#totals;
  }

  /** Vectors of the nodes at which tasks wait, in no order. */
  get laden(): Iterable<LoadVector> {
    return this.#laden.values();
  }

  /** Has one who keeps what is said in a form of his own told of every news, in place of whoever was before. */
  watch(watcher: (vector: LoadVector) => void): void {
    this.#watcher = watcher;
  }

  of(id: NodeId): LoadVector | undefined {
    return this.#heard.get(id);
  }

  /** Whether a vector tells more than is known, by (boot, seq). */
  isNews(vector: LoadVector): boolean {
    const held = this.#heard.get(vector.node);
    return !held || (held !== vector && (vector.boot - held.boot || vector.seq - held.seq) > 0);
  }

  /** False where a fresher one is known. */
  note(vector: LoadVector): boolean {
    if (!this.isNews(vector)) return false;
    const held = this.#heard.get(vector.node);
    if (held) this.#add(held, -1);
    this.#heard.set(vector.node, vector);
    if (waitingAt(vector) > 0) this.#laden.set(vector.node, vector);
    else if (held && waitingAt(held) > 0) this.#laden.delete(vector.node);
    this.#add(vector, 1);
    this.#watcher?.(vector);
    return true;
  }

  forget(id: NodeId): void {
    const held = this.#heard.get(id);
    if (!held) return;
    this.#heard.delete(id);
    this.#laden.delete(id);
    this.#add(held, -1);
  }

  /** Sums again what is kept along, and compares. */
  validate(): void {
    const again = new LoadTable();
    for (const vector of this.#heard.values()) again.note(vector);
    const [kept, found] = [this, again].map((t) => JSON.stringify([t.#totals, [...t.#laden.keys()].sort()]));
    assert(kept === found, () => `the loads kept along are ${kept}, but they are ${found}`);
  }

  /** Whole milliseconds only: a sum that is carried along must not gather rounding errors. */
  #add({ running, queued, waiting, workMs }: LoadVector, sign: 1 | -1): void {
    const totals = this.#totals;
    totals.nodes += sign;
    totals.running += sign * running;
    totals.queued += sign * queued;
    totals.waiting += sign * waiting;
    totals.workMs += sign * Math.round(workMs);
  }
}

/** The budget of gossip: with N nodes each at most every N/8 s, a node receives at most about 8 vectors a second. */
const VECTORS_PER_SECOND = 8;
const MIN_INTERVAL_MS = 1000;
const CHANGE_MIN = 0.1;

/** Decides when a node's own load is worth a gossip message. */
export class LoadPublisher {
  #last: LoadVector | undefined;
  #lastMs: number | undefined;

  /**
   * @param phase - 0..1, a different one for each node: where in the first interval it publishes first. A thousand nodes
   * that start, or get their first work, together would otherwise send each of them a thousand vectors at once.
   */
  constructor(private readonly phase: number) {}

  /** @returns whether to publish `own` now; it is then what later vectors are compared with */
  due(own: LoadVector, aliveCount: number, now: Now): boolean {
    if (this.#last === own) return false;
    this.#lastMs ??= now.monoMs;
    const intervalMs = Math.max(MIN_INTERVAL_MS, (aliveCount / VECTORS_PER_SECOND) * 1000);
    const agoMs = now.monoMs - this.#lastMs;
    if (this.#last) {
      if (agoMs < intervalMs || !differs(this.#last, own)) return false;
    } else if (agoMs < intervalMs * this.phase || (intervalMs > MIN_INTERVAL_MS && isIdle(own))) return false;
    this.#last = own;
    this.#lastMs = now.monoMs;
    return true;
  }
}

/** What is believed of a node that has said nothing: a large flock need not be told. */
function isIdle(own: LoadVector): boolean {
  return loadOf(own) === 0 && own.waiting === 0 && !own.draining && own.failing === undefined;
}

/** What placement and stealing look at changed by more than a tenth, or from or to nothing. */
function differs(was: LoadVector, is: LoadVector): boolean {
  if (was.draining !== is.draining || was.failing !== is.failing) return true;
  return (
    changed(loadOf(was), loadOf(is)) ||
    changed(was.waiting, is.waiting) ||
    changed(was.free, is.free) ||
    changed(was.workMs, is.workMs)
  );
}

function changed(was: number, is: number): boolean {
  return (was === 0) !== (is === 0) || Math.abs(is - was) > CHANGE_MIN * was;
}
