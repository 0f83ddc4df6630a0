import { assert } from '../kernel/assert.js';
import type { Assignment } from './assignment.js';
import type { TaskQueue } from './queue/task-queue.js';
import type { AttemptId } from './runner.js';
import type { RunningAttempts } from './running.js';

/**
 * The head of the queue, where the runner has been told to let it follow whatever ends first. It waits in the queue as before,
 * to be revoked or stolen, until the runner says that it follows.
 */
export class Following {
  #next: Assignment | undefined;

  constructor(
    private readonly queue: TaskQueue,
    private readonly running: RunningAttempts,
  ) {}

  /** What must ask first follows nobody, and a function costs too little to. */
  look(): { readonly isNews: boolean; readonly next: Assignment | undefined } {
    const head = this.queue.head();
    const mayFollow =
      head?.work.contract === 'at-least-once' &&
      head.work.function === undefined &&
      this.running.canFollowAny(head.work.needs);
    const next = mayFollow ? head : undefined;
    const isNews = next !== this.#next;
    this.#next = next;
    return { isNews, next };
  }

  /** The runner has started what it was told to; what was taken back it cannot have started. */
  taken({ task, epoch }: AttemptId): Assignment {
    const next = this.#next;
    assert(next?.id === task && next.epoch === epoch, () => `${task}@${epoch} follows in place of ${next?.id}`);
    this.queue.begin(task);
    return next;
  }
}
