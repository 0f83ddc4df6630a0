import type { TaskId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import type { AttemptId } from './runner.js';

/** An offer is sent again for 5 s, and may lie in a connection that went silent for 20 s more before that is given up. */
const REMEMBERED_MS = 40_000;

/** What became of an attempt that is not held any more: it was taken once, or it never was. */
type Fate = 'taken' | 'refused';

/**
 * Attempts lately taken and done with, or refused. The answer to an offer may be lost, and the offer come again when its
 * tasks have run, have been handed back, or now would fit: it must get the same answer, and nothing must run twice under
 * one epoch.
 */
export class RecentAttempts {
  readonly #latest = new Map<TaskId, { readonly epoch: number; readonly fate: Fate; readonly atMs: number }>();

  /** What is known of the latest attempt stands: neither an earlier one nor a second word on it changes it. */
  note({ task, epoch }: AttemptId, fate: Fate, now: Now): void {
    if ((this.#latest.get(task)?.epoch ?? -1) >= epoch) return;
    this.#latest.delete(task);
    this.#latest.set(task, { epoch, fate, atMs: now.monoMs });
  }

  /** Undefined where nothing is known; an attempt earlier than the latest is over, whatever became of it. */
  fateOf(task: TaskId, epoch: number): Fate | undefined {
    const latest = this.#latest.get(task);
    if (!latest || latest.epoch < epoch) return undefined;
    return latest.epoch === epoch ? latest.fate : 'refused';
  }

  forget(now: Now): void {
    for (const [task, { atMs }] of this.#latest) {
      if (atMs + REMEMBERED_MS > now.monoMs) return;
      this.#latest.delete(task);
    }
  }
}
