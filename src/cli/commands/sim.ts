import { CoveyError } from '../../client/index.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { EXIT } from '../exit.js';
import { findScenario, listScenarios, reserveFile, type FutureFile } from './sim-files.js';
import planCommand from './sim-plan.js';
import tableCommand from './sim-table.js';
import { addSimOptions, overridesOf, policyModuleOf, type SimOptions } from './sim-options.js';
import { startSimProgress } from './sim-progress.js';
import { TRANSPORTS, type Transport } from './sim-protocol.js';
import { Simulation } from './sim-run.js';

/** Columns of the summary where nobody says how many there are. */
const WIDTH = 100;

const command: CliCommand<SimOptions> = {
  parts: {
    plan: { summary: 'place a known batch off line', command: planCommand },
    table: { summary: 'every policy and discipline under a dozen workloads', command: tableCommand },
  },

  define(command) {
    command
      .description(
        'Runs a whole flock of the real daemon code on a virtual clock: what would happen, in seconds. The same seed gives the same story, and the same hash.',
      )
      .argument('[scenario]', 'one that comes with covey (see --list), or a TOML file');
    addSimOptions(command);
    examples(
      command,
      ['covey sim --nodes 100 --tasks 20000 --workload pareto', 'a hundred nodes at 80 % load'],
      ['covey sim --list', 'the scenarios that come with covey'],
      ['covey sim rack-dies --seed 7', 'one of them'],
      ['covey sim rack-dies --nodes 500 --churn 5%/min', 'larger, and worse'],
      ['covey sim --compare central sparrow', 'beside an omniscient queue and Sparrow'],
      ['covey sim --policy ./mine.mjs', 'a policy of your own: docs/policies.md'],
      ['covey sim mine.toml --report mine.html', 'a scenario of your own'],
      ['covey sim --trace arrivals.csv --nodes 50', 'arrivals that were recorded elsewhere'],
      ['covey sim plan build.toml --svg build.svg', 'where a known batch should go: see `covey sim plan --help`'],
      ['covey sim table', 'which policy and discipline to choose: see `covey sim table --help`'],
    );
  },

  async run(context, [given], options) {
    if (options.list === true) return list(context);
    const transport = transportOf(options.transport);
    const { io } = context;
    const scenario = await findScenario(given, io.cwd);
    const overrides = overridesOf(options, io.cwd);
    const { compare = [], saveTrace: tracePath } = options;
    const wants = tracePath === undefined ? 'results' : 'trace';
    const policyModule = policyModuleOf(options, io.cwd);
    const task = { scenario, overrides, compare, cwd: io.cwd, wants, transport, policyModule } as const;
    const simulation = await Simulation.start(task, context);
    const { name, seed } = await simulation.ready();
    if (tracePath !== undefined) return saveTrace(context, simulation, tracePath);
    const path = options.report ?? `covey-sim-${name}-${seed}.html`;
    const report = path === 'none' ? undefined : await reserve(context, path, '--report');
    return simulate(context, simulation, report);
  },
};
export default command;

async function list({ out }: Context): Promise<number> {
  const scenarios = await listScenarios();
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  for (const { name, description } of scenarios) {
    if (out.json) out.object({ name, description });
    else out.line(out.quiet ? name : `${name.padEnd(width)}  ${description}`);
  }
  return EXIT.ok;
}

function transportOf(given = 'simulated'): Transport {
  const found = TRANSPORTS.find((transport) => transport === given);
  if (found !== undefined) return found;
  throw new CoveyError('usage', `--transport: unknown transport '${given}'`, `there is ${TRANSPORTS.join(' and ')}`);
}

async function reserve({ life, io }: Context, path: string, flag: string): Promise<FutureFile> {
  const file = await reserveFile(path, io.cwd, flag);
  life.atEnd(() => file.abandon());
  return file;
}

async function saveTrace(context: Context, simulation: Simulation, path: string): Promise<number> {
  const file = await reserve(context, path, '--save-trace');
  const { csv } = await simulation.trace();
  await file.write(csv);
  if (context.out.json) context.out.object({ file: file.path });
  else context.out.line(file.path);
  return EXIT.ok;
}

async function simulate(context: Context, simulation: Simulation, report: FutureFile | undefined): Promise<number> {
  const { out, io } = context;
  const progress = await startSimProgress(context);
  const { results } = await simulation.results(({ policy, standing }) => progress.update(policy, standing));
  progress.clear();
  if (report) {
    const { renderReport } = await import('../../../simnet/report/html.js');
    await report.write(renderReport(results));
  }
  if (out.json) out.object({ report: report?.path ?? null, results });
  else if (out.quiet) out.line(results[0]?.traceHash ?? '');
  else {
    const { renderSummary } = await import('../../../simnet/report/summary.js');
    const { columns = WIDTH } = io.stdout as { readonly columns?: number };
    out.line(renderSummary(results, { width: columns, color: out.color }));
    if (report) out.line(`report    ${report.path}`);
  }
  return EXIT.ok;
}
