import type { CoveyError } from '../../client/index.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { EXIT, exitCodeOf } from '../exit.js';
import { followJob } from '../follow-job.js';
import { copyOutput, isOutputGone, printOutputs, STREAMS, type PrintOptions } from '../output.js';
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
      .option(
        '-f, --follow',
        'wait for what is still to come, to the end; of a job its tasks at once, each line with its task',
      )
      .option('--stdout', 'standard output only')
      .option('--stderr', 'standard error only');
    examples(
      command,
      ['covey logs last', 'stdout to stdout, stderr to stderr'],
      ['covey logs -f last', 'follow it to its end; lines of an array begin with [INDEX]'],
      ['covey logs last/3 --stderr', 'one stream of one task'],
      ['covey logs last --json', 'objects {"task","stream","data"}'],
    );
  },

  async run(context, args, options) {
    const { follow = false, stdout = false, stderr = false } = options;
    const streams = stdout === stderr ? STREAMS : STREAMS.filter((stream) => (stdout ? 'stdout' : 'stderr') === stream);
    let code: number = EXIT.ok;
    const onGone = (_task: string, error: CoveyError) => {
      context.out.error(error);
      code = exitCodeOf(error.code);
    };
    for (const chosen of await chooseAll(context.flock(), args)) {
      await printChosen(context, chosen, { follow, streams, onGone });
    }
    return code;
  },
};
export default command;

async function printChosen(context: Context, chosen: Chosen, options: PrintOptions): Promise<void> {
  const flock = context.flock();
  const one = taskIdOf(chosen);
  const isWhole = options.follow && chosen.indexes === undefined;
  if (isWhole && (await flock.job(chosen.job)).tasks > 1) return followJob(context, flock, chosen.job, options);
  if (one === undefined) return printOutputs(context, flock, tasksOf(flock, chosen), options);
  try {
    await copyOutput(context, flock, one, options);
  } catch (error) {
    if (!isOutputGone(error)) throw error;
    options.onGone(one, error);
  }
}
