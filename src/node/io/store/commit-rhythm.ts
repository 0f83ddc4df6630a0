/** Writes looked back on, and the time in which so many make a store busy: more than one a millisecond. */
const WRITES = 16;
const BUSY_MS = 16;

/** From one commit to the next while busy. It delays what an outcome's executor is told, never what runs next. */
const GATHER_MS = 3;

/**
 * When to commit: at once while writes are few, so that a submission is answered soon; gathered while they are many, since
 * a commit costs about 0.2 ms of CPU whatever it holds.
 */
export class CommitRhythm {
  readonly #writtenMs = new Float64Array(WRITES).fill(-Infinity);
  #writes = 0;
  #committedMs = -Infinity;

  written(nowMs: number): void {
    this.#writtenMs[this.#writes++ % WRITES] = nowMs;
  }

  committed(nowMs: number): void {
    this.#committedMs = nowMs;
  }

  /** How long to wait with the next commit. */
  pauseMs(nowMs: number): number {
    const oldestMs = this.#writtenMs[this.#writes % WRITES] ?? -Infinity;
    return nowMs - oldestMs > BUSY_MS ? 0 : Math.max(0, this.#committedMs + GATHER_MS - nowMs);
  }
}
