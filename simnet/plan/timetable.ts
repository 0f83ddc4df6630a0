import { known } from '../../src/kernel/assert.js';
import type { Machine, Placement } from './batch.js';

/** From `from` to `to` a CPU has nothing to do. */
interface Gap {
  from: number;
  to: number;
}

/** When each CPU of one machine is free; tasks go into gaps too. */
export class Timetable {
  /** Of each CPU, in the order of time; the last one never ends. */
  readonly #gaps: Gap[][];

  constructor(
    private readonly place: number,
    { cpus }: Machine,
  ) {
    this.#gaps = Array.from({ length: cpus }, () => [{ from: 0, to: Infinity }]);
  }

  /**
   * The earliest start, not before `readyMs`, at which `cpus` CPUs are free for so long.
   *
   * A CPU's own earliest start bounds that of all together from below, so the search goes from bound to bound.
   */
  earliest(readyMs: number, lengthMs: number, cpus: number): number {
    if (cpus === 1) {
      let firstMs = Infinity;
      for (const gaps of this.#gaps) firstMs = Math.min(firstMs, earliestIn(gaps, readyMs, lengthMs));
      return firstMs;
    }
    for (let atMs = readyMs; ;) {
      const starts = this.#gaps.map((gaps) => earliestIn(gaps, atMs, lengthMs)).sort((a, b) => a - b);
      atMs = known(starts[cpus - 1], `CPU ${cpus} of ${starts.length}`);
      if (this.#freeAt(atMs, lengthMs).length >= cpus) return atMs;
    }
  }

  /** Takes the time for a task, on the CPUs that were free the shortest before it. */
  take(task: number, startMs: number, lengthMs: number, cpus: number): Placement {
    const free = this.#freeAt(startMs, lengthMs)
      .sort((a, b) => this.#slackBefore(a, startMs) - this.#slackBefore(b, startMs) || a - b)
      .slice(0, cpus)
      .sort((a, b) => a - b);
    const endMs = startMs + lengthMs;
    for (const lane of free) fill(known(this.#gaps[lane], `CPU ${lane}`), startMs, endMs);
    return { task, machine: this.place, lanes: free, startMs, endMs };
  }

  #freeAt(startMs: number, lengthMs: number): number[] {
    return [...this.#gaps.keys()].filter((lane) => {
      return earliestIn(known(this.#gaps[lane], `CPU ${lane}`), startMs, lengthMs) === startMs;
    });
  }

  #slackBefore(lane: number, startMs: number): number {
    const gap = this.#gaps[lane]?.find(({ from, to }) => from <= startMs && startMs < to);
    return startMs - (gap?.from ?? 0);
  }
}

function earliestIn(gaps: readonly Gap[], readyMs: number, lengthMs: number): number {
  for (const { from, to } of gaps) {
    const startMs = Math.max(from, readyMs);
    if (startMs + lengthMs <= to) return startMs;
  }
  return Infinity;
}

function fill(gaps: Gap[], startMs: number, endMs: number): void {
  const at = gaps.findIndex(({ from, to }) => from <= startMs && endMs <= to);
  const gap = known(gaps[at], `a gap from ${startMs} to ${endMs} ms`);
  const rest = [
    { from: gap.from, to: startMs },
    { from: endMs, to: gap.to },
  ];
  gaps.splice(at, 1, ...rest.filter(({ from, to }) => from < to));
}
