import { BASELINES, runBaseline, type Baseline } from '../baselines/result.js';
import type { RunResult } from '../measure/result.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Latency } from '../world/network-latency.js';

export { BASELINES, type Baseline };

/** What a model makes of a scenario's trace on its nodes. Faults do not touch it. */
export function runModel(which: Baseline, { name, trace, nodes, seed, network }: Scenario): RunResult {
  const capacity = nodes.map(({ cpus, speed }) => ({ slots: cpus, speed }));
  const latencyMs = meanOf(network.latency ?? { kind: 'constant', ms: 1 });
  const startedMs = performance.now();
  const result = runBaseline(which, trace, capacity, { scenario: name, seed, latencyMs });
  return { ...result, wallMs: performance.now() - startedMs };
}

function meanOf(latency: Latency): number {
  switch (latency.kind) {
    case 'constant':
      return latency.ms;
    case 'uniform':
      return (latency.lowMs + latency.highMs) / 2;
    case 'normal':
      return latency.meanMs;
    case 'lognormal':
      return latency.medianMs * Math.exp(latency.sigma ** 2 / 2);
  }
}
