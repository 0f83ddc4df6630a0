import { CoveyError, type Flock, type TaskResult } from '../../client/index.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { missingLine } from '../format.js';
import type { Out } from '../out.js';
import { chooseAll, taskIdOf, type Chosen } from '../select.js';
import { hasIndex } from '../selector.js';

const command: CliCommand<Record<never, never>> = {
  define(command) {
    command.argument('<id...>', 'JOB, its beginning, last, all, JOB/3 or JOB/1-5:2').addHelpText(
      'after',
      `
Prints what functions have returned, as JSON, a line for each task in the order of their indexes. Tasks that have no result
are passed over, and make the exit code 1; --json tells them too, with their state and reason.`,
    );
    examples(
      command,
      ['covey result last', 'of a job, a line for each task'],
      ['covey result last/3', 'of one task'],
      ['covey result last --json', 'objects with task, state, reason and result'],
    );
  },

  async run({ out, flock }, args) {
    let isWhole = true;
    for (const chosen of await chooseAll(flock(), args)) {
      const task = taskIdOf(chosen);
      if (task !== undefined) print(out, await flock().result(task));
      else isWhole = (await printAll(out, flock(), chosen)) && isWhole;
    }
    return isWhole ? EXIT.ok : EXIT.failed;
  },
};
export default command;

/** @returns whether each of the tasks has a result */
async function printAll(out: Out, flock: Flock, { job, indexes }: Chosen): Promise<boolean> {
  let missing = 0;
  let printed = 0;
  for (let after: number | undefined; ;) {
    const page = await flock.results(job, { after });
    for (const one of page.results) {
      if (indexes !== undefined && !hasIndex(indexes, one.index)) continue;
      if (one.hasResult) printed += 1;
      else missing += 1;
      if (one.hasResult || out.json) print(out, one);
    }
    if (page.partial) throw new CoveyError('unavailable', missingLine(page, 'results'), 'try again');
    if (page.next === null || page.next === after) break;
    after = page.next;
  }
  if (missing > 0)
    out.note(`${missing} of ${missing + printed} tasks of ${job} have no result; see \`covey show ${job}\``);
  return missing === 0;
}

function print(out: Out, { task, state, reason, result, hasResult }: TaskResult): void {
  if (out.json) out.object({ task, state, reason, hasResult, result });
  else out.line(JSON.stringify(result));
}
