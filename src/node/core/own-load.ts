import type { NodeId } from '../../kernel/ids.js';
import { loadOf, type LoadVector } from '../../kernel/load.js';
import type { Now } from '../../kernel/time.js';
import type { Executor } from '../../executor/executor.js';
import type { FlockView } from '../../placement/flock-view.js';
import type { ShardHome } from '../../tasks/shard-home.js';

/** This node's own load vector: taken anew when asked for, numbered anew when it changed. */
export class OwnLoad {
  #vector: LoadVector;

  constructor(
    self: NodeId,
    boot: number,
    private readonly slots: number,
    private readonly executor: Executor,
    private readonly shards: ShardHome,
    private readonly view: FlockView,
  ) {
    const zero = { running: 0, queued: 0, waiting: 0, workMs: 0, draining: false };
    this.#vector = { node: self, boot, seq: 0, ...zero, slots, free: slots };
  }

  get vector(): LoadVector {
    return this.#vector;
  }

  /** @returns whether there is room now that was not there before */
  refresh(isDraining: boolean, now: Now): boolean {
    const before = this.#vector;
    const next: LoadVector = {
      ...before,
      running: this.executor.running,
      queued: this.executor.queued,
      waiting: this.shards.unplaced,
      workMs: Math.round(this.executor.workMs),
      free: Math.max(0, Math.min(this.slots, this.executor.free.cpus)),
      draining: isDraining,
    };
    const isSame =
      next.running === before.running &&
      next.queued === before.queued &&
      next.waiting === before.waiting &&
      next.workMs === before.workMs &&
      next.free === before.free &&
      next.draining === before.draining;
    if (isSame && before.seq > 0) return false;
    this.#vector = { ...next, seq: before.seq + 1 };
    this.view.loads.note(this.#vector, now);
    return loadOf(next) < loadOf(before) || next.free > before.free || next.waiting > before.waiting;
  }
}
