import type { TaskId } from '../kernel/ids.js';
import type { TimerBook } from '../kernel/timers.js';
import { attemptOf, type Assignment } from './assignment.js';
import type { ExecutorEffect } from './events.js';
import type { Ending } from './outcome.js';
import type { Running } from './running.js';

/** Ends attempts that run: TERM, grace, KILL. */
export class Ends {
  constructor(
    private readonly timers: TimerBook,
    private readonly graceMs: number,
    private readonly emit: (effect: ExecutorEffect) => void,
  ) {}

  /** An attempt has begun: its time runs. */
  watch({ id, work }: Assignment): void {
    if (work.timeoutMs !== undefined) this.emit(this.timers.arm(`timeout ${id}`, work.timeoutMs));
  }

  unwatch(id: TaskId): void {
    const effects = [...this.timers.disarm(`timeout ${id}`), ...this.timers.disarm(`grace ${id}`)];
    for (const effect of effects) this.emit(effect);
  }

  /** The first reason stands. */
  end(running: Running, ending: Ending): void {
    if (running.ending !== undefined) return;
    running.ending = ending;
    this.emit({ kind: 'signal', attempt: attemptOf(running.assignment), how: 'term' });
    this.emit(this.timers.arm(`grace ${running.assignment.id}`, this.graceMs));
  }

  onTimer(what: 'timeout' | 'grace', running: Running): void {
    if (what === 'timeout') this.end(running, 'timed-out');
    else this.emit({ kind: 'signal', attempt: attemptOf(running.assignment), how: 'kill' });
  }
}
