import type { Finding } from './checks/finding.js';
import type { Recorder } from './history/recorder.js';
import type { Injuries } from './injector.js';
import type { Fault } from './plan/faults.js';

export interface ChaosOptions {
  readonly seed: number;
  /** How long work is submitted and faults strike. */
  readonly forMs: number;
  readonly daemons: number;
  /** Submissions a second. */
  readonly rate: number;
  readonly isAtMostOnce: boolean;
  readonly isRetriedElsewhere: boolean;
  /** @default drawn from the seed */
  readonly faults?: readonly Fault[];
}

export interface Verdict {
  readonly findings: readonly Finding[];
  readonly history: Recorder;
  readonly injuries: Injuries;
  /** Where all of it is kept for inspection; undefined where nothing was found and it is gone. */
  readonly dir: string | undefined;
}
