import { CoveyError } from '../../client/index.js';
import { examples, type CliCommand } from '../command.js';
import { confirm } from '../confirm.js';
import { EXIT } from '../exit.js';
import { chooseListed, nameOf } from '../select.js';

const command: CliCommand<{ readonly yes?: boolean }> = {
  define(command) {
    command.argument('<id...>', 'JOB, its beginning or last').option('-y, --yes', 'do not ask');
    examples(
      command,
      ['covey abandon last', 'the machines that had most of its replicas never come back: end what is left of it'],
      ['covey abandon last --yes', 'the same in a script'],
    );
  },

  async run({ flock, io, out }, args, { yes = false }) {
    const all = await chooseListed(flock(), args);
    const part = all.find(({ indexes }) => indexes !== undefined);
    if (part) throw new CoveyError('usage', `${nameOf(part)}: only whole jobs are abandoned`, `write ${part.job}`);
    const what = all.length === 1 ? `job ${all[0]?.job ?? ''}` : `${all.length} jobs`;
    await confirm(io, yes, `give up the dead replicas of ${what}, and end what has not ended?`);
    for (const { job } of all) {
      const { cancelled, degraded } = await flock().abandon(job);
      const tasks = `${cancelled} ${cancelled === 1 ? 'task' : 'tasks'} cancelled`;
      if (out.json) out.object({ job, cancelled, degraded });
      else if (out.quiet) out.line(job);
      else out.line(`${job}: abandoned, ${tasks}${degraded ? ' (degraded: provisional)' : ''}`);
    }
    return EXIT.ok;
  },
};
export default command;
