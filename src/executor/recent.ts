import type { TaskId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import type { AttemptId } from './runner.js';

/** Longer than any offer is sent again. */
const REMEMBERED_MS = 15_000;

/**
 * Attempts that ended lately. The answer to an offer may be lost, and the offer come again after its tasks have run: they
 * must not run twice under one epoch.
 */
export class RecentAttempts {
  readonly #ended = new Map<TaskId, { readonly epoch: number; readonly atMs: number }>();

  note(attempt: AttemptId, now: Now): void {
    this.#ended.delete(attempt.task);
    this.#ended.set(attempt.task, { epoch: attempt.epoch, atMs: now.monoMs });
  }

  has(task: TaskId, epoch: number): boolean {
    return (this.#ended.get(task)?.epoch ?? -1) >= epoch;
  }

  forget(now: Now): void {
    for (const [task, { atMs }] of this.#ended) {
      if (atMs + REMEMBERED_MS > now.monoMs) return;
      this.#ended.delete(task);
    }
  }
}
