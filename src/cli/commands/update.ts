import { CoveyError } from '../../client/index.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { parseDuration } from '../../kernel/units.js';
import { parseCodes, parseDeadline, parsePriority, type Deadline } from '../limit-options.js';
import { defined, option, wholeNumber } from '../options.js';
import { chooseAll, nameOf } from '../select.js';
import { TASKS_MAX } from '../selector.js';

interface UpdateOptions {
  readonly maxFails?: number;
  readonly deadline?: Deadline;
  readonly timeout?: number;
  readonly priority?: number;
  readonly maxParallel?: number;
  readonly retries?: number;
  readonly retryOn?: readonly number[];
}

const command: CliCommand<UpdateOptions> = {
  define(command) {
    command.argument('<id...>', 'JOB, its beginning, last or all');
    option(
      command,
      '--max-fails <n>',
      'cancel the rest once more than so many tasks failed, at once where so many have',
      wholeNumber(0, TASKS_MAX),
    );
    option(
      command,
      '--deadline <when>',
      'what has not ended by then ends expired, in place of its deadline: 2h from now, or a time as --at',
      (text) => parseDeadline(text, new Date()),
    );
    option(command, '--timeout <time>', 'of attempts that have not begun: end them after 30s, 5m, 2h', parseDuration);
    option(command, '--priority <n>', 'from -100 to 100, of what has not begun', parsePriority);
    option(command, '--max-parallel <n>', 'no more of its tasks run at a time from now on', wholeNumber(1, TASKS_MAX));
    option(command, '--retries <n>', 'start a failed task again so many times', wholeNumber(0, 1000));
    option(command, '--retry-on <code,…>', 'only after these exit codes; 124 stands for a timeout', parseCodes);
    examples(
      command,
      ['covey update last --deadline 2h', 'two hours from now, whatever it was'],
      ['covey update last --max-fails 100', 'bear more'],
      ['covey update last --max-parallel 4 --timeout 10m', 'fewer at a time, and each no longer than that'],
    );
  },

  async run({ flock, out }, args, { deadline, timeout, ...rest }) {
    const { maxFails, priority, maxParallel, retries, retryOn } = rest;
    const terms = { timeoutMs: timeout, priority, maxParallel, retries, retryOn: retryOn && [...retryOn] };
    const limits = { ...defined({ maxFails, ...terms }), ...deadline };
    if (Object.keys(limits).length === 0) {
      throw new CoveyError('usage', 'there is nothing to change', 'see covey update --help');
    }
    const all = await chooseAll(flock(), args);
    const part = all.find(({ indexes }) => indexes !== undefined);
    if (part) throw new CoveyError('usage', `${nameOf(part)}: only whole jobs have limits`, `write ${part.job}`);
    for (const { job } of all) {
      await flock().update(job, limits);
      if (out.json) out.object({ job, ...limits });
      else out.line(out.quiet ? job : `${job}: changed`);
    }
    return EXIT.ok;
  },
};
export default command;
