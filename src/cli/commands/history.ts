import { Option } from 'commander';
import { CoveyError, type JobView } from '../../client/index.js';
import { isTerminal, TASK_STATES, type TerminalState } from '../../kernel/states.js';
import { parseDuration } from '../../kernel/units.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { EXIT } from '../exit.js';
import { JOB_COLUMNS, rowOf, TASK_COLUMNS, type Columns, type Ended } from '../history/columns.js';
import { csvLine } from '../history/csv.js';
import { endedJobs, endedTasks } from '../history/ended.js';
import { JOB_HEAD, jobLine, TASK_HEAD, taskLine, type Look } from '../history/table.js';
import { option, textUpTo, wholeNumber } from '../options.js';

interface HistoryOptions {
  readonly format?: 'csv' | 'json';
  readonly since?: number;
  readonly state?: TerminalState;
  readonly name?: string;
  readonly limit?: number;
  readonly jobs?: boolean;
  readonly full?: boolean;
}

/** Lines of a table, which somebody reads. */
const LIMIT = 50;

/** How one kind of line is written. */
interface Writer<T> {
  readonly columns: Columns<T>;
  readonly head: string;
  readonly line: (of: T, look: Look, nowMs: number) => string;
  readonly id: (of: T) => string;
}

const TASKS: Writer<Ended> = { columns: TASK_COLUMNS, head: TASK_HEAD, line: taskLine, id: ({ task }) => task.id };
const JOBS: Writer<JobView> = { columns: JOB_COLUMNS, head: JOB_HEAD, line: jobLine, id: ({ job }) => job };

const command: CliCommand<HistoryOptions> = {
  define(command) {
    command.addOption(new Option('--format <format>', 'for programs').choices(['csv', 'json']));
    option(command, '--since <time>', 'only what ended so long ago or later: 2h, 7d', parseDuration);
    command.addOption(
      new Option('--state <state>', 'only what ended in this state').choices(TASK_STATES.filter(isTerminal)),
    );
    option(command, '--name <text>', 'only of jobs whose name has this in it', textUpTo(200));
    const most = `at most so many (default ${LIMIT} in a table; all with --format, --json or -q)`;
    option(command, '-n, --limit <n>', most, wholeNumber(1, 1_000_000_000));
    command
      .option('--jobs', 'a line for each job that has ended, not for each task')
      .option('--full', 'whole node ids');
    examples(
      command,
      ['covey history', 'tasks that have ended, those of the newest jobs first'],
      ['covey history --since 1d --state failed', 'what failed since yesterday'],
      ['covey history --format csv > tasks.csv', 'all that is kept, for a spreadsheet'],
      ['covey history --json --jobs --name nightly', 'jobs by their name, an object a line'],
    );
  },

  async run(context, _args, options) {
    const { out } = context;
    if (options.format === 'csv' && out.json) {
      throw new CoveyError('usage', '--format csv and --json ask for different things', 'give one of them');
    }
    const gaps = new Set<string>();
    const onGap = (error: CoveyError) => {
      if (!gaps.has(error.message)) out.error(error);
      gaps.add(error.message);
    };
    const sinceMs = options.since === undefined ? undefined : Date.now() - options.since;
    const wanted = { sinceMs, state: options.state, name: options.name, onGap };
    if (options.jobs === true) await write(context, JOBS, endedJobs(context.flock(), wanted), options);
    else await write(context, TASKS, endedTasks(context.flock(), wanted), options);
    return gaps.size === 0 ? EXIT.ok : EXIT.failed;
  },
};
export default command;

async function write<T>(
  { out }: Context,
  { columns, head, line, id }: Writer<T>,
  ended: AsyncIterable<T>,
  { format, limit, full = false }: HistoryOptions,
): Promise<void> {
  const isJson = out.json || format === 'json';
  const isTable = !isJson && format === undefined && !out.quiet;
  const max = limit ?? (isTable ? LIMIT : Infinity);
  const nowMs = Date.now();
  if (format === 'csv') out.raw(csvLine(Object.keys(columns)));
  let count = 0;
  for await (const one of ended) {
    if (count === max) {
      if (limit === undefined) out.note('there are more; --limit takes more of them, --format csv all');
      break;
    }
    if (isTable && count === 0) out.line(head);
    count += 1;
    if (isJson) out.object(rowOf(columns, one));
    else if (format === 'csv') out.raw(csvLine(Object.values(rowOf(columns, one))));
    else out.line(isTable ? line(one, { color: out.color, full }, nowMs) : id(one));
    await out.drained();
  }
  if (isTable && count === 0) out.note('nothing of the kind has ended');
}
