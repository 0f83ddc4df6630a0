import type { Cancelled, Flock } from '../../client/index.js';
import { isTerminal } from '../../kernel/states.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { chooseAll, nameOf, taskIdOf, tasksOf, type Chosen } from '../select.js';

const command: CliCommand = {
  define(command) {
    command.argument('<id...>', 'JOB, its beginning, last, all, JOB/3 or JOB/1-5:2');
    examples(
      command,
      ['covey cancel last', 'end the job submitted last'],
      ['covey cancel last/3', 'end one of its tasks'],
      ['covey cancel all', 'end everything that has not ended'],
    );
  },

  async run({ flock, out }, args) {
    for (const chosen of await chooseAll(flock(), args)) {
      const { job, cancelled, degraded } = await cancel(flock(), chosen);
      const provisional = degraded ? ' (degraded: provisional)' : '';
      if (out.json) out.object({ job, cancelled, degraded });
      else if (out.quiet) out.line(nameOf(chosen));
      else if (cancelled === 0)
        out.line(`${nameOf(chosen)}: nothing was left to cancel: ${await standing(flock(), chosen)}`);
      else out.line(`${nameOf(chosen)}: ${cancelled} ${cancelled === 1 ? 'task' : 'tasks'} cancelled${provisional}`);
    }
    return EXIT.ok;
  },
};
export default command;

/** How that stands of which nothing is cancelled any more: by an earlier cancel, or it has ended in another way. */
async function standing(flock: Flock, chosen: Chosen): Promise<string> {
  const task = taskIdOf(chosen);
  const { state, degraded } = task === undefined ? await flock.job(chosen.job) : await flock.task(task);
  return `the ${task === undefined ? 'job' : 'task'} is ${state}${degraded ? ' (degraded: provisional)' : ''}`;
}

async function cancel(flock: Flock, chosen: Chosen): Promise<Cancelled> {
  if (chosen.indexes === undefined) return flock.cancel(chosen.job);
  const one = taskIdOf(chosen);
  if (one !== undefined) return flock.cancel(one);
  let cancelled = 0;
  let degraded = false;
  for await (const task of tasksOf(flock, chosen)) {
    if (isTerminal(task.state)) continue;
    const said = await flock.cancel(task.id);
    cancelled += said.cancelled;
    degraded ||= said.degraded;
  }
  return { job: chosen.job, cancelled, degraded };
}
