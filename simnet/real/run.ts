import { CoveyError } from '../../src/kernel/errors.js';
import { nodeId } from '../../src/kernel/ids.js';
import { Recorder } from '../experiment/recorder.js';
import { Experiment, type Standing } from '../experiment/run.js';
import { labelOf, type Fault } from '../faults/fault.js';
import type { RunResult } from '../measure/result.js';
import type { Scenario } from '../scenario/scenario.js';
import { Flock } from '../world/flock.js';
import type { MachineOptions } from '../world/machine.js';
import { Libp2pNetwork } from './libp2p-network.js';
import { WallClock } from './wall-clock.js';

/** Each takes 2 to 8 MB and some 10 ms for every handshake. */
const NODES_MAX = 100;
const FORM_MS = 120_000;
const LOOK_MS = 50;
/** Before tasks come, nodes hear of each other's load. */
const SETTLE_MS = 2_000;

/** What happens to a process can be done here; the network is the machine's own. */
const POSSIBLE: readonly Fault['kind'][] = ['pause', 'slow-cpu', 'slow-fsync', 'leave', 'clock-skew', 'clock-jump'];

/**
 * The scenario over real libp2p on loopback, all nodes in this process and in real time, to compare with the simulation:
 * the same cores, the same programs that only wait, the same simulated disk.
 *
 * @throws CoveyError `usage` for what only the simulated network can do
 */
export async function runOverLibp2p(scenario: Scenario, onProgress: (standing: Standing) => void): Promise<RunResult> {
  refuse(scenario);
  const clock = new WallClock();
  const ids = scenario.nodes.map((_, i) => nodeId(`n${i}`));
  const network = await Libp2pNetwork.listen(clock, ids);
  try {
    const recorder = new Recorder(scenario.trace);
    const machineOf = (index: number): MachineOptions => scenario.nodes[index] ?? {};
    const { seed, discipline } = scenario;
    const flock = new Flock({ seed, discipline, history: recorder, machineOf }, { world: clock, network });
    for (const id of ids) flock.start(id);
    const isFormed = await clock.until(() => flock.isWhole() && network.isKnit(), FORM_MS, LOOK_MS);
    if (!isFormed) throw new CoveyError('failed', 'the nodes did not find each other', 'take fewer nodes');
    await clock.until(() => false, SETTLE_MS, SETTLE_MS);
    const experiment = new Experiment(scenario, flock, recorder);
    for (let waitMs = experiment.look(onProgress); waitMs !== undefined; waitMs = experiment.look(onProgress)) {
      await clock.until(() => false, waitMs, waitMs);
    }
    // Real time tells no story twice.
    return { ...experiment.result(), transport: 'libp2p', traceHash: '' };
  } finally {
    clock.stop();
    await network.close();
  }
}

function refuse({ nodes, faults, network }: Scenario): void {
  const hint = 'take --transport simulated';
  if (nodes.length > NODES_MAX) {
    throw new CoveyError('usage', `--transport libp2p: ${nodes.length} nodes, at most ${NODES_MAX}`, hint);
  }
  const fault = faults.find(({ fault: { kind } }) => !POSSIBLE.includes(kind))?.fault;
  if (fault) throw new CoveyError('usage', `--transport libp2p cannot do this fault: ${labelOf(fault)}`, hint);
  if ((network.loss ?? 0) > 0) throw new CoveyError('usage', '--transport libp2p loses nothing on request', hint);
}
