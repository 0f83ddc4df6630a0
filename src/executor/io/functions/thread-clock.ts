import { openSync, readSync } from 'node:fs';

/**
 * A call that takes less cannot have had more CPU time either, and nothing is told of it. What was read so shortly before a call
 * begins serves for that as well.
 */
const PRECISION_MS = 1;

/** The CPU time of calls in the thread that makes it. The kernel brings it up to date some hundred times a second, and at each wait. */
export class ThreadClock {
  private readonly fd: number | undefined;
  private readonly buffer = Buffer.alloc(64);
  private cpuMs: number | undefined;
  private readAtMs = -Infinity;

  constructor() {
    try {
      this.fd = openSync('/proc/thread-self/schedstat', 'r');
    } catch {
      this.fd = undefined;
    }
  }

  /** @param nowMs - on the monotonic clock */
  begin(nowMs: number): void {
    if (nowMs - this.readAtMs < PRECISION_MS) return;
    this.readAtMs = nowMs;
    this.cpuMs = this.readMs();
  }

  /**
   * What the call that began last has had, in whole milliseconds; undefined where that is not known.
   *
   * @param tookMs - no thread has had more than that, though what the kernel brings up to date late may look so
   */
  end(tookMs: number): number | undefined {
    if (tookMs < PRECISION_MS || this.cpuMs === undefined) return undefined;
    const nowMs = this.readMs();
    return nowMs === undefined ? undefined : Math.round(Math.min(nowMs - this.cpuMs, tookMs));
  }

  /** Since the thread began; undefined where this system does not say. */
  private readMs(): number | undefined {
    if (this.fd === undefined) return undefined;
    const length = readSync(this.fd, this.buffer, 0, this.buffer.length, 0);
    return Number.parseInt(this.buffer.toString('latin1', 0, length), 10) / 1e6;
  }
}
