import { CoveyError } from '../../client/index.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { parseDeadline, type Deadline } from '../limit-options.js';
import { defined, option, wholeNumber } from '../options.js';
import { chooseAll, nameOf } from '../select.js';
import { TASKS_MAX } from '../selector.js';

interface UpdateOptions {
  readonly maxFails?: number;
  readonly deadline?: Deadline;
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
    examples(
      command,
      ['covey update last --deadline 2h', 'two hours from now, whatever it was'],
      ['covey update last --max-fails 100', 'bear more'],
    );
  },

  async run({ flock, out }, args, { maxFails, deadline }) {
    const limits = { ...defined({ maxFails }), ...deadline };
    if (Object.keys(limits).length === 0) {
      throw new CoveyError('usage', 'there is nothing to change', 'give --max-fails or --deadline');
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
