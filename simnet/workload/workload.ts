import { Prng } from '../../src/kernel/prng.js';
import { arrivalTimes, type Arrivals, type Surge } from './arrivals.js';
import { drawerOf, type Durations } from './durations.js';
import { toMicros, type Arrival, type Fate, type Trace } from './trace.js';

/** What tasks are like. Rates are parts of one. */
export interface Workload {
  readonly durations: Durations;
  /** Of each task. */
  readonly cpus: number;
  /** Part that ends with exit code 1. */
  readonly failRate: number;
  /** Part that never ends of itself: its timeout ends it. */
  readonly hangRate: number;
  /** Part that takes its node with it. */
  readonly poisonRate: number;
  /** Part that has one and the same placement key. */
  readonly hotPart: number;
  /** Of tasks that hang. */
  readonly timeoutMs: number;
}

export interface Generation {
  readonly tasks: number;
  readonly workload: Workload;
  readonly arrivals: Arrivals;
  readonly surges: readonly Surge[];
  readonly seed: number;
}

export const HOT_KEY = 'hot';

/** Arrivals and durations are drawn apart, so that changing one leaves the other as it was. */
const SEEDS = { arrivals: 0xa221, durations: 0xd02a, fates: 0xfa7e, keys: 0x4e15 };

/** The same for the same seed, on every engine. */
export function generate({ tasks, workload, arrivals, surges, seed }: Generation): Trace {
  const of = (aspect: keyof typeof SEEDS): Prng => new Prng(seed + SEEDS[aspect]);
  const times = arrivalTimes(tasks, arrivals, surges, of('arrivals'));
  const drawDuration = drawerOf(workload.durations);
  const [durations, fates, keys] = [of('durations'), of('fates'), of('keys')];
  const { cpus, failRate, hangRate, poisonRate, hotPart, timeoutMs } = workload;
  return Array.from(times, (atMs): Arrival => {
    const drawnMs = Math.max(0.001, toMicros(drawDuration(durations)));
    const luck = fates.float();
    const fate: Fate = luck < hangRate ? 'hangs' : luck < hangRate + poisonRate ? 'kills' : 'ends';
    const durationMs = fate === 'hangs' ? timeoutMs : drawnMs;
    const exitCode = fates.chance(failRate) && fate === 'ends' ? 1 : 0;
    const isHot = keys.chance(hotPart);
    return { atMs: toMicros(atMs), durationMs, cpus, exitCode, fate, ...(isHot ? { key: HOT_KEY } : {}) };
  });
}

/**
 * How many tasks a second keep a part of the flock busy.
 *
 * @param load - 1: all of it
 * @param power - slots times speed, of all nodes together
 */
export function rateFor(load: number, { durations, cpus }: Workload, power: number): number {
  return (load * power * 1000) / (durations.meanMs * cpus);
}
