import { Gauge } from './gauge.js';

/** Looked at in one turn of the loop: some 2 ms for commands of one or two processes. */
const LOOKS_MAX = 32;

/** The gauges of what runs, each looked at when it is due. */
export class Gauges {
  private readonly running = new Set<Gauge>();
  private timer: NodeJS.Timeout | undefined;
  private timerMs = Infinity;

  /** @param shell - the pid of the shell that runs the command, and nothing else */
  begin(shell: number, nowMs: number): Gauge {
    const gauge = new Gauge(shell, nowMs);
    this.running.add(gauge);
    if (gauge.dueMs < this.timerMs) this.arm(gauge.dueMs, nowMs);
    return gauge;
  }

  /** It ends, or has ended. */
  end(gauge: Gauge): void {
    this.running.delete(gauge);
  }

  close(): void {
    clearTimeout(this.timer);
    this.running.clear();
  }

  private arm(dueMs: number, nowMs: number): void {
    clearTimeout(this.timer);
    this.timerMs = dueMs;
    this.timer = setTimeout(() => this.look(), Math.max(1, dueMs - nowMs)).unref();
  }

  private look(): void {
    const nowMs = performance.now();
    let looks = 0;
    let nextMs = Infinity;
    for (const gauge of this.running) {
      if (gauge.dueMs <= nowMs && looks < LOOKS_MAX) {
        gauge.look(nowMs);
        looks += 1;
      }
      nextMs = Math.min(nextMs, gauge.dueMs);
    }
    this.timerMs = Infinity;
    if (nextMs < Infinity) this.arm(nextMs, nowMs);
  }
}
