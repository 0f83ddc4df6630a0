import { assert } from '../kernel/assert.js';
import { taskId, type JobId } from '../kernel/ids.js';
import { terminalCount, type Counts, type TaskState } from '../kernel/states.js';

/**
 * Where a task of a shard stands at its coordinator. `terminal` covers every state that is for ever; what is
 * `resting` has failed and is to be tried again, but not yet. Only tasks that run at
 * most once are `granting` (the grant is being written), `granted` (it is out, and no start is heard of yet) or `doubted` (it
 * may have started, and nobody is there to say so).
 */
export type Phase =
  | 'waiting'
  | 'resting'
  | 'offered'
  | 'queued'
  | 'granting'
  | 'granted'
  | 'doubted'
  | 'running'
  | 'committing'
  | 'terminal';

/**
 * Every legal step of a task at its coordinator; any other pair is a bug (style: dask's worker_state_machine). `waiting`
 * to itself is a new loss or steal noted before the next offer.
 */
const LEGAL: Readonly<Record<Phase, readonly Phase[]>> = {
  waiting: ['waiting', 'offered', 'doubted', 'committing'],
  resting: ['waiting', 'offered', 'committing'],
  offered: ['waiting', 'queued', 'granting', 'running', 'committing'],
  queued: ['waiting', 'granting', 'running', 'committing'],
  granting: ['granted', 'committing'],
  granted: ['granting', 'running', 'doubted', 'committing'],
  doubted: ['offered', 'granted', 'running', 'committing'],
  running: ['waiting', 'doubted', 'committing'],
  committing: ['waiting', 'resting', 'terminal'],
  terminal: [],
};

export function assertStep(job: JobId, task: { readonly index: number; readonly phase: Phase }, to: Phase): void {
  const { index, phase: from } = task;
  assert(LEGAL[from].includes(to), () => {
    return `${taskId(job, index)}: ${from} -> ${to} is not a legal step; its story: ${JSON.stringify(task)}`;
  });
}

/**
 * The state of a whole job: the furthest any task has come while some are unfinished; at the end, what the user must know
 * first.
 */
export function jobState(counts: Counts, tasks: number): TaskState {
  const ended = terminalCount(counts);
  if (ended < tasks) {
    if (counts.running > 0) return 'running';
    return counts.queued > 0 || ended > 0 ? 'queued' : 'pending';
  }
  assert(ended === tasks, () => `${ended} outcomes for ${tasks} tasks`);
  const worst = (['interrupted', 'failed', 'timed-out', 'expired', 'cancelled'] as const).find((s) => counts[s] > 0);
  return worst ?? 'succeeded';
}
