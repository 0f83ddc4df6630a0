import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { withParents } from '../start-options.js';
import { addSubmitOptions, submission, type SubmitOptions } from '../submission.js';

const command: CliCommand<SubmitOptions> = {
  define(command) {
    addSubmitOptions(command);
    examples(
      command,
      ['covey submit -- ./train.sh', 'prints the id of the job'],
      ['covey submit --array 1-1000:10 -- ./part.sh', 'a hundred tasks: COVEY_INDEX is 1, 11, 21, …'],
      ['covey submit --each-line hosts.txt -- ping -c 1 {}', 'a task for each line'],
      ['covey submit --id nightly-2026-11-21 -- ./backup.sh', 'however often it is typed: one job'],
      ['covey submit --after ok:last -- ./report.sh', 'when the job before has succeeded'],
      ['covey submit --at 22:00 -- ./nightly.sh', 'tonight'],
      ['covey submit --env HOME --env MODE=fast -- env', 'HOME as it is here'],
    );
  },

  async run({ io, out, flock }, args, options) {
    const body = await submission(io, args, options);
    if (options.dryRun === true) {
      out.line(JSON.stringify(body, null, out.json ? undefined : 2));
      return EXIT.ok;
    }
    const submitted = await flock().submit(await withParents(flock(), body), { idempotencyKey: options.id });
    if (out.json) out.object(submitted);
    else out.line(submitted.job);
    const { replicas, acked, degraded } = submitted.durability;
    const alone = replicas === 1 ? ': if its disk is lost, so is the job' : '';
    const lone = degraded ? ', degraded: the others are gone' : '';
    out.note(`${submitted.existed ? 'known already; ' : ''}on disk at ${acked} of ${replicas} nodes${alone}${lone}`);
    return EXIT.ok;
  },
};
export default command;
