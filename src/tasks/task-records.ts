import { known } from '../kernel/assert.js';
import { isTerminal, type TaskState } from '../kernel/states.js';
import { RUNS_MAX, type Outcome, type Run, type TaskRecord } from './record.js';
import type { Written } from './register/messages.js';
import { taskEntry } from './replication/names.js';
import type { LiveTask } from './live-task.js';

/** What is to be kept of a task. */
export function recordOf(task: LiveTask, state: TaskRecord['state'], outcome?: Outcome): Written {
  const { index, epoch, executor, attempts, failures, losses, path, grant, run, runs, retry } = task;
  const value: TaskRecord = {
    index,
    ...{ state, epoch, attempts, failures, losses, path: [...path] },
    ...(task.cancelled ? { cancelled: true } : {}),
    ...(task.isNoted ? { running: true } : {}),
    ...(grant ? { grant: { boot: grant.boot, nonce: grant.nonce } } : {}),
    ...(executor === undefined ? {} : { executor }),
    ...(outcome ? { outcome } : {}),
    ...(run > 1 ? { run, runs: [...runs], retry } : {}),
  };
  return { key: taskEntry(index), value };
}

/** What stands for the record of a task that was never touched, where its shard was cancelled. */
export function endedUntouched(index: number, state: TaskState): TaskRecord {
  return {
    index,
    state: isTerminal(state) ? state : 'pending',
    epoch: 0,
    attempts: 0,
    failures: 0,
    losses: 0,
    path: [],
  };
}

/** The runs that a task has behind it once the one on record is over too. */
export function runsAfter(ended: TaskRecord): Pick<LiveTask, 'run' | 'runs'> {
  const { run = 1, runs = [], state, epoch, executor, outcome } = ended;
  const last: Run = {
    run,
    ...{ state: known(isTerminal(state) ? state : undefined, `outcome of task ${ended.index}`), epoch },
    ...(executor === undefined ? {} : { executor }),
    ...(outcome?.exitCode === undefined ? {} : { exitCode: outcome.exitCode }),
    ...(outcome === undefined ? {} : { finishedAtMs: outcome.finishedAtMs }),
  };
  return { run: run + 1, runs: [...runs, last].slice(-RUNS_MAX) };
}
