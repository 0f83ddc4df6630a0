import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError, type TaskView } from '../../client/index.js';
import { isTerminal } from '../../kernel/states.js';
import { parseDuration } from '../../kernel/units.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { EXIT } from '../exit.js';
import { outcomeLine } from '../format.js';
import { sayHindrances } from '../hindrances.js';
import { option } from '../options.js';
import { startProgress, type Progress } from '../progress.js';
import { chooseAll, nameOf, tasksOf, type Chosen } from '../select.js';

interface WaitOptions {
  readonly timeout?: number;
}

const POLL_MS_MIN = 100;
const POLL_MS_MAX = 1_000;

const command: CliCommand<WaitOptions> = {
  define(command) {
    command.argument('<id...>', 'JOB, its beginning, last, all, JOB/3 or JOB/1-5:2');
    option(command, '--timeout <time>', 'give up after 30s, 5m, 2h; the jobs go on', parseDuration);
    command.addHelpText('after', '\nExits with 0 where all succeeded, 1 where some did not, 5 where the time was up.');
    examples(
      command,
      ['covey wait last', 'until the job submitted last has ended'],
      ['covey wait --timeout 5m all', 'until every job has ended, or five minutes'],
      ['covey wait last/1-5', 'until five of its tasks have ended'],
    );
  },

  async run(context, args, { timeout }) {
    const chosen = await chooseAll(context.flock(), args);
    const progress = await startProgress(context, { plain: false });
    const deadline = performance.now() + (timeout ?? Infinity);
    const jobs = chosen.map(({ job }) => job);
    const hush = sayHindrances(context, context.flock(), jobs, () => progress.clear());
    const waits = chosen.map((one) => waitOne(context, one, deadline, progress));
    const codes = await Promise.all(waits).finally(hush);
    return codes.find((code) => code === EXIT.timedOut) ?? codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
  },
};
export default command;

async function waitOne(context: Context, chosen: Chosen, deadline: number, progress: Progress): Promise<number> {
  try {
    const ok = chosen.indexes
      ? await waitTasks(context, chosen, deadline)
      : await waitJob(context, chosen, deadline, progress);
    return ok ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (!(error instanceof CoveyError && error.code === 'timed-out')) throw error;
    context.out.error(error);
    return EXIT.timedOut;
  }
}

async function waitJob(
  { flock, out }: Context,
  { job }: Chosen,
  deadline: number,
  progress: Progress,
): Promise<boolean> {
  const timeoutMs = Math.max(0, deadline - performance.now());
  const view = await flock().wait(job, {
    timeoutMs,
    onProgress: progress.shown ? (now) => (now.tasks > 1 ? progress.update(now) : undefined) : undefined,
  });
  progress.clear();
  if (out.json) out.object(view);
  else out.line(out.quiet ? view.job : outcomeLine(view));
  return view.state === 'succeeded';
}

/** Single tasks have no long poll of their own: they are looked at, less and less often. */
async function waitTasks({ flock, out }: Context, chosen: Chosen, deadline: number): Promise<boolean> {
  for (let pollMs = POLL_MS_MIN; ; pollMs = Math.min(POLL_MS_MAX, pollMs * 2)) {
    const tasks: TaskView[] = [];
    for await (const task of tasksOf(flock(), chosen)) tasks.push(task);
    if (tasks.length === 0) throw new CoveyError('not-found', `there is no task ${nameOf(chosen)}`);
    const open = tasks.filter((task) => !isTerminal(task.state)).length;
    if (open === 0) {
      for (const task of tasks) {
        if (out.json) out.object(task);
        else out.line(out.quiet ? task.id : `${task.id} ${task.state}`);
      }
      return tasks.every((task) => task.state === 'succeeded');
    }
    const leftMs = deadline - performance.now();
    if (leftMs <= 0)
      throw new CoveyError('timed-out', `${open} of the tasks ${nameOf(chosen)} still go on`, 'wait again');
    await pause(Math.min(pollMs, leftMs));
  }
}
