import type { NodeId } from '../kernel/ids.js';
import { fill, FILLED_MAX, filledLength } from '../kernel/template.js';
import { attemptOf, type Assignment, type FunctionWork, type Work } from './assignment.js';
import type { Call, Command, Files, Runnable, Startable } from './runner.js';

/**
 * What an assignment runs: `{}` in the command stands for its item, and the environment says which task it is. Nothing of
 * the daemon's own environment is passed on but `base`.
 *
 * @param base - what every command here gets, PATH and HOME above all; the job's own variables win
 * @returns a reason where no such command can ever run
 */
export function commandOf(
  assignment: Assignment,
  node: NodeId,
  base: Readonly<Record<string, string>>,
): Runnable | string {
  const { work, item } = assignment;
  if (work.function) return callOf(assignment, work.function, node, base);
  const shown = item ?? String(assignment.index);
  const length = filledLength(work.argv, shown.length);
  if (length > FILLED_MAX) return `with its item in place of {} the command has ${length} characters`;
  const env = {
    ...afterOf(work),
    ...work.env,
    COVEY_TASK: assignment.id,
    COVEY_JOB: assignment.job,
    COVEY_INDEX: String(assignment.index),
    COVEY_EPOCH: String(assignment.epoch),
    COVEY_ATTEMPT: String(assignment.attempt),
    COVEY_NODE: node,
    COVEY_ITEM: shown,
  };
  return {
    kind: 'command',
    argv: work.notice ? work.argv : fill(work.argv, shown),
    shell: work.shell,
    notice: noticeOf(work),
    cwd: work.cwd,
    stdin: work.stdin,
    files: filesOf(work),
    // An image has its own PATH and HOME, and no way to the daemon.
    ...(work.image === undefined ? { env: { ...base, ...env } } : { env: {}, container: { image: work.image, env } }),
  };
}

/** A function gets no environment of its own but its job's, and where the flock is to be found. */
export function callOf(
  assignment: Assignment,
  { input, args, ...named }: FunctionWork,
  node: NodeId,
  { COVEY_ADDR }: Readonly<Record<string, string>>,
): Call {
  const { work, job, index, attempt } = assignment;
  return {
    kind: 'function',
    ...named,
    cwd: work.cwd,
    input: inputOf(input, args, assignment),
    args,
    env: { ...(COVEY_ADDR === undefined ? {} : { COVEY_ADDR }), ...afterOf(work), ...work.env },
    job,
    index,
    attempt,
    node,
    files: filesOf(work),
  };
}

/** JSON. */
function inputOf(kind: FunctionWork['input'], args: string | undefined, { index, item = '' }: Assignment): string {
  switch (kind) {
    case 'args':
      return args ?? 'null';
    case 'index':
      return String(index);
    case 'text':
      return JSON.stringify(item);
    case 'json':
      return item;
  }
}

/** The jobs that it waited for: theirs are the results that it may want. */
function afterOf({ start }: Work): Record<string, string> {
  const after = start?.after ?? [];
  return after.length === 0 ? {} : { COVEY_AFTER: after.map(({ job }) => job).join(' ') };
}

function noticeOf({ notice: by, start }: Work): Command['notice'] {
  const [parent] = start?.after ?? [];
  return by && parent ? { of: parent.job, by } : undefined;
}

function filesOf({ upload, outputs }: Work): Files | undefined {
  return upload === undefined && outputs === undefined ? undefined : { upload, outputs: outputs ?? [] };
}

/** Undefined where no such command can ever run. */
export function startableOf(...given: Parameters<typeof commandOf>): Startable | undefined {
  const command = commandOf(...given);
  return typeof command === 'string' ? undefined : { attempt: attemptOf(given[0]), command };
}
