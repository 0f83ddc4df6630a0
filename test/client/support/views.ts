import type { JobAnswer, SubmitBody, TaskDetail, TaskView } from '../../../src/client/index.js';
import { noCounts, type TaskState } from '../../../src/kernel/states.js';

export const JOB = 'k0123456789abcdefghj';
export const NODE = '12D3KooWHepB47wDhr2VRRMxm6ad7iL1dcYAuMnB287Wfh3zLUJD';
export const BODY: SubmitBody = { argv: ['true'] };
export const WHOLE = { partial: false, asked: 1, answered: 1 };
export const SUBMITTED = { job: JOB, tasks: 1, durability: { replicas: 1, acked: 1, degraded: false }, existed: false };

export function jobAnswer(state: TaskState, changes: Partial<JobAnswer> = {}): JobAnswer {
  const tasks = changes.tasks ?? 1;
  return {
    job: JOB,
    name: 'demo',
    state,
    tasks,
    counts: { ...noCounts(), [state]: tasks },
    submittedAt: '2026-11-21T09:00:00.000Z',
    finishedAt: null,
    run: 1,
    schedule: null,
    limits: null,
    held: false,
    after: [],
    waits: null,
    reason: null,
    degraded: false,
    hindrance: null,
    ...WHOLE,
    ...changes,
  };
}

/** A task on a page of tasks, of which nobody knows yet how much it wrote. */
export function taskView(state: TaskState, changes: Partial<TaskView> = {}): TaskView {
  const index = changes.index ?? 0;
  return {
    id: `${JOB}/${index}`,
    index,
    state,
    executor: NODE,
    epoch: 1,
    attempts: 1,
    run: 1,
    runs: [],
    exitCode: state === 'succeeded' ? 0 : null,
    signal: null,
    reason: null,
    submittedAt: '2026-11-21T09:00:00.000Z',
    startedAt: '2026-11-21T09:00:01.000Z',
    finishedAt: null,
    stdoutBytes: null,
    stderrBytes: null,
    cpuMs: null,
    peakBytes: null,
    hasResult: false,
    outputs: null,
    degraded: false,
    ...changes,
  };
}

export function taskDetail(state: TaskState, changes: Partial<TaskDetail> = {}): TaskDetail {
  const silence = { stdoutTail: '', stderrTail: '', stdoutBytes: 0, stderrBytes: 0 };
  return { ...taskView(state, changes), ...silence, progress: null, ...changes };
}
