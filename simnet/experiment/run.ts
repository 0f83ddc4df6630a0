import { Injector } from '../faults/injector.js';
import type { RunResult } from '../measure/result.js';
import type { Scenario } from '../scenario/scenario.js';
import { Flock } from '../world/flock.js';
import type { MachineOptions } from '../world/machine.js';
import { Clients } from './clients.js';
import { Recorder } from './recorder.js';
import { resultOf } from './result.js';
import { Sampler } from './sampler.js';
import { TrafficMeter } from './traffic.js';

/** How far a run is. */
export interface Standing {
  readonly total: number;
  readonly arrived: number;
  readonly finished: number;
  readonly virtualMs: number;
}

/** Before tasks come, nodes hear of each other's load. */
const SETTLE_MS = 2_000;
/** Samples until about the end. */
const SAMPLES = 400;

/**
 * Runs a scenario to its end: every task has an outcome, or the time is up.
 *
 * @param onProgress - called at each sample
 */
export function runScenario(scenario: Scenario, onProgress: (standing: Standing) => void = () => undefined): RunResult {
  const recorder = new Recorder(scenario.trace);
  const flock = flockOf(scenario, recorder);
  flock.world.run(SETTLE_MS);
  const experiment = new Experiment(scenario, flock, recorder);
  for (let waitMs = experiment.look(onProgress); waitMs !== undefined; waitMs = experiment.look(onProgress)) {
    flock.world.run(waitMs);
  }
  return experiment.result();
}

/** A scenario on a flock that has formed, whoever turns its clock. */
export class Experiment {
  readonly #startedMs = performance.now();
  readonly #beganMs: number;
  readonly #eventsBefore: number;
  readonly #steals: () => number;
  readonly #clients: Clients;
  readonly #injector: Injector;
  readonly #sampler: Sampler;
  readonly #meter: TrafficMeter;

  constructor(
    private readonly scenario: Scenario,
    private readonly flock: Flock,
    private readonly recorder: Recorder,
  ) {
    const { trace, submitsArrays, seed, policy, faults } = scenario;
    this.#beganMs = flock.world.nowMs;
    this.#eventsBefore = flock.trace.events;
    recorder.begin(this.#beganMs);
    this.#steals = countSteals(flock);
    this.#clients = new Clients(flock, recorder, { trace, submitsArrays, seed, policy });
    this.#injector = new Injector(flock);
    const joining = faults.reduce((sum, { fault }) => sum + (fault.kind === 'join' ? fault.nodes : 0), 0);
    this.#sampler = new Sampler(flock, recorder, this.#clients, flock.size + joining, stepOf(scenario));
    this.#meter = new TrafficMeter(flock);
    this.#injector.schedule(faults);
    this.#clients.begin();
  }

  /** Takes a sample. @returns how long to wait for the next one, ms; undefined where the run is over */
  look(onProgress: (standing: Standing) => void): number | undefined {
    this.#sampler.look();
    this.#meter.look();
    const { arrived, accepted, hasSettled } = this.#clients;
    const { finishedCount } = this.recorder;
    const { trace, limitMs } = this.scenario;
    const virtualMs = this.flock.world.nowMs - this.#beganMs;
    onProgress({ total: trace.length, arrived, finished: finishedCount, virtualMs });
    if ((hasSettled && finishedCount >= accepted) || virtualMs >= limitMs) return undefined;
    return Math.min(this.#sampler.waitMs, limitMs - virtualMs);
  }

  result(): RunResult {
    const { scenario, flock, recorder } = this;
    return resultOf({
      ...{ scenario, flock, recorder, clients: this.#clients, injector: this.#injector },
      ...{ beganMs: this.#beganMs, eventsBefore: this.#eventsBefore, steals: this.#steals() },
      ...{ series: this.#sampler.series(), traffic: this.#meter.traffic() },
      wallMs: performance.now() - this.#startedMs,
    });
  }
}

function flockOf({ nodes, isWarm, network, seed, discipline, score }: Scenario, history: Recorder): Flock {
  // Who joins later is like those that were there first.
  const machineOf = (index: number): MachineOptions => nodes[index % nodes.length] ?? {};
  const options = { ...network, seed, discipline, score, history, machineOf };
  return isWarm ? Flock.warm(nodes.length, options) : Flock.formed(nodes.length, options);
}

/** Cores count their steals while they live. */
function countSteals(flock: Flock): () => number {
  const stolenBy = (id: string) => flock.node(id).core.stats()['stolen'] ?? 0;
  let ofTheDead = 0;
  flock.onDeath((id) => (ofTheDead += stolenBy(id)));
  return () => ofTheDead + flock.total('stolen');
}

/** A round number of milliseconds. */
function stepOf({ trace, expectedMs }: Scenario): number {
  return Math.max(1, Math.ceil((trace.length === 0 ? 0 : expectedMs) / SAMPLES));
}
