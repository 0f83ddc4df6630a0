import { CoveyError, type Flock } from '../../client/index.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { EXIT, exitCodeOf } from '../exit.js';
import { copyOutput, isOutputGone, type StreamName } from '../output.js';
import { chooseAll, taskIdOf, tasksOf, type Chosen } from '../select.js';

interface LogsOptions {
  readonly follow?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
}

const command: CliCommand<LogsOptions> = {
  define(command) {
    command
      .argument('<id...>', 'JOB (each of its tasks in turn), JOB/3 or JOB/1-5:2')
      .option('-f, --follow', 'wait for what is still to come, until the task has ended')
      .option('--stdout', 'standard output only')
      .option('--stderr', 'standard error only');
    examples(
      command,
      ['covey logs last', 'stdout to stdout, stderr to stderr'],
      ['covey logs -f last', 'follow it to its end'],
      ['covey logs last/3 --stderr', 'one stream of one task'],
      ['covey logs last --json', 'objects {"task","stream","data"}'],
    );
  },

  async run(context, args, options) {
    const { follow = false, stdout = false, stderr = false } = options;
    const both = stdout === stderr;
    const streams: StreamName[] = [
      ...(both || stdout ? ['stdout' as const] : []),
      ...(both || stderr ? ['stderr' as const] : []),
    ];
    let code: number = EXIT.ok;
    for (const chosen of await chooseAll(context.flock(), args)) {
      for await (const task of idsOf(context.flock(), chosen, follow)) {
        code = (await printTask(context, task, { follow, streams })) ?? code;
      }
    }
    return code;
  },
};
export default command;

/** A task that has not started yet has nothing to show, unless it is waited for. */
async function* idsOf(flock: Flock, chosen: Chosen, follow: boolean): AsyncGenerator<string, void> {
  const one = taskIdOf(chosen);
  if (one !== undefined) {
    yield one;
    return;
  }
  let found = false;
  for await (const task of tasksOf(flock, chosen)) {
    found = true;
    if (follow || task.attempts > 0 || task.startedAt !== null) yield task.id;
  }
  if (!found)
    throw new CoveyError('not-found', `job ${chosen.job} has no such task`, `see \`covey show ${chosen.job}\``);
}

/** One task whose output is gone must not hide that of the others. */
async function printTask(
  context: Context,
  task: string,
  options: { readonly follow: boolean; readonly streams: readonly StreamName[] },
): Promise<number | undefined> {
  try {
    await copyOutput(context, context.flock(), task, options);
    return undefined;
  } catch (error) {
    if (!isOutputGone(error)) throw error;
    context.out.error(error);
    return exitCodeOf(error.code);
  }
}
