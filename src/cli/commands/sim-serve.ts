import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { BASELINES, runModel, type Baseline } from '../../../simnet/experiment/compare.js';
import { runScenario, type Standing } from '../../../simnet/experiment/run.js';
import type { RunResult } from '../../../simnet/measure/result.js';
import { readScenario, type Scenario } from '../../../simnet/scenario/scenario.js';
import { readTrace, writeTrace } from '../../../simnet/workload/csv-trace.js';
import type { Trace } from '../../../simnet/workload/trace.js';
import { CoveyError } from '../../kernel/errors.js';
import { BUILT_IN_POLICIES, POLICIES, type PolicyName } from '../../kernel/policies.js';
import { reasonOf } from './sim-files.js';
import type { SimNews, SimTask, Transport } from './sim-protocol.js';

/** How often the bar moves. */
const PROGRESS_MS = 100;

/** Reads the scenario, says that it is good, and simulates once it is told to. All that goes wrong is said too. */
export function serve(port: MessagePort, task: SimTask): void {
  const say = (news: SimNews): void => port.postMessage(news);
  const saying = async (act: () => void | Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof CoveyError)) return say({ kind: 'failed', error });
      const { code, message, hint } = error;
      say({ kind: 'refused', code, message, hint });
    }
  };
  void saying(async () => {
    const compared = comparedOf(task.compare);
    const read = readScenario(task.scenario, task.overrides, (path) => loadTrace(path, task));
    const scenario = { ...read, ...(await customOf(task.policyModule)) };
    const names = new Set([scenario.policy, ...compared]);
    port.once('message', () => {
      void saying(async () => {
        if (task.wants === 'trace') return say({ kind: 'trace', csv: writeTrace(scenario.trace) });
        const results: RunResult[] = [];
        for (const name of names) results.push(await resultOf(name, scenario, task.transport, say));
        say({ kind: 'results', results });
      });
    });
    say({ kind: 'ready', name: scenario.name, seed: scenario.seed });
  });
}

function comparedOf(names: readonly string[]): readonly (PolicyName | Baseline)[] {
  const all = [...BUILT_IN_POLICIES, ...BASELINES];
  return names.map((name) => {
    const which = all.find((one) => one === name);
    if (which !== undefined) return which;
    throw new CoveyError('usage', `--compare: unknown policy '${name}'`, `there is ${all.join(', ')}`);
  });
}

/** What it does wrong is said on stderr, and the bounded ring has its place. */
async function customOf(path: string | undefined): Promise<Pick<Scenario, 'policy' | 'score'> | undefined> {
  if (path === undefined) return undefined;
  const { CustomPolicy } = await import('../../custom-policy.js');
  const warn = (message: string): void => void process.stderr.write(`covey: ${message}\n`);
  const { score } = await CustomPolicy.load(path, { warn, nowMs: () => performance.now() });
  return { policy: 'custom', score };
}

async function resultOf(
  name: PolicyName | Baseline,
  scenario: Scenario,
  transport: Transport,
  say: (news: SimNews) => void,
): Promise<RunResult> {
  const policy = POLICIES.find((one) => one === name);
  if (policy === undefined) return runModel(name as Baseline, scenario);
  const placed = { ...scenario, policy };
  let saidAtMs = -Infinity;
  const onProgress = (standing: Standing): void => {
    if (performance.now() - saidAtMs < PROGRESS_MS) return;
    saidAtMs = performance.now();
    say({ kind: 'progress', policy: name, standing });
  };
  if (transport === 'simulated') return runScenario(placed, onProgress);
  const { runOverLibp2p } = await import('../../../simnet/real/run.js');
  return runOverLibp2p(placed, onProgress);
}

function loadTrace(path: string, { scenario, cwd }: SimTask): Trace {
  const absolute = resolve(scenario.dir, path);
  const file = relative(cwd, absolute);
  let text;
  try {
    text = readFileSync(absolute, 'utf8');
  } catch (error) {
    throw new CoveyError('usage', `${file}: ${reasonOf(error as NodeJS.ErrnoException)}`, 'a trace is a CSV file');
  }
  return readTrace(text, file);
}
