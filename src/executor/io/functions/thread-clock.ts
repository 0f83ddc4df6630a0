import { openSync, readSync } from 'node:fs';

/** The CPU time of the thread that makes it. The kernel brings it up to date some hundred times a second, and at each wait. */
export class ThreadClock {
  private readonly fd: number | undefined;
  private readonly buffer = Buffer.alloc(64);

  constructor() {
    try {
      this.fd = openSync('/proc/thread-self/schedstat', 'r');
    } catch {
      this.fd = undefined;
    }
  }

  /** Milliseconds since the thread began; undefined where this system does not say. */
  readMs(): number | undefined {
    if (this.fd === undefined) return undefined;
    const length = readSync(this.fd, this.buffer, 0, this.buffer.length, 0);
    return Number.parseInt(this.buffer.toString('latin1', 0, length), 10) / 1e6;
  }

  /**
   * Whole milliseconds since it read `beforeMs`.
   *
   * @param atMost - time that has passed: no thread has more, though what was brought up to date late may look so
   */
  sinceMs(beforeMs: number | undefined, atMost: number): number | undefined {
    const nowMs = this.readMs();
    return beforeMs === undefined || nowMs === undefined ? undefined : Math.round(Math.min(nowMs - beforeMs, atMost));
  }
}
