import { CoveyError, type Flock, type JobAnswer, type Submitted, type TaskDetail } from '../client/index.js';
import { assertNever } from '../kernel/assert.js';
import { isTerminal } from '../kernel/states.js';
import type { Context } from './command.js';
import { EXIT } from './exit.js';
import { outcomeLine } from './format.js';
import { copyOutput, isOutputGone, STREAMS } from './output.js';
import { ArrayOutput } from './array-output.js';
import { startProgress } from './progress.js';

/**
 * Follows a job of one task to its end and shows its output meanwhile.
 *
 * @returns the exit code that stands for the task's outcome
 */
export async function attachTask(context: Context, flock: Flock, job: string, signal: AbortSignal): Promise<number> {
  const id = `${job}/0`;
  await copyOutput(context, flock, id, { streams: STREAMS, follow: true, signal }).catch((error: unknown) => {
    if (signal.aborted || !isOutputGone(error)) throw error;
    context.out.note(`the output of ${id} cannot be followed: ${error.message}`);
  });
  let task = await flock.task(id);
  if (!isTerminal(task.state)) {
    await flock.wait(job, { signal });
    task = await flock.task(id);
  }
  if (context.out.json) context.out.object(task);
  const code = taskExit(task);
  const isOwn =
    task.state === 'succeeded' || (task.state === 'failed' && task.exitCode !== null && task.reason === null);
  if (!isOwn || code === EXIT.coveyFailed) {
    context.out.note(`task ${id} ${task.state}${task.reason === null ? '' : `: ${task.reason}`}`);
  }
  return code;
}

/** Follows a job of many tasks to its end and shows what they wrote, task by task in the order of their indexes. */
export async function attachArray(
  context: Context,
  flock: Flock,
  { job, tasks }: Submitted,
  signal: AbortSignal,
): Promise<number> {
  context.out.note(`job ${job} has ${tasks} tasks`);
  const progress = await startProgress(context, { plain: true });
  const output = context.out.quiet ? undefined : new ArrayOutput(context, flock, job, progress, signal);
  let view: JobAnswer;
  try {
    view = await flock.wait(job, {
      signal,
      onProgress: async (now) => {
        await output?.advance(now);
        if (output?.isLineOpen !== true) progress.update(now);
      },
    });
  } finally {
    progress.clear();
  }
  if (context.out.json) context.out.object(view);
  const hint = view.state === 'succeeded' ? '' : `; see \`covey show ${job} --state failed\``;
  context.out.note(`job ${outcomeLine(view)}${hint}`);
  return view.state === 'succeeded' ? EXIT.ok : EXIT.failed;
}

/** The task's own code where it has one; else what timeout(1), docker and ssh taught people to expect. */
export function taskExit({ state, exitCode }: Pick<TaskDetail, 'state' | 'exitCode'>): number {
  switch (state) {
    case 'succeeded':
      return exitCode ?? EXIT.ok;
    case 'failed':
      return exitCode === null || exitCode === 0 ? EXIT.coveyFailed : exitCode;
    case 'timed-out':
      return EXIT.taskTimedOut;
    case 'cancelled':
    case 'interrupted':
    case 'expired':
      return EXIT.coveyFailed;
    case 'pending':
    case 'queued':
    case 'running':
      throw new CoveyError('failed', `the task is still ${state}`, 'see `covey explain`');
    default:
      return assertNever(state);
  }
}
