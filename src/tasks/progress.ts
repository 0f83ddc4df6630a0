import type { Counts } from '../kernel/states.js';

/** How a shard stands. */
export interface Progress {
  /** Rises with every change; the highest is believed. */
  readonly version: number;
  readonly counts: Counts;
  /** When the last of its tasks ended, as far as any has; wall clock. */
  readonly endedAtMs: number;
  /** The last retry of its job that it has carried out; what was said before that counts no more. */
  readonly retried?: { readonly run: number; readonly tasks: number };
  /** Nothing more of it starts. */
  readonly held?: boolean;
  /** Told by a survivor without a majority: provisional. */
  readonly degraded?: boolean;
}
