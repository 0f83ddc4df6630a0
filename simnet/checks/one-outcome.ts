import type { TaskId } from '../../src/kernel/ids.js';
import { isTerminal, type TaskState } from '../../src/kernel/states.js';
import { taskId } from '../../src/kernel/ids.js';
import type { History } from '../history/history.js';
import type { Finding } from './finding.js';

const invariant = 'one-outcome';

/**
 * A task has one outcome: what is on disk of it is never written over or taken away, no second disk has another, and every
 * reader who is told an outcome is told that one, whenever and at whatever node he asks. Only complete answers count, and none
 * of a survivor without a majority: it is marked, and may be taken back.
 */
export function oneOutcome(history: History): Finding[] {
  const findings: Finding[] = history.durables.rewrites.map(({ task, was, is, node, atMs }) => {
    return { invariant, message: `${task} was ${was} on ${node}'s disk and was written again as ${is}`, atMs };
  });
  const known = new Map<TaskId, { state: TaskState; by: string }>();
  for (const { task, state, by, atMs } of words(history)) {
    const before = known.get(task);
    if (before === undefined) known.set(task, { state, by });
    else if (before.state !== state) {
      findings.push({ invariant, message: `${task} is ${before.state} by ${before.by}, ${state} by ${by}`, atMs });
    }
  }
  return findings;
}

interface Word {
  readonly task: TaskId;
  readonly state: TaskState;
  readonly by: string;
  readonly atMs: number;
}

function* words({ durables, clients }: History): Generator<Word> {
  for (const { task, state, node, atMs } of durables.records) yield { task, state, by: `${node}'s disk`, atMs };
  for (const { job, states, isComplete, at, atMs } of clients.reads) {
    if (!isComplete) continue;
    for (const [index, state] of states) {
      if (isTerminal(state)) yield { task: taskId(job, index), state, by: `what ${at} said at ${atMs} ms`, atMs };
    }
  }
}
