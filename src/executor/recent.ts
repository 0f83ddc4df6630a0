import type { TaskId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import type { AttemptId } from './runner.js';

/** An offer is sent again for 5 s, and may lie in a connection that went silent for 20 s more before that is given up. */
const REMEMBERED_MS = 40_000;

/**
 * Attempts that this node is done with since lately: they ended, were handed back or disowned. The answer to an offer may
 * be lost, and the offer come again: its tasks must not run twice under one epoch, nor after they were given up.
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
