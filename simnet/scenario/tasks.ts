import type { Arrivals, Surge } from '../workload/arrivals.js';
import { DURATION_KINDS, type Durations } from '../workload/durations.js';
import { rateFor, type Workload } from '../workload/workload.js';
import { shown, wrong, type Section } from '../../src/toml/section.js';

const MEAN_MS = 1_000;
const TIMEOUT_MS = 30_000;
/** Of a Pareto distribution, times the mean. */
const CAP = 100;
/** Nothing is learned from a flock that falls behind without end. */
const LOAD_MAX = 100;

/** `[workload]`: what tasks are like. */
export function readWorkload(scenario: Section, mostCpus: number): Workload {
  const section = scenario.section('workload');
  if (section === undefined) return workloadOf({ kind: 'exponential', meanMs: MEAN_MS });
  const durations = readDurations(section);
  const cpus = section.number('cpus', { min: 0.001, max: 100_000, like: 1 }) ?? 1;
  if (cpus > mostCpus)
    throw section.error('cpus', `${cpus}, and no node has more than ${mostCpus}`, 'raise cpus of the nodes');
  const rates = {
    failRate: section.part('fail') ?? 0,
    hangRate: section.part('hang') ?? 0,
    poisonRate: section.part('poison') ?? 0,
    hotPart: section.part('hot') ?? 0,
  };
  if (rates.hangRate + rates.poisonRate > 1) throw section.error('poison', 'with hang it is more than all tasks');
  const timeoutMs = section.duration('timeout') ?? TIMEOUT_MS;
  section.end();
  return { ...workloadOf(durations), cpus, ...rates, timeoutMs };
}

function workloadOf(durations: Durations): Workload {
  return { durations, cpus: 1, failRate: 0, hangRate: 0, poisonRate: 0, hotPart: 0, timeoutMs: TIMEOUT_MS };
}

function readDurations(section: Section): Durations {
  const kind = section.oneOf('durations', 'workload', DURATION_KINDS) ?? 'exponential';
  const meanMs = section.duration('mean') ?? MEAN_MS;
  // Who asks for another kind on the command line has not to know what the file says of its own.
  if (section.isFlag('durations')) section.ignore('long-part', 'long-factor', 'shape', 'cap');
  switch (kind) {
    case 'constant':
    case 'uniform':
    case 'exponential':
      return { kind, meanMs };
    case 'bimodal': {
      const longPart = section.part('long-part') ?? 0.1;
      return {
        kind,
        meanMs,
        longPart,
        longFactor: section.number('long-factor', { min: 1, max: 1e6, like: 10 }) ?? 10,
      };
    }
    case 'pareto': {
      const shape = section.number('shape', { min: 1.01, max: 10, like: 1.5 }) ?? 1.5;
      const capMs = section.duration('cap') ?? CAP * meanMs;
      if (capMs <= meanMs) throw section.error('cap', 'it is not above the mean');
      return { kind, meanMs, shape, capMs };
    }
  }
}

/**
 * `arrival`: `0.8` (tasks come at random and keep 80 % of the flock busy), `"uniform:0.8"` (at equal steps), `"50/s"`,
 * `"uniform:50/s"` or `"batch"` (all at once).
 *
 * @param power - slots times speed, of all nodes together
 */
export function readArrivals(scenario: Section, workload: Workload, power: number): Arrivals {
  return scenario.read('arrival', (value) => arrivalsOf(value, workload, power)) ?? poisson(0.8, workload, power);
}

function poisson(load: number, workload: Workload, power: number): Arrivals {
  return { kind: 'poisson', perS: rateFor(load, workload, power) };
}

function arrivalsOf(value: unknown, workload: Workload, power: number): Arrivals {
  if (value === 'batch') return { kind: 'batch' };
  const [, shape, amount, perS] = /^(?:(poisson|uniform):)?(\d+(?:\.\d+)?)(\/s)?$/.exec(String(value)) ?? [];
  if (amount === undefined)
    throw wrong(`${shown(value)} is no way to arrive`, 'write 0.8, "uniform:0.8", "50/s" or "batch"');
  const n = Number(amount);
  if (!(n > 0 && (perS !== undefined || n <= LOAD_MAX))) {
    throw wrong(`${shown(value)} is no load`, `more than 0 and at most ${LOAD_MAX}; 0.8 keeps 80 % of the slots busy`);
  }
  const kind = shape === 'uniform' ? 'uniform' : 'poisson';
  return { kind, perS: perS === undefined ? rateFor(n, workload, power) : n };
}

/** `[[surges]]`: from `at`, `for` so long, tasks come `factor` times as fast. */
export function readSurges(scenario: Section): Surge[] {
  return scenario.sections('surges').map((surge) => {
    const atMs = surge.duration('at', { mayBeZero: true });
    const forMs = surge.duration('for');
    if (atMs === undefined) throw surge.missing('at', 'write at = "30s"');
    if (forMs === undefined) throw surge.missing('for', 'write for = "10s"');
    const factor = surge.number('factor', { min: 0.001, max: 10_000, like: 5 }) ?? 5;
    surge.end();
    return { atMs, forMs, factor };
  });
}
