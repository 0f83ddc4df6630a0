import type { Prng } from '../../src/kernel/prng.js';
import type { NodeEvent } from '../../src/node/core/events.js';
import type { World } from './world.js';

/** What a loop needs of the process that it turns in. */
export interface Turning {
  /** How long the CPU is busy with one event; 0: no time passes. */
  readonly stepMs: () => number;
  readonly take: (event: NodeEvent) => void;
}

/**
 * The event loop of one process: one event after the other, in the order in which they came. Where the CPU is slow each
 * takes its time, and where the process stands still none is taken; what comes meanwhile waits. Nothing else tells a node
 * that its loop lags: as in the daemon it sees its timers come late.
 */
export class EventLoop {
  readonly #queue: NodeEvent[] = [];
  #head = 0;
  #isBusy = false;
  #isPaused = false;
  #isStopped = false;

  constructor(
    private readonly world: World,
    private readonly process: Turning,
  ) {}

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Events that wait. */
  get lag(): number {
    return this.#queue.length - this.#head;
  }

  feed(event: NodeEvent): void {
    if (this.#isStopped) return;
    if (this.#isBusy || this.#isPaused || this.process.stepMs() > 0) {
      this.#queue.push(event);
      if (!this.#isBusy) this.#turn();
      return;
    }
    this.#isBusy = true;
    this.process.take(event);
    this.#isBusy = false;
    if (this.#queue.length > 0) this.#turn();
  }

  pause(): void {
    this.#isPaused = true;
  }

  /**
   * All that came meanwhile is taken at once. Whether the kernel shows the loop its overdue timers or what has arrived
   * first is chance.
   */
  resume(prng: Prng): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    const waiting = this.#queue.splice(0).slice(this.#head);
    this.#head = 0;
    const isTimer = ({ kind }: NodeEvent) => kind === 'timer';
    const isFirst = prng.chance(0.5) ? isTimer : (event: NodeEvent) => !isTimer(event);
    this.#queue.push(...waiting.filter(isFirst), ...waiting.filter((event) => !isFirst(event)));
    if (!this.#isBusy) this.#turn();
  }

  /** No event is taken any more. */
  stop(): void {
    this.#isStopped = true;
    this.#queue.length = this.#head = 0;
  }

  /** Takes what waits, until it must wait itself. */
  #turn(): void {
    while (!this.#isPaused && this.#head < this.#queue.length) {
      this.#isBusy = true;
      const stepMs = this.process.stepMs();
      if (stepMs > 0) return this.world.after(stepMs, () => this.#finishStep());
      this.#takeNext();
      this.#isBusy = false;
    }
  }

  #finishStep(): void {
    if (this.#isStopped) return;
    if (!this.#isPaused) this.#takeNext();
    this.#isBusy = false;
    this.#turn();
  }

  #takeNext(): void {
    const event = this.#queue[this.#head++];
    if (this.#head === this.#queue.length) this.#queue.length = this.#head = 0;
    if (event) this.process.take(event);
  }
}
