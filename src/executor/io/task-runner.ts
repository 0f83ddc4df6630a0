import { runnerLimits, type RunnerLimits } from './limits.js';
import type { AttemptId, Call, Command, CommandRunner, Runnable, Runner, RunnerEvents, Startable } from '../runner.js';
import type { TaskFiles } from '../task-files.js';
import { FilesRunner } from './files-runner.js';
import { FunctionRunner } from './functions/function-runner.js';
import { asCommand } from './notice.js';
import { createShellRunner, type ShellRunnerOptions } from './shell-runner.js';

export interface TaskRunnerOptions extends ShellRunnerOptions {
  readonly events: RunnerEvents;
  /** What workers for functions run. */
  readonly script: string;
  /** The command `covey`, for what tells of the end of jobs. */
  readonly covey: readonly string[];
  /** Workers for functions that are kept ready. @default 0 */
  readonly workers?: number | undefined;
  readonly files: TaskFiles;
}

/**
 * Makes the runner of whatever tasks run: commands in slot shells, functions in worker threads, either with files or without.
 *
 * @throws Error where the data directory cannot be written, or /bin/sh or setsid is missing
 */
export function createTaskRunner(options: TaskRunnerOptions): Promise<Runner> {
  const inner = (events: RunnerEvents) => createPlainRunner({ ...options, events });
  return FilesRunner.open({ ...options, inner });
}

async function createPlainRunner(options: TaskRunnerOptions): Promise<Runner> {
  const { dataDir, events, script, covey, workers = 0, log = () => undefined } = options;
  const limits: RunnerLimits = runnerLimits(options.limits);
  const shells = await createShellRunner(options);
  const functions = new FunctionRunner({ dataDir, script, prewarm: workers, limits, events, log });
  if (workers > 0) await functions.open();
  return new TaskRunner(shells, functions, (command) => asCommand(command, covey));
}

class TaskRunner implements Runner {
  constructor(
    private readonly shells: CommandRunner,
    private readonly functions: FunctionRunner,
    private readonly prepared: (command: Command) => Command,
  ) {}

  start(attempt: AttemptId, what: Runnable): void {
    if (what.kind === 'command') this.shells.start(attempt, this.prepared(what));
    else this.functions.start(attempt, what);
  }

  startTogether(starts: readonly Startable<Call>[]): void {
    this.functions.startTogether(starts);
  }

  next(next: Startable | undefined): void {
    const { attempt, command } = next ?? {};
    const isNext = attempt && command?.kind === 'command';
    this.shells.next(isNext ? { attempt, command: this.prepared(command) } : undefined);
  }

  signal(attempt: AttemptId, how: 'term' | 'kill'): void {
    this.shells.signal(attempt, how);
    this.functions.signal(attempt, how);
  }

  read(...given: Parameters<Runner['read']>): void {
    if (this.functions.has(given[0])) this.functions.read(...given);
    else this.shells.read(...given);
  }

  async close(): Promise<void> {
    await Promise.all([this.functions.close(), this.shells.close()]);
  }
}
