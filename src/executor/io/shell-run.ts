import type { AttemptId, Command, Usage } from '../runner.js';
import type { Slot } from './slot.js';
import type { Gauge } from './usage/gauge.js';

/** An attempt of a command from `start` to `ended`. */
export interface Run {
  readonly key: string;
  readonly attempt: AttemptId;
  readonly command: Command;
  phase: 'queued' | 'running' | 'settling';
  /** Whose files it writes to; from `running` on. */
  slot?: Slot;
  signalled: boolean;
  startedAtMs: number;
  finishedAtMs?: number;
  /** On the monotonic clock. */
  startedMonoMs: number;
  /** From `running` on, where what it takes can be seen. */
  gauge?: Gauge;
  /** From `settling` on. */
  usage?: Usage | undefined;
}
