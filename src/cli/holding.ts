import { CoveyError } from '../client/index.js';
import { examples, type CliCommand } from './command.js';
import { EXIT } from './exit.js';
import { chooseAll, nameOf } from './select.js';

/** `covey hold` and `covey release`. */
export function holding(isHeld: boolean): CliCommand {
  const [word, done, effect] = isHeld
    ? ['hold', 'held: nothing more of it starts', 'nothing more of them starts; what runs goes on']
    : ['release', 'released', 'they go on'];
  return {
    define(command) {
      command.argument('<id...>', 'JOB, its beginning, last or all');
      examples(command, [`covey ${word} last`, effect], [`covey ${word} all`, 'every job that has not ended']);
    },

    async run({ flock, out }, args) {
      for (const chosen of await chooseAll(flock(), args)) {
        if (chosen.indexes !== undefined) {
          throw new CoveyError('usage', `${nameOf(chosen)}: only whole jobs are held`, `write ${chosen.job}`);
        }
        const { job, held } = isHeld ? await flock().hold(chosen.job) : await flock().release(chosen.job);
        if (out.json) out.object({ job, held });
        else if (out.quiet) out.line(job);
        else out.line(`${job}: ${held === isHeld ? done : 'it has ended'}`);
      }
      return EXIT.ok;
    },
  };
}
