import { isBounded } from '../kernel/policies.js';
import { lackOf, shortage, type Resources } from '../kernel/resources.js';
import type { Work } from './assignment.js';
import type { ExecutorConfig } from './config.js';
import type { Admission } from './events.js';

/** What a node holds at the moment. */
interface Load {
  readonly queued: number;
  readonly running: number;
  readonly free: Resources;
  readonly workMs: number;
}

/**
 * Whether there is room for one more: bounded load, a free slot or a load below the bound (design.md section 5); for tasks
 * that are placed without regard to it, a place in the queue.
 */
export class Room {
  constructor(
    private readonly capacity: Resources,
    private readonly admission: Admission,
    private readonly config: ExecutorConfig,
    private readonly load: Load,
  ) {}

  /** Why a task is not taken; undefined where it is. */
  refusal(
    { needs, policy }: Pick<Work, 'needs' | 'policy'>,
    estimateMs: number,
    startsNow: boolean,
  ): string | undefined {
    const { queued, running, workMs } = this.load;
    const never = shortage(needs, this.capacity);
    if (never !== undefined) return `it has ${lackOf(never)}`;
    if (queued === 0 && this.canStart(needs)) return undefined;
    if (startsNow) return 'it has no free slot';
    if (queued >= this.config.queueMax) return 'its queue is full';
    if (!isBounded(policy)) return undefined;
    if (running + queued >= this.admission.bound()) return 'it is at its bound';
    return workMs > this.admission.workBoundMs(estimateMs) ? 'its work is at its bound' : undefined;
  }

  canStart(needs: Resources): boolean {
    return this.load.running < this.config.runningMax && shortage(needs, this.load.free) === undefined;
  }
}
