import type { TimerBook } from '../kernel/timers.js';
import type { LiveTask } from './live-task.js';
import type { ShardEffect } from './shard-events.js';
import type { Shard } from './shard.js';

export interface RetryPacingConfig {
  /** Before the first retry of a task, on the mean; before each later one twice as long. Milliseconds. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** Retries for each task that ends its first attempt: of a flock in which everything fails the load rises by no more. */
  readonly part: number;
  /** And so many a second besides, for those who have few tasks. */
  readonly perS: number;
  /** What was not used is saved up so far. */
  readonly savedMax: number;
}

/** The budget is that of Finagle, but that what is beyond it comes later in place of never. */
const DEFAULTS: RetryPacingConfig = { firstMs: 200, mostMs: 30_000, part: 0.2, perS: 10, savedMax: 100 };

const TIMER = 'retry';

/** Tasks whose time comes within so long of each other wait together. Milliseconds. */
const TICK_MS = 50;

interface Resting {
  readonly shard: Shard;
  readonly task: LiveTask;
}

/**
 * When failed tasks of one coordinator are started again: after exponential back-off with jitter, and no more of them than a
 * budget lets through, so that what makes all of them fail is not made worse by the retries.
 */
export class RetryPacing {
  /** By the tick at which they may go on. */
  readonly #resting = new Map<number, Resting[]>();
  /** Whose time has come, in order; these wait for the budget. */
  #due: Resting[] = [];
  #saved: number;
  #savedAtMs = 0;
  #armedForMs = Infinity;

  /** @param wake - they wait for an executor from now on */
  constructor(
    private readonly timers: TimerBook,
    private readonly emit: (effect: ShardEffect) => void,
    private readonly wake: (shard: Shard) => void,
    private readonly config: RetryPacingConfig = DEFAULTS,
  ) {
    this.#saved = config.savedMax;
  }

  ownsTimer(name: string): boolean {
    return name === TIMER;
  }

  /** A task has ended its first attempt, however that was. */
  attempted(): void {
    this.#saved = Math.min(this.config.savedMax, this.#saved + this.config.part);
  }

  /** It failed, and its record says that it is to be started again. */
  rest(shard: Shard, task: LiveTask, nowMs: number): void {
    shard.move(task, 'resting');
    const { firstMs, mostMs } = this.config;
    const pauseMs = Math.min(mostMs, firstMs * 2 ** (task.failures - 1)) * (0.5 + chanceOf(task));
    const tick = Math.ceil((nowMs + pauseMs) / TICK_MS);
    const group = this.#resting.get(tick);
    if (group) group.push({ shard, task });
    else this.#resting.set(tick, [{ shard, task }]);
    this.#arm(nowMs);
  }

  onTimer(nowMs: number): void {
    this.#armedForMs = Infinity;
    const ticks = [...this.#resting.keys()].filter((tick) => tick * TICK_MS <= nowMs);
    for (const tick of ticks.sort((a, b) => a - b)) {
      this.#due.push(...(this.#resting.get(tick) ?? []));
      this.#resting.delete(tick);
    }
    this.#release(nowMs);
    this.#arm(nowMs);
  }

  #release(nowMs: number): void {
    const { savedMax, perS } = this.config;
    this.#saved = Math.min(savedMax, this.#saved + (perS * (nowMs - this.#savedAtMs)) / 1_000);
    this.#savedAtMs = nowMs;
    const woken = new Set<Shard>();
    let next = 0;
    for (; next < this.#due.length; next++) {
      const resting = this.#due[next];
      if (!resting || !isResting(resting)) continue;
      if (this.#saved < 1) break;
      this.#saved -= 1;
      resting.shard.move(resting.task, 'waiting');
      woken.add(resting.shard);
    }
    this.#due = this.#due.slice(next);
    for (const shard of woken) this.wake(shard);
  }

  #arm(nowMs: number): void {
    let atMs = this.#due.length > 0 ? nowMs + Math.max(TICK_MS, 1_000 / this.config.perS) : Infinity;
    for (const tick of this.#resting.keys()) atMs = Math.min(atMs, tick * TICK_MS);
    if (atMs >= this.#armedForMs) return;
    this.#armedForMs = atMs;
    this.emit(this.timers.arm(TIMER, Math.max(0, atMs - nowMs)));
  }
}

/** It may have been cancelled, or be another coordinator's by now. */
function isResting({ shard, task }: Resting): boolean {
  return shard.mode !== 'closed' && shard.live.get(task.index) === task && task.phase === 'resting';
}

/** Spread evenly over [0, 1), another for each attempt: no two coordinators draw together. */
function chanceOf({ index, epoch }: LiveTask): number {
  let mixed = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(epoch % 2 ** 31, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
}
