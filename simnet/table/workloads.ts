import type { NodeSpec } from '../scenario/nodes.js';
import type { Durations } from '../workload/durations.js';
import type { Says, Trace } from '../workload/trace.js';
import { generate, rateFor, type Workload } from '../workload/workload.js';

/** Tasks of one kind, as one who submits them sees it. */
interface Class {
  readonly says: Says;
  /** Of all tasks. */
  readonly part: number;
  readonly durations: Durations;
  readonly cpus?: number;
  readonly hotPart?: number;
}

/** One column of the table. */
export interface TableWorkload {
  readonly name: string;
  readonly says: string;
  readonly nodes: readonly NodeSpec[];
  readonly trace: Trace;
}

const NODES = 4;
const CPUS = 4;
const ALIKE: readonly NodeSpec[] = Array.from({ length: NODES }, () => ({ cpus: CPUS, speed: 1, zone: '' }));
/** Half of them four times as fast. */
const UNLIKE: readonly NodeSpec[] = ALIKE.map((node, i) => ({ ...node, speed: i % 2 === 0 ? 0.4 : 1.6 }));

const exponential = (meanMs: number): Durations => ({ kind: 'exponential', meanMs });
const constant = (meanMs: number): Durations => ({ kind: 'constant', meanMs });
const one = (name: string, durations: Durations, more: Partial<Class> = {}): Class => {
  return { says: { name }, part: 1, durations, ...more };
};

interface Recipe {
  readonly says: string;
  readonly classes: readonly Class[];
  /** Of all CPUs that tasks would keep busy; absent: all come at once. */
  readonly load?: number;
  readonly nodes?: readonly NodeSpec[];
  /** Comes five times as fast for a tenth of the time, and slower before and after. */
  readonly surges?: boolean;
}

const SHORT = { ...one('short', exponential(250)), part: 0.8 };
const LONG = { ...one('long', exponential(4_000)), part: 0.2 };

/** A dozen, each of which brings out something else. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  steady: { says: 'exponential durations, 80 % load', classes: [one('a', exponential(1_000))], load: 0.8 },
  equal: { says: 'all alike, 90 % load', classes: [one('a', constant(1_000))], load: 0.9 },
  pareto: {
    says: 'few very long ones (Pareto 1.5), 80 % load',
    classes: [one('a', { kind: 'pareto', meanMs: 1_000, shape: 1.5, capMs: 30_000 })],
    load: 0.8,
  },
  classes: { says: 'short and long by name, 90 % load', classes: [SHORT, LONG], load: 0.9 },
  batch: { says: 'all at once', classes: [one('a', exponential(1_000))] },
  'batch of classes': { says: 'short and long by name, all at once', classes: [SHORT, LONG] },
  surge: { says: 'five times the rate for a while', classes: [one('a', exponential(1_000))], load: 0.6, surges: true },
  'unlike nodes': {
    says: 'half of the nodes four times as fast, 80 % load',
    classes: [one('a', exponential(1_000))],
    load: 0.8,
    nodes: UNLIKE,
  },
  widths: {
    says: 'tasks of 1, 2 and 4 CPUs, 85 % load',
    classes: [
      { ...one('narrow', exponential(500)), part: 0.6 },
      { ...one('middle', exponential(1_000), { cpus: 2 }), part: 0.3 },
      { ...one('wide', exponential(2_000), { cpus: 4 }), part: 0.1 },
    ],
    load: 0.85,
  },
  'two users': {
    says: 'one has nine tenths of all tasks, 150 % of what can be done',
    classes: [
      { ...one('bulk', exponential(1_000)), part: 0.9, says: { name: 'bulk', submitter: 'bob' } },
      { ...one('few', exponential(1_000)), part: 0.1, says: { name: 'few', submitter: 'ann', priority: 20 } },
    ],
    load: 1.5,
  },
  deadlines: {
    says: 'short ones due after 30 s, long ones after 5 min, 120 % of what can be done',
    classes: [
      {
        ...one('soon', constant(500)),
        part: 0.5,
        says: { name: 'soon', deadlineMs: 30_000, periodMs: 40_000, runtimeMs: 500 },
      },
      {
        ...one('later', constant(1_500)),
        part: 0.5,
        says: { name: 'later', deadlineMs: 300_000, periodMs: 400_000, runtimeMs: 1_500 },
      },
    ],
    load: 1.2,
  },
  'hot key': {
    says: 'a fifth of all have one placement key, 80 % load',
    classes: [one('a', exponential(1_000), { hotPart: 0.2 })],
    load: 0.8,
  },
};

export function tableWorkloads(tasks: number, seed: number): TableWorkload[] {
  return Object.entries(RECIPES).map(([name, { says, classes, load, nodes = ALIKE, surges = false }], i) => {
    const power = nodes.reduce((sum, { cpus, speed }) => sum + cpus * speed, 0);
    const parts = classes.map((of, j) =>
      traceOf(of, { tasks, load, power, surges, seed: seed + 100 * i + j, classes }),
    );
    return { name, says, nodes, trace: parts.flat().sort((a, b) => a.atMs - b.atMs) };
  });
}

interface Making {
  readonly tasks: number;
  readonly load: number | undefined;
  readonly power: number;
  readonly surges: boolean;
  readonly seed: number;
  readonly classes: readonly Class[];
}

function workloadOf({ durations, cpus = 1, hotPart = 0 }: Class): Workload {
  return { durations, cpus, hotPart, failRate: 0, hangRate: 0, poisonRate: 0, timeoutMs: 60_000 };
}

function traceOf(of: Class, { tasks, load, power, surges, seed, classes }: Making): Trace {
  const workload = workloadOf(of);
  const share = (one: Class) => one.part * one.durations.meanMs * (one.cpus ?? 1);
  const ownLoad = (load ?? 0) * (share(of) / classes.reduce((sum, one) => sum + share(one), 0));
  const count = Math.max(1, Math.round(tasks * of.part));
  const perS = load === undefined ? 0 : rateFor(ownLoad, workload, power);
  const lengthMs = perS > 0 ? (count / perS) * 1_000 : 0;
  const arrivals = load === undefined ? ({ kind: 'batch' } as const) : ({ kind: 'poisson', perS } as const);
  const surge = surges ? [{ atMs: 0.3 * lengthMs, forMs: 0.1 * lengthMs, factor: 5 }] : [];
  const trace = generate({ tasks: count, workload, arrivals, surges: surge, seed });
  return trace.map((arrival) => ({ ...arrival, says: of.says }));
}
