import { DISCIPLINE_NAMES, type DisciplineName } from '../../src/kernel/disciplines.js';
import { BUILT_IN_POLICIES, type PolicyName } from '../../src/kernel/policies.js';
import { Prng } from '../../src/kernel/prng.js';
import type { Scorer } from '../../src/placement/policies/custom.js';
import type { TimedFault } from '../faults/fault.js';
import type { Trace } from '../workload/trace.js';
import { generate } from '../workload/workload.js';
import { readFaults } from './faults.js';
import { readNetwork, type NetworkSpec } from './network.js';
import { readNodes, Selector, type NodeSpec } from './nodes.js';
import { Section } from '../../src/toml/section.js';
import { Source, type Override } from '../../src/toml/source.js';
import { readArrivals, readSurges, readWorkload } from './tasks.js';

/** An experiment in full: nothing of it is left to chance but what the seed decides. */
export interface Scenario {
  readonly name: string;
  /** One line: what it shows. */
  readonly description: string;
  /** How tasks find their nodes. */
  readonly policy: PolicyName;
  /** The policy `custom`, where that is it. */
  readonly score?: Scorer;
  /** In which order nodes start what waits for them. */
  readonly discipline: DisciplineName;
  readonly seed: number;
  readonly nodes: readonly NodeSpec[];
  /** The nodes know each other when it begins; else they meet first. */
  readonly isWarm: boolean;
  readonly trace: Trace;
  /** What arrives at one instant and is alike comes as one job; else each task is a job of its own. */
  readonly submitsArrays: boolean;
  readonly network: NetworkSpec;
  readonly faults: readonly TimedFault[];
  /** It ends here at the latest, whatever has not come to an end. */
  readonly limitMs: number;
  /** About how long it takes a healthy flock. */
  readonly expectedMs: number;
}

export interface ScenarioText {
  readonly name: string;
  readonly text: string;
  /** As errors name it. */
  readonly file: string;
}

const TASKS_MAX = 2_000_000;
const SEED_MAX = 2 ** 31 - 1;
/** What faults, steals and long tasks may add before a run counts as one that will not end. */
const PATIENCE = 3;
const PATIENCE_MS = 600_000;

/**
 * Reads a scenario.
 *
 * @param overrides - what the command line says instead
 * @param loadTrace - reads the CSV that the scenario names
 * @throws CoveyError `usage`, naming line or flag
 */
export function readScenario(
  { name, text, file }: ScenarioText,
  overrides: readonly Override[],
  loadTrace: (path: string) => Trace,
): Scenario {
  const scenario = new Section(Source.of(text, file, overrides));
  const description = scenario.text('description') ?? '';
  const seed = scenario.number('seed', { max: SEED_MAX, isWhole: true, like: 7 }) ?? 1;
  const hint = `there is ${BUILT_IN_POLICIES.join(', ')}; central and sparrow are models to --compare with`;
  const policy = scenario.oneOf('policy', 'policy', BUILT_IN_POLICIES, hint) ?? 'bounded-ring';
  const discipline = scenario.oneOf('discipline', 'discipline', DISCIPLINE_NAMES) ?? 'fifo';
  const nodes = readNodes(scenario);
  const isWarm = !(scenario.boolean('cold') ?? false);
  const network = readNetwork(scenario, [...new Set(nodes.map(({ zone }) => zone))]);
  const { trace, isBatch } = readTasks(scenario, nodes, seed, loadTrace);
  const submitsArrays = scenario.boolean('arrays') ?? isBatch;
  const wholeMs = lengthOf(trace, nodes);
  const faults = readFaults(scenario, { select: new Selector(nodes, new Prng(seed + SELECTION)), wholeMs });
  const limitMs = scenario.duration('limit') ?? wholeMs * PATIENCE + PATIENCE_MS;
  scenario.end();
  return {
    name,
    description,
    policy,
    discipline,
    seed,
    nodes,
    isWarm,
    trace,
    submitsArrays,
    network,
    faults,
    limitMs,
    expectedMs: wholeMs,
  };
}

/** So that who is struck does not follow from what is drawn elsewhere. */
const SELECTION = 0x5e1ec7;

interface Tasks {
  readonly trace: Trace;
  readonly isBatch: boolean;
}

function readTasks(
  scenario: Section,
  nodes: readonly NodeSpec[],
  seed: number,
  loadTrace: (path: string) => Trace,
): Tasks {
  const tasks = scenario.number('tasks', { min: 1, max: TASKS_MAX, isWhole: true, like: 2_000 });
  const path = scenario.text('trace');
  const replayed = path === undefined ? undefined : loadTrace(path);
  const mostCpus = nodes.reduce((most, { cpus }) => Math.max(most, cpus), 0);
  const workload = readWorkload(scenario, mostCpus);
  const arrivals = readArrivals(scenario, workload, powerOf(nodes));
  const surges = readSurges(scenario);
  if (replayed === undefined) {
    const trace = generate({ tasks: tasks ?? 2_000, workload, arrivals, surges, seed });
    return { trace, isBatch: arrivals.kind === 'batch' };
  }
  const besides = ['workload', 'arrival', 'surges'].find((key) => scenario.has(key));
  if (besides !== undefined) throw scenario.error(besides, 'the trace says when tasks come, and how long they are');
  const needy = replayed.find(({ cpus }) => cpus > mostCpus);
  if (needy) throw scenario.error('trace', `a task needs ${needy.cpus} cpus, and no node has more than ${mostCpus}`);
  return { trace: replayed.slice(0, tasks), isBatch: false };
}

function powerOf(nodes: readonly NodeSpec[]): number {
  return nodes.reduce((sum, { cpus, speed }) => sum + cpus * speed, 0);
}

/** About how long it takes a healthy flock. */
function lengthOf(trace: Trace, nodes: readonly NodeSpec[]): number {
  const work = trace.reduce((sum, { durationMs, cpus }) => sum + durationMs * cpus, 0);
  const lastMs = trace.reduce((last, { atMs }) => Math.max(last, atMs), 0);
  const longestMs = trace.reduce((most, { durationMs }) => Math.max(most, durationMs), 0);
  const slowest = nodes.reduce((least, { speed }) => Math.min(least, speed), Infinity);
  return Math.max(lastMs, work / powerOf(nodes), lastMs === 0 ? longestMs / slowest : 0);
}
