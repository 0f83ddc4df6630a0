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
  /** Of a job whose terms were changed: the last change that counts here, and how many tasks may be placed at a time. */
  readonly terms?: number;
  readonly share?: number;
  /** Told by a survivor without a majority: provisional. */
  readonly degraded?: boolean;
}

/** An end that a majority stands behind stays; what a survivor tells gives way to whatever a majority says. */
export function isNews(before: Progress, said: Progress, wasDone: boolean): boolean {
  if (runOf(before) !== runOf(said)) return runOf(said) > runOf(before);
  const wasDegraded = before.degraded === true;
  if (wasDegraded && said.degraded !== true) return true;
  return said.version > before.version && (wasDegraded || !wasDone);
}

export function runOf({ retried }: Progress): number {
  return retried?.run ?? 0;
}

/** What a coordinator says after a restart is news, however often it spoke before. */
export function firstVersion(ballot: number): number {
  return ballot * 2 ** 32;
}
