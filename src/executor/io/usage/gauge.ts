import type { Usage } from '../../runner.js';
import { takenBelow } from './proc.js';

/** How old a command is when it is looked at; from the last on as long after each look. Most commands end before the first. */
const AGES_MS = [50, 200, 1_000];
const PERIOD_MS = 1_000;

/** What one command takes, as far as it is seen from outside while it lives. */
export class Gauge {
  /** When it is to be looked at next, on the monotonic clock. */
  dueMs: number;
  private looks = 0;
  private cpuMs: number | undefined;
  private peakBytes = 0;

  /** @param shell - the pid of the shell that runs it, and nothing else */
  constructor(
    private readonly shell: number,
    private readonly startedMonoMs: number,
  ) {
    this.dueMs = startedMonoMs + (AGES_MS[0] ?? PERIOD_MS);
  }

  look(nowMs: number): void {
    const ageMs = AGES_MS[++this.looks];
    this.dueMs = ageMs === undefined ? nowMs + PERIOD_MS : this.startedMonoMs + ageMs;
    const taken = takenBelow(this.shell);
    if (taken === undefined) return;
    this.cpuMs = taken.cpuMs;
    this.peakBytes = Math.max(this.peakBytes, taken.residentBytes, taken.highestBytes);
  }

  /** @param cpuMs - as its shell has it; undefined: that is gone too, and what was seen last is all there is */
  read(cpuMs = this.cpuMs): Usage | undefined {
    const { peakBytes } = this;
    if (cpuMs === undefined) return peakBytes > 0 ? { peakBytes } : undefined;
    return peakBytes > 0 ? { cpuMs, peakBytes } : { cpuMs };
  }
}
