import { MARKS, SOMETIMES, type Mark } from '../swarm/sometimes.js';
import type { Told } from './worker.js';

/** Seeds from which on a state that was never reached is a failure of the swarm. */
const ENOUGH = 1_000;

/** What many seeds came to, together. */
export class Tally {
  readonly failed: Told[] = [];
  seeds = 0;
  steps = 0;
  virtualMs = 0;
  busyMs = 0;
  slowest: Told | undefined;
  readonly #reached = new Map<Mark, number>();

  note(told: Told): void {
    this.seeds += 1;
    this.steps += told.steps;
    this.virtualMs += told.virtualMs;
    this.busyMs += told.tookMs;
    if (told.tookMs > (this.slowest?.tookMs ?? -1)) this.slowest = told;
    if (!told.ok) this.failed.push(told);
    for (const mark of told.sometimes) this.#reached.set(mark, (this.#reached.get(mark) ?? 0) + 1);
  }

  /** States that no seed reached. */
  get missing(): Mark[] {
    return MARKS.filter((mark) => !this.#reached.has(mark));
  }

  get isOk(): boolean {
    return this.seeds > 0 && this.failed.length === 0 && (this.seeds < ENOUGH || this.missing.length === 0);
  }

  lines(): string[] {
    const states = MARKS.map((mark) => {
      return `${String(this.#reached.get(mark) ?? 0).padStart(6)}  ${mark.padEnd(28)} ${SOMETIMES[mark]}`;
    });
    const each = (this.busyMs / Math.max(1, this.seeds)).toFixed(0);
    const { slowest } = this;
    const longest = slowest ? `, ${slowest.tookMs} ms at the most (${slowest.seed})` : '';
    return [
      'sometimes, in so many seeds:',
      ...states,
      `${this.seeds} seeds, ${Math.round(this.virtualMs / 60_000)} virtual minutes, ${this.steps} events; ${each} ms a seed${longest}`,
      ...this.missing.map((mark) => `${this.seeds < ENOUGH ? 'not reached yet' : 'NEVER REACHED'}: ${mark}`),
    ];
  }
}
