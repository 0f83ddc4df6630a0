import type { Flock, Retried } from '../../client/index.js';
import { isTerminal } from '../../kernel/states.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { chooseAll, nameOf, taskIdOf, tasksOf, type Chosen } from '../select.js';

interface RetryOptions {
  readonly failed?: boolean;
}

const command: CliCommand<RetryOptions> = {
  define(command) {
    command
      .argument('<id...>', 'JOB, its beginning, last, JOB/3 or JOB/1-5:2')
      .option('--failed', 'only tasks that ended otherwise than well');
    command.addHelpText(
      'after',
      '\nTasks keep their ids and begin their next run; how earlier runs ended stays on record (`covey show JOB/3`).' +
        '\nTasks that have not ended are passed over; one that is named by itself is refused: cancel it first.',
    );
    examples(
      command,
      ['covey retry --failed last', 'what did not succeed, once more'],
      ['covey retry last/3', 'one task, however it ended'],
    );
  },

  async run({ flock, out }, args, { failed = false }) {
    for (const chosen of await chooseAll(flock(), args)) {
      const { job, retried } = await retry(flock(), chosen, failed);
      if (out.json) out.object({ job, retried });
      else if (out.quiet) out.line(nameOf(chosen));
      else if (retried === 0) out.line(`${nameOf(chosen)}: there was nothing to retry`);
      else out.line(`${nameOf(chosen)}: ${retried} ${retried === 1 ? 'task' : 'tasks'} retried`);
    }
    return EXIT.ok;
  },
};
export default command;

async function retry(flock: Flock, chosen: Chosen, failedOnly: boolean): Promise<Retried> {
  if (chosen.indexes === undefined) return flock.retry(chosen.job, { failedOnly });
  const one = taskIdOf(chosen);
  if (one !== undefined) return flock.retry(one, { failedOnly });
  let retried = 0;
  for await (const { id, state } of tasksOf(flock, chosen)) {
    if (!isTerminal(state) || (failedOnly && state === 'succeeded')) continue;
    retried += (await flock.retry(id, { failedOnly })).retried;
  }
  return { job: chosen.job, retried };
}
