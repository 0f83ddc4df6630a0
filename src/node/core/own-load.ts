import type { NodeId } from '../../kernel/ids.js';
import { FAILING_MIN, loadOf, type LoadVector } from '../../kernel/load.js';
import type { Executor } from '../../executor/executor.js';
import type { Breakers } from '../../placement/breakers.js';
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
    private readonly breakers: Pick<Breakers, 'heard'>,
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
    const failing = executor.results.failing < FAILING_MIN ? undefined : executor.results.failing;
    const isSame =
      running === before.running &&
      queued === before.queued &&
      waiting === before.waiting &&
      workMs === before.workMs &&
      free === before.free &&
      failing === before.failing &&
      isDraining === before.draining;
    // Looked at after every event, and seldom another: nothing is made before that is known.
    if (isSame && before.seq > 0) return false;
    const { node, boot, slots } = before;
    const said = {
      node,
      boot,
      seq: before.seq + 1,
      running,
      queued,
      waiting,
      slots,
      free,
      workMs,
      draining: isDraining,
    };
    this.#vector = failing === undefined ? said : { ...said, failing };
    this.view.loads.note(this.#vector);
    this.breakers.heard(this.#vector);
    return running + queued < loadOf(before) || free > before.free || waiting > before.waiting;
  }
}
