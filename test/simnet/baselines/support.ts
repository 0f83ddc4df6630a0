import type { ModelNode, ModelRun, ModelTask } from '../../../simnet/baselines/model.js';
import { Prng } from '../../../src/kernel/prng.js';

export function nodesOf(count: number, slots = 1, speed = 1): ModelNode[] {
  return Array.from({ length: count }, () => ({ slots, speed }));
}

function exponential(prng: Prng, mean: number): number {
  return -Math.log(1 - prng.float()) * mean;
}

/** Poisson arrivals, exponential durations: M/M/… */
export function markovian(seed: number, count: number, arrivalsPerMs: number, meanMs: number): ModelTask[] {
  const prng = new Prng(seed);
  let atMs = 0;
  return Array.from({ length: count }, () => {
    atMs += exponential(prng, 1 / arrivalsPerMs);
    return { atMs, durationMs: exponential(prng, meanMs), cpus: 1 };
  });
}

export function waitsOf(tasks: readonly ModelTask[], run: ModelRun): number[] {
  return tasks.map((task, i) => run.startMs[i]! - task.atMs);
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Mean wait in M/M/c (Erlang C). */
export function erlangWaitMs(servers: number, arrivalsPerMs: number, meanMs: number): number {
  const offered = arrivalsPerMs * meanMs;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < servers; k++) sum += term *= offered / k;
  const last = ((term * offered) / servers) * (servers / (servers - offered));
  return ((last / (sum + last)) * meanMs) / (servers - offered);
}

/**
 * Three standard errors of the mean of `count` waits in a row, which depend on each other: Daley's variance for M/M/1
 * (1968), for c servers that of one c times as fast, which what waits behind them sees.
 */
export function toleranceMs(servers: number, load: number, meanMs: number, count: number): number {
  const spread = (load * (2 + 5 * load - 4 * load ** 2 + load ** 3)) / (1 - load) ** 4;
  return 3 * (meanMs / servers) * Math.sqrt(spread / count);
}
