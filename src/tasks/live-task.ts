import type { JobId, NodeId } from '../kernel/ids.js';
import type { TaskState } from '../kernel/states.js';
import type { ChangeSink } from './change.js';
import { PATH_STEPS_MAX, type Run, type Step } from './record.js';
import type { Phase } from './states.js';

/** A task that its shard's coordinator has touched and that has no committed outcome yet. */
export interface LiveTask {
  readonly index: number;
  phase: Phase;
  /** Of the current or last attempt; 0 before the first. */
  epoch: number;
  /** The attempt of that epoch has ended, or never began: later word of it comes too late. */
  isSpent: boolean;
  executor: NodeId | undefined;
  /** The boot in which the executor took it, where it has said so. */
  executorBoot: number | undefined;
  /** That have started; what was handed back from a queue was none. */
  attempts: number;
  failures: number;
  losses: number;
  steals: number;
  /** It has failed, and its record says that it is to be tried again. */
  isRetried: boolean;
  /** Somebody wants this very task to end; durable in its record. */
  cancelled: boolean;
  /** Its record says that it runs. */
  isNoted: boolean;
  /** Its record says, or is about to, that this attempt may start. */
  grant: Grant | undefined;
  /** By this coordinator; monotonic. */
  offeredAtMs: number | undefined;
  startedAtMs: number | undefined;
  path: Step[];
  run: number;
  /** How earlier runs ended, and the retry that opened this one; 0 where none did. */
  runs: readonly Run[];
  retry: number;
}

/** Leave to start one attempt, given to one ask of its executor (register.md, rule 12). */
export interface Grant {
  readonly boot: number;
  readonly nonce: number;
  /** The request that is to be answered. */
  re: number;
  /** When it was given, or when this coordinator learned of it; monotonic. */
  sinceMs: number;
  /** The executor has this node for the attempt's coordinator: what it has to say of it comes here. */
  isOwn: boolean;
}

export function newTask(index: number): LiveTask {
  return {
    index,
    phase: 'waiting',
    epoch: 0,
    isSpent: true,
    executor: undefined,
    executorBoot: undefined,
    attempts: 0,
    failures: 0,
    losses: 0,
    steals: 0,
    isRetried: false,
    cancelled: false,
    isNoted: false,
    grant: undefined,
    offeredAtMs: undefined,
    startedAtMs: undefined,
    path: [],
    run: 1,
    runs: [],
    retry: 0,
  };
}

export function noteStep(task: LiveTask, step: Step): void {
  task.path.push(step);
  if (task.path.length > PATH_STEPS_MAX) task.path.shift();
}

/** An offer under way is not yet an executor; an outcome not yet committed is not yet an outcome. */
export function shownState({ phase, startedAtMs }: LiveTask): TaskState {
  switch (phase) {
    case 'queued':
    case 'running':
      return phase;
    case 'granting':
    case 'granted':
      return 'queued';
    case 'doubted':
    case 'committing':
      return startedAtMs === undefined ? 'queued' : 'running';
    case 'waiting':
    case 'resting':
    case 'offered':
    case 'terminal':
      return 'pending';
  }
}

/** Tells those who follow the job into which state a task has come, where it was in another. */
export function tellChange(
  sink: ChangeSink | undefined,
  job: JobId,
  task: LiveTask,
  before: TaskState,
  state: TaskState,
): void {
  if (state === before) return;
  const { index, run, epoch, executor } = task;
  const attempt = epoch > 0 && state !== 'pending' && executor !== undefined ? { epoch, executor } : {};
  sink?.({ job, index, state, run, ...attempt });
}

/** Nobody has it: it waits for an executor, or rests before it does. */
export function isIdle({ phase }: LiveTask): boolean {
  return phase === 'waiting' || phase === 'resting';
}

/** Some executor has it, or is offered it. */
export function isPlaced({ phase }: LiveTask): boolean {
  return ['offered', 'queued', 'granting', 'granted', 'running'].includes(phase);
}

/**
 * An epoch is stale once the task's loss is recorded or a higher one was offered, not because the ballot rose: an attempt
 * that outlives a restart of its coordinator keeps its epoch (register.md, rule 11).
 */
export function isStale(task: LiveTask, epoch: number): boolean {
  return epoch < task.epoch || (epoch === task.epoch && isIdle(task) && task.isSpent);
}

/** Whether an attempt is later than all that this coordinator has heard of a task. */
export function isNews(task: LiveTask, epoch: number): boolean {
  const isUnheard = task.phase === 'doubted' || (task.phase === 'waiting' && !task.isSpent);
  return epoch > task.epoch || (epoch === task.epoch && isUnheard);
}
