import { setImmediate } from 'node:timers/promises';
import type { Choice, Table, TableOptions as MakingOptions } from '../../../simnet/table/matrix.js';
import { CoveyError } from '../../client/index.js';
import { closest } from '../../toml/suggest.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { EXIT } from '../exit.js';
import { option, wholeNumber } from '../options.js';
import { reserveFile } from './sim-files.js';

interface TableOptions {
  readonly tasks?: number;
  readonly seed?: number;
  readonly only?: readonly string[];
  readonly report?: string;
  readonly markdown?: string;
}

const TASKS = 400;
const TASKS_MAX = 100_000;
const SEED_MAX = 2 ** 31 - 1;

/** `covey sim table`: some hundred simulations, one after the other, and what they came to side by side. */
const command: CliCommand<TableOptions> = {
  define(command) {
    command.description(
      'Simulates every policy and every discipline under a dozen workloads, and compares response, slowdown, makespan, balance, utilisation and messages. Disciplines are run with the policy round-robin. With 400 tasks a workload it takes some minutes.',
    );
    option(command, '--tasks <n>', `of each workload (default ${TASKS})`, wholeNumber(10, TASKS_MAX));
    option(command, '--seed <n>', 'one seed is one table (default 1)', wholeNumber(0, SEED_MAX));
    command
      .option('--only <name...>', 'these policies and disciplines (default all)')
      .option('--report <file>', 'where the HTML report goes (default covey-table.html); none for no report')
      .option('--markdown <file>', 'write the tables as Markdown too');
    examples(
      command,
      ['covey sim table --report table.html', 'the table, with plots'],
      ['covey sim table --tasks 1000 --seed 7 --json', 'more tasks, other traces, all figures'],
    );
  },

  async run(context, _args, { tasks = TASKS, seed = 1, only, report = 'covey-table.html', markdown }) {
    const { out, io, life } = context;
    const choices = await choicesOf(only);
    const page = report === 'none' ? undefined : await reserveFile(report, io.cwd, '--report');
    life.atEnd(() => page?.abandon());
    const text = markdown === undefined ? undefined : await reserveFile(markdown, io.cwd, '--markdown');
    life.atEnd(() => text?.abandon());
    const table = await make(context, { tasks, seed, choices });
    const { renderMarkdown } = await import('../../../simnet/table/markdown.js');
    if (page) {
      const { renderTablePage } = await import('../../../simnet/table/page.js');
      await page.write(renderTablePage(table));
    }
    await text?.write(`${renderMarkdown(table)}\n`);
    if (out.json) out.object({ report: page?.path ?? null, markdown: text?.path ?? null, ...table });
    else if (out.quiet) out.line(page?.path ?? '');
    else {
      out.line(renderMarkdown(table));
      if (page) out.line(`\nreport    ${page.path}`);
    }
    return EXIT.ok;
  },
};
export default command;

/** @throws CoveyError `usage` where one is neither a policy nor a discipline */
async function choicesOf(only: readonly string[] | undefined): Promise<readonly Choice[]> {
  const { CHOICES } = await import('../../../simnet/table/matrix.js');
  const names = CHOICES.map(({ name }) => name);
  const unknown = only?.find((name) => !names.some((known) => known === name));
  if (unknown !== undefined) {
    const guess = closest(unknown, names);
    const hint = guess === undefined ? `there is ${names.join(', ')}` : `did you mean ${guess}?`;
    throw new CoveyError('usage', `--only: no policy and no discipline is '${unknown}'`, hint);
  }
  return CHOICES.filter(({ name }) => only === undefined || only.includes(name));
}

/** Between two simulations signals are heard. */
async function make({ io, out }: Context, options: MakingOptions): Promise<Table> {
  const { makeTable } = await import('../../../simnet/table/matrix.js');
  const isShown = !out.json && !out.quiet && io.stderr.isTTY === true;
  const table = makeTable(options);
  for (let step = table.next(); ; step = table.next()) {
    if (step.done === true) {
      if (isShown) io.stderr.write('\r\x1b[K');
      return step.value;
    }
    const { done, of } = step.value;
    if (isShown) io.stderr.write(`\r${done} of ${of} simulations`);
    await setImmediate();
  }
}
