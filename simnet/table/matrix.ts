import { DISCIPLINE_NAMES } from '../../src/kernel/disciplines.js';
import { BUILT_IN_POLICIES } from '../../src/kernel/policies.js';
import { runScenario } from '../experiment/run.js';
import type { RunResult } from '../measure/result.js';
import { readScenario, type Scenario } from '../scenario/scenario.js';
import { tableWorkloads, type TableWorkload } from './workloads.js';

/** What one row and column came to. */
export interface Cell {
  readonly responseMs: number;
  readonly responseP99Ms: number;
  /** Mean of the bounded slowdown. */
  readonly slowdown: number;
  /** Times the lower bound. */
  readonly makespan: number;
  readonly jain: number;
  /** Part of all CPU time until the last end. */
  readonly utilisation: number;
  readonly messagesPerTask: number;
  /** Of all that came. */
  readonly unfinished: number;
}

export interface Choice {
  readonly kind: 'policy' | 'discipline';
  readonly name: string;
}

export interface Table {
  readonly workloads: readonly Pick<TableWorkload, 'name' | 'says'>[];
  readonly rows: readonly { readonly choice: Choice; readonly cells: readonly Cell[] }[];
  readonly tasks: number;
  readonly seed: number;
}

export interface TableOptions {
  /** Of each workload. */
  readonly tasks: number;
  readonly seed: number;
  readonly choices: readonly Choice[];
}

/** With disciplines: all that waits does so at nodes, where they order it. */
export const UNBOUNDED = 'round-robin';

/** Every policy with `fifo`, and every other discipline with `round-robin`. */
export const CHOICES: readonly Choice[] = [
  ...BUILT_IN_POLICIES.map((name) => ({ kind: 'policy', name }) as const),
  ...DISCIPLINE_NAMES.map((name) => ({ kind: 'discipline', name }) as const).filter(({ name }) => name !== 'fifo'),
];

/**
 * Runs all of it, one simulation after the other, and gives the table with the last. Each row sees the same traces.
 *
 * @returns after each simulation how many are done, of how many
 */
export function* makeTable({
  tasks,
  seed,
  choices,
}: TableOptions): Generator<{ readonly done: number; readonly of: number }, Table> {
  const workloads = tableWorkloads(tasks, seed);
  const rows: { choice: Choice; cells: Cell[] }[] = [];
  let done = 0;
  for (const choice of choices) {
    const cells: Cell[] = [];
    for (const workload of workloads) {
      cells.push(cellOf(runScenario(scenarioOf(workload, choice, seed)), workload));
      done += 1;
      yield { done, of: choices.length * workloads.length };
    }
    rows.push({ choice, cells });
  }
  return { workloads: workloads.map(({ name, says }) => ({ name, says })), rows, tasks, seed };
}

function scenarioOf({ name, nodes, trace }: TableWorkload, { kind, name: choice }: Choice, seed: number): Scenario {
  const overrides = [
    { path: ['policy'], value: kind === 'policy' ? choice : UNBOUNDED, flag: '--policy' },
    { path: ['discipline'], value: kind === 'discipline' ? choice : 'fifo', flag: '--discipline' },
    { path: ['seed'], value: seed, flag: '--seed' },
  ];
  const file = { name, text: 'tasks = 1', file: name };
  const base = readScenario(file, overrides, () => []);
  const lastMs = trace.at(-1)?.atMs ?? 0;
  return { ...base, nodes, trace, expectedMs: Math.max(lastMs, 1), limitMs: lastMs + LIMIT_MS };
}

/** Whatever has not ended so long after the last arrival counts as unfinished. */
const LIMIT_MS = 600_000;

function cellOf(result: RunResult, { nodes, trace }: TableWorkload): Cell {
  const { responseMs, slowdown, makespan, balance, traffic, virtualMs, tasks } = result;
  const power = nodes.reduce((sum, { cpus, speed }) => sum + cpus * speed, 0);
  const work = trace.reduce((sum, { durationMs, cpus }) => sum + durationMs * cpus, 0);
  const messages = (traffic.messagesPerNodeS * nodes.length * virtualMs) / 1_000;
  return {
    responseMs: responseMs.mean,
    responseP99Ms: responseMs.p99,
    slowdown: slowdown.mean,
    makespan: makespan.ratio,
    jain: balance.jain,
    utilisation: makespan.ms > 0 ? work / (power * makespan.ms) : 0,
    messagesPerTask: messages / Math.max(1, trace.length),
    unfinished: 1 - responseMs.count / Math.max(1, tasks.submitted),
  };
}
