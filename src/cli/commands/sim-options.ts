import { resolve } from 'node:path';
import type { Command } from 'commander';
import { BUILT_IN_POLICIES, isModulePath } from '../../kernel/policies.js';
import type { Override, Path } from '../../toml/source.js';
import { DISCIPLINE_NAMES } from '../../kernel/disciplines.js';
import { repeated } from '../options.js';

export interface SimOptions {
  readonly list?: true;
  readonly report?: string;
  readonly compare?: readonly string[];
  readonly saveTrace?: string;
  readonly transport?: string;
  readonly [flag: string]: unknown;
}

/** What the command line may say in place of the scenario: flag, what it says, and the scenario's key. */
const FLAGS: readonly (readonly [flags: string, says: string, path: Path])[] = [
  ['--nodes <n>', 'so many nodes (default 20)', ['nodes']],
  ['--cpus <n>', 'CPUs of each node: tasks that it runs at once (default 2)', ['cpus']],
  ['--tasks <n>', 'so many tasks (default 2000)', ['tasks']],
  ['--workload <kind>', 'durations: constant, uniform, exponential, bimodal or pareto', ['workload', 'durations']],
  ['--mean <time>', 'mean duration of a task: 250ms, 1s (default 1s)', ['workload', 'mean']],
  ['--arrival <how>', '0.8 keeps 80 % of the slots busy; also uniform:0.8, 50/s, batch (all at once)', ['arrival']],
  ['--trace <file>', 'replay arrivals from a CSV file', ['trace']],
  ['--churn <rate>', 'nodes that crash and come back: 5%/min or 3/min', ['churn']],
  ['--partition <what>', 'split@30s+20s: halves apart at 30 s for 20 s; also split:3@…, zone:edge@…', ['partition']],
  ['--latency <time>', 'of the network, one way: 5ms, 1ms-3ms, 40ms~0.3', ['network', 'latency']],
  ['--loss <part>', 'messages that get lost: 1%', ['network', 'loss']],
  [
    '--policy <name>',
    `how tasks find their nodes: ${BUILT_IN_POLICIES.join(', ')}, or ./FILE.mjs, your own`,
    ['policy'],
  ],
  ['--discipline <name>', `how nodes queue: ${DISCIPLINE_NAMES.join(', ')}`, ['discipline']],
  ['--seed <n>', 'one seed is one story (default 1)', ['seed']],
  ['--limit <time>', 'end after so much virtual time, whatever still goes on', ['limit']],
  ['--cold', 'the nodes start as strangers, in place of a flock that has formed', ['cold']],
];

export function addSimOptions(command: Command): void {
  command.optionsGroup('Scenario (on top of the file):');
  for (const [flags, says] of FLAGS) {
    if (flags.startsWith('--partition')) repeated(command, flags, says, (text) => text);
    else command.option(flags, says);
  }
  command
    .optionsGroup('Results:')
    .option('--compare <name...>', 'the same trace under others too: any policy, central, sparrow')
    .option('--report <file>', 'where the HTML report goes; none for no report')
    .option('--save-trace <file>', 'write the arrivals as CSV, and run nothing')
    .option('--transport <kind>', 'simulated, or libp2p: real nodes in one process, in real time')
    .optionsGroup('Other:')
    .option('--list', 'list the scenarios that come with covey');
}

/** What was given, as the scenario's own values. */
export function overridesOf(options: SimOptions, cwd: string): Override[] {
  return FLAGS.flatMap(([flags, , path]) => {
    const flag = flags.split(' ')[0] ?? '';
    const given = options[flag.slice(2)];
    if (given === undefined || isModule(flag, given)) return [];
    const value = flag === '--trace' && typeof given === 'string' ? resolve(cwd, given) : valueOf(given);
    return [{ path, value, flag }];
  });
}

/** The module of a policy of the user's, which no scenario names. */
export function policyModuleOf(options: SimOptions, cwd: string): string | undefined {
  const given = options['policy'];
  return isModule('--policy', given) ? resolve(cwd, given) : undefined;
}

function isModule(flag: string, given: unknown): given is string {
  return flag === '--policy' && typeof given === 'string' && isModulePath(given);
}

/** Numbers are numbers in a scenario, and all else is text. */
function valueOf(given: unknown): unknown {
  return typeof given === 'string' && /^-?\d+(\.\d+)?$/.test(given) ? Number(given) : given;
}
