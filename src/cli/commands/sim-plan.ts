import { readFile } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import type { Batch } from '../../../simnet/plan/batch.js';
import type { Algorithm, Plan } from '../../../simnet/plan/plan.js';
import type { Bounds } from '../../../simnet/plan/bounds.js';
import { CoveyError } from '../../client/index.js';
import { closest } from '../../toml/suggest.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { EXIT } from '../exit.js';
import { option, wholeNumber } from '../options.js';
import { table } from '../table.js';
import { reasonOf, reserveFile } from './sim-files.js';

interface PlanOptions {
  readonly algorithm?: readonly string[];
  readonly machines?: number;
  readonly cpus?: number;
  readonly svg?: string;
}

const COUNT_MAX = 10_000;

/** `covey sim plan`: nothing of it is simulated, so it needs no thread of its own. */
const command: CliCommand<PlanOptions> = {
  define(command) {
    command
      .description(
        'Places a known batch off line, by the classical algorithms, and compares them with what no plan can beat. All tasks are there at the beginning; none is interrupted or moved.',
      )
      .argument('<file>', 'machines and tasks in TOML, or a trace in CSV: see docs/policies.md')
      .option('--algorithm <name...>', 'lpt, multifit, heft, edf (default: all that are fit for the batch)');
    option(
      command,
      '--machines <n>',
      'so many machines that are alike, in place of those of the file (default 4)',
      n(),
    );
    option(command, '--cpus <n>', 'CPUs of each of them (default 1)', n());
    command.option('--svg <file>', 'draw the plans as a Gantt chart');
    examples(
      command,
      ['covey sim plan build.toml --svg build.svg', 'all that are fit for it, and a chart'],
      ['covey sim plan build.toml --algorithm heft --json', 'where each task goes, and when'],
      ['covey sim plan trace.csv --machines 8 --cpus 2', 'the tasks of a trace, all at once'],
    );
  },

  async run(context, [given = ''], options) {
    const { io, life } = context;
    const text = await readFile(resolve(io.cwd, given), 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new CoveyError('usage', `${given}: ${reasonOf(error)}`, 'name a TOML file, or a trace in CSV');
    });
    const { machines, cpus, svg } = options;
    const { readBatch } = await import('../../../simnet/plan/read.js');
    const batch = readBatch(text, given, { machines, cpus });
    const algorithms = await algorithmsFor(batch, options.algorithm);
    const file = svg === undefined ? undefined : await reserveFile(svg, io.cwd, '--svg');
    life.atEnd(() => file?.abandon());
    const { boundsOf } = await import('../../../simnet/plan/bounds.js');
    const { isPeriodic, planBy } = await import('../../../simnet/plan/plan.js');
    const bounds = isPeriodic(batch) ? null : boundsOf(batch);
    const plans = algorithms.map((algorithm) => planBy(algorithm, batch));
    const name = basename(given, extname(given));
    if (file) {
      const { renderGantt } = await import('../../../simnet/report/gantt.js');
      await file.write(renderGantt(name, batch, plans, bounds?.makespanMs ?? 0));
    }
    await say(context, { name, batch, bounds, plans, svg: file?.path ?? null });
    return EXIT.ok;
  },
};
export default command;

function n(): (text: string) => number {
  return wholeNumber(1, COUNT_MAX);
}

/** Those that were asked for, or all that are fit. */
async function algorithmsFor(batch: Batch, names: readonly string[] | undefined): Promise<readonly Algorithm[]> {
  const { ALGORITHMS, unfit } = await import('../../../simnet/plan/plan.js');
  if (names === undefined) return ALGORITHMS.filter((algorithm) => unfit(algorithm, batch) === undefined);
  const found = names.map((name) => {
    const algorithm = ALGORITHMS.find((one) => one === name);
    if (algorithm === undefined) {
      const guess = closest(name, ALGORITHMS);
      const hint = guess === undefined ? `there is ${ALGORITHMS.join(', ')}` : `did you mean ${guess}?`;
      throw new CoveyError('usage', `--algorithm: unknown algorithm '${name}'`, hint);
    }
    const why = unfit(algorithm, batch);
    if (why === undefined) return algorithm;
    const fit = ALGORITHMS.filter((one) => unfit(one, batch) === undefined);
    throw new CoveyError(
      'usage',
      `--algorithm: ${algorithm} is not for this batch: ${why}`,
      `take ${fit.join(' or ')}`,
    );
  });
  return [...new Set(found)];
}

interface Outcome {
  readonly name: string;
  readonly batch: Batch;
  /** Null of periodic tasks, which have no end. */
  readonly bounds: Bounds | null;
  readonly plans: readonly Plan[];
  readonly svg: string | null;
}

async function say({ out }: Context, outcome: Outcome): Promise<void> {
  const { name, batch, bounds, plans, svg } = outcome;
  if (out.json) return out.object(objectOf(outcome));
  const best = plans.reduce((a, b) => (b.makespanMs < a.makespanMs ? b : a));
  if (out.quiet) return out.line(best.algorithm);
  const { count, duration, times } = await import('../../../simnet/report/format.js');
  const cpus = batch.machines.reduce((sum, machine) => sum + machine.cpus, 0);
  out.line(
    `${name}  ${count(batch.machines.length)} machines, ${count(cpus)} CPUs, ${count(batch.tasks.length)} tasks`,
  );
  if (bounds) {
    const { makespanMs, workMs, longestMs, pathMs, flowMs } = bounds;
    out.line(
      `no plan takes less than ${duration(makespanMs)} (work ${duration(workMs)}, longest task ${duration(longestMs)}, longest chain ${duration(pathMs)}), nor a mean flow time of less than ${duration(flowMs)}`,
    );
  }
  out.line('');
  const head = ['ALGORITHM', 'MAKESPAN', '/ BOUND', 'MEAN FLOW', '/ BOUND', 'LATE'];
  const rows = plans.map(({ algorithm, makespanMs, meanFlowMs, late }) => [
    algorithm,
    duration(makespanMs),
    times(makespanMs / (bounds?.makespanMs ?? NaN)),
    duration(meanFlowMs),
    times(meanFlowMs / (bounds?.flowMs ?? NaN)),
    String(late),
  ]);
  out.line(await table(head, rows));
  for (const { verdict } of plans) if (verdict) out.line(`deadlines  ${verdict.answer}: ${verdict.because}`);
  if (svg !== null) out.line(`chart      ${svg}`);
}

/** As `--json` prints it. */
function objectOf({ name, batch, bounds, plans, svg }: Outcome): object {
  return {
    name,
    machines: batch.machines.map(({ name, cpus, speed }) => ({ name, cpus, speed })),
    bounds,
    plans: plans.map(({ algorithm, makespanMs, meanFlowMs, late, verdict, placements }) => ({
      algorithm,
      makespanMs,
      meanFlowMs,
      late,
      verdict: verdict ?? null,
      tasks: placements.map(({ task, machine, lanes, startMs, endMs }) => ({
        task: batch.tasks[task]?.name,
        machine: batch.machines[machine]?.name,
        cpus: lanes,
        startMs,
        endMs,
      })),
    })),
    svg,
  };
}
