import type { Distribution, RunResult, Series } from '../../../../simnet/measure/result.js';
import { Prng } from '../../../../src/kernel/prng.js';

/** Plausible results without a simulation: what a report has to draw, at any size. */
export interface SampleOptions {
  readonly scenario?: string;
  readonly policy?: string;
  readonly transport?: RunResult['transport'];
  readonly nodes?: number;
  readonly tasks?: number;
  readonly samples?: number;
  readonly seed?: number;
  readonly faults?: RunResult['faults'];
}

export function sampleResult(options: SampleOptions = {}): RunResult {
  const {
    policy = 'bounded-ring',
    transport = 'simulated',
    nodes = 64,
    tasks = 10_000,
    samples = 600,
    seed = 7,
  } = options;
  const prng = new Prng(seed);
  const endMs = samples * 500;
  const busyMsPerNode = Array.from({ length: nodes }, () => endMs * 3 * (0.7 + 0.2 * prng.float()));
  const busiest = busyMsPerNode.reduce((a, b) => Math.max(a, b), 0);
  const average = busyMsPerNode.reduce((a, b) => a + b, 0) / nodes;
  const squares = busyMsPerNode.reduce((a, b) => a + b * b, 0);
  return {
    scenario: options.scenario ?? 'a rack dies',
    policy,
    transport,
    nodes,
    slots: nodes * 4,
    seed,
    traceHash: transport === 'simulated' ? '9f1c03ab77e2d418' : '',
    virtualMs: endMs,
    wallMs: 8_400,
    events: transport === 'model' ? 0 : tasks * 41,
    tasks: {
      submitted: tasks,
      accepted: tasks,
      succeeded: tasks,
      failed: 0,
      cancelled: 0,
      lost: 0,
      reruns: 12,
      steals: 431,
    },
    waitMs: distribution(prng, tasks, 40),
    responseMs: distribution(prng, tasks, 1_400),
    slowdown: distribution(prng, tasks, 1, 1),
    makespan: { ms: endMs, lowerBoundMs: endMs / 1.042, ratio: 1.042 },
    balance: {
      tasksPerNode: busyMsPerNode.map((ms) => Math.round(ms / 1_200)),
      busyMsPerNode,
      maxOverAverage: busiest / average,
      jain: (average * nodes) ** 2 / (nodes * squares),
    },
    traffic:
      transport === 'model'
        ? { messagesPerNodeS: 0, bytesPerNodeS: 0, gossipBytesPerNodeS: 0, messagesByKind: {} }
        : {
            messagesPerNodeS: 46.2,
            bytesPerNodeS: 18_340,
            gossipBytesPerNodeS: 6_120,
            messagesByKind: {
              ping: 81_000,
              ack: 80_912,
              offer: 22_310,
              accept: 21_877,
              refuse: 433,
              rumour: 9_120,
              'steal?': 862,
            },
          },
    series: series(prng, samples, nodes, tasks),
    faults: options.faults ?? [],
  };
}

/** Pareto's, by its quantiles. */
function distribution(prng: Prng, count: number, scale: number, least = 0): Distribution {
  const shape = 1.3 + 0.4 * prng.float();
  const at = (part: number): number => least + scale * ((1 - part) ** (-1 / shape) - 1);
  const top = 1 - 1 / count;
  const curve = Array.from({ length: 200 }, (_, i): readonly [number, number] => {
    const part = 1 - (1 / count) ** (i / 199);
    return [at(Math.min(part, top)), i === 199 ? 1 : part];
  });
  return {
    count,
    mean: least + scale / (shape - 1),
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    max: at(top),
    curve,
  };
}

function series(prng: Prng, samples: number, nodes: number, tasks: number): Series {
  const steps = Array.from({ length: samples }, (_, i) => i);
  const wave = steps.map((i) => 0.8 + 0.15 * Math.sin((i / samples) * 9) + 0.05 * prng.float());
  const dip = (i: number): number => (i > samples * 0.4 && i < samples * 0.5 ? 1 : 0);
  /** Of what the dip held up, how much is still behind. */
  const since = (i: number): number =>
    Math.max(0, Math.min(1, (i / samples - 0.4) * 10) - Math.max(0, (i / samples - 0.5) * 4));
  const queued = steps.map((i) => nodes * (0.4 + 3 * dip(i) + 0.5 * prng.float()) * (wave[i] ?? 1));
  const up = steps.map((i) => nodes - Math.round((nodes / 8) * dip(i)));
  const groups = Array.from({ length: Math.min(64, nodes) }, () => 0.3 + prng.float());
  return {
    atMs: steps.map((i) => i * 500),
    utilisation: wave.map((w, i) => Math.min(1, w - 0.2 * dip(i))),
    running: wave.map((w) => Math.round(w * nodes * 4)),
    queued,
    queuedMaxOfANode: queued.map((q) => Math.round((q / nodes) * (2 + 2 * prng.float()))),
    nodesUp: up,
    viewsRight: steps.map((i) => (dip(i) === 1 && dip(i - 12) === 0 ? 0.1 : 1)),
    arrived: steps.map((i) => Math.round((tasks * (i + 1)) / samples)),
    finished: steps.map((i) => Math.round((tasks * Math.max(0, i + 1 - 8 - 20 * since(i))) / samples)),
    messagesPerS: steps.map((i) => nodes * (40 + 25 * dip(i) + 6 * prng.float())),
    waitMs: steps.map((i) => (i % 17 === 3 ? 0 : 30 + 400 * dip(i) + 25 * prng.float())),
    queuedByGroup: groups.map((g, row) =>
      steps.map((i) => g * (0.5 + prng.float()) * (1 + (row % 8 === 3 ? 6 : 2) * dip(i))),
    ),
  };
}
