import type { DisciplineName } from '../kernel/disciplines.js';
import { QUEUE_MAX } from '../kernel/load.js';

export interface ExecutorConfig {
  /** Tasks that may be queued, whatever the bound says. @default QUEUE_MAX */
  readonly queueMax: number;
  /** Attempts at one time, even of tasks that need next to nothing: what the runner has slots for. */
  readonly runningMax: number;
  /** From TERM to KILL. */
  readonly graceMs: number;
  /** In which order it starts what waits. */
  readonly discipline: DisciplineName;
}

export const EXECUTOR_DEFAULTS: ExecutorConfig = {
  queueMax: QUEUE_MAX,
  runningMax: 512,
  graceMs: 5_000,
  discipline: 'fifo',
};
