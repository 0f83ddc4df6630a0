import type { NodeId } from '../../kernel/ids.js';
import { loadOf, type LoadVector } from '../../kernel/load.js';
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
  refresh(isDraining: boolean): boolean {
    const before = this.#vector;
    const { executor } = this;
    const { running, queued } = executor;
    const waiting = this.shards.waiting;
    const workMs = Math.round(executor.workMs);
    const free = Math.max(0, Math.min(this.slots, executor.free.cpus));
    const isSame =
      running === before.running &&
      queued === before.queued &&
      waiting === before.waiting &&
      workMs === before.workMs &&
      free === before.free &&
      isDraining === before.draining;
    // Looked at after every event, and seldom another: nothing is made before that is known.
    if (isSame && before.seq > 0) return false;
    this.#vector = { ...before, seq: before.seq + 1, running, queued, waiting, free, workMs, draining: isDraining };
    this.view.loads.note(this.#vector);
    return running + queued < loadOf(before) || free > before.free || waiting > before.waiting;
  }
}
