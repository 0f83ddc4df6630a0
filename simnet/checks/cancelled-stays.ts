import { taskId, type TaskId } from '../../src/kernel/ids.js';
import { partsOf, type History } from '../history/history.js';
import { indexesOf } from './accepted.js';
import type { Finding } from './finding.js';

const invariant = 'cancelled-stays';

/** How long after all has healed a cancel that was answered before may take to reach who runs the tasks. */
const REACH_MS = 15_000;

/** Names an attempt. */
const nameOf = ({ task, epoch }: { readonly task: TaskId; readonly epoch: number }): string => `${task} ${epoch}`;

/**
 * A task that was cancelled before it started never starts:
 * - once its coordinator knows the cancel on disk, it is offered to nobody, and what starts all the same had been offered before
 * - once its outcome is `cancelled`, it starts no more, unless where its node was then held to be dead: a cancel is final once open offers are answered or their nodes dead (design.md section 6)
 * - a cancel of a whole job, which its home answers for shards elsewhere, holds at the latest {@link REACH_MS} after the end
 *   of all faults
 */
export function cancelledStays(history: History): Finding[] {
  return [...offeredAfter(history), ...startedAfterOutcome(history), ...startedAfterAll(history)];
}

function offeredAfter({ messages }: History): Finding[] {
  const noted = new Map<string, number>();
  for (const { job, atMs, range, node } of messages.cancelNotes) {
    for (const index of indexesOf(range)) {
      const name = `${node} ${taskId(job, index)}`;
      if (!noted.has(name)) noted.set(name, atMs);
    }
  }
  const first = new Map<string, Finding>();
  for (const { task, epoch, atMs, from, to } of messages.offers) {
    const message = `${task} was offered to ${to} by ${from}, which knew that its cancel was at a majority`;
    const name = `${from} ${task} ${epoch}`;
    const before = first.get(name);
    if (!before || atMs < before.atMs) first.set(name, { invariant, message, atMs });
  }
  const findings: Finding[] = [];
  for (const [name, finding] of first) {
    const sinceMs = noted.get(name.slice(0, name.lastIndexOf(' ')));
    if (sinceMs !== undefined && finding.atMs > sinceMs) findings.push(finding);
  }
  return findings;
}

function startedAfterOutcome({ attempts, durables, messages }: History): Finding[] {
  const givenUp = new Set(messages.givenUp.map(nameOf));
  const ends = new Map(durables.records.filter(({ state }) => state === 'cancelled').map((end) => [end.task, end]));
  return attempts.flatMap(({ task, epoch, node, startMs }) => {
    const end = ends.get(task);
    if (!end || startMs <= end.atMs || epoch < end.epoch) return [];
    if (givenUp.has(nameOf({ task, epoch }))) return [];
    return [{ invariant, message: `${task} was cancelled, and started on ${node}`, atMs: startMs }];
  });
}

function startedAfterAll({ attempts, clients, phases: { healedMs = Infinity } }: History): Finding[] {
  const isIn = ({ answeredMs = Infinity, outcome, tasks = 0 }: (typeof clients.cancels)[number]) =>
    outcome === 'ok' && tasks > 0 && answeredMs <= healedMs;
  const jobs = new Set(
    clients.cancels.filter((cancel) => cancel.index === undefined && isIn(cancel)).map(({ job }) => job),
  );
  return attempts.flatMap(({ task, node, startMs: atMs }) => {
    if (atMs <= healedMs + REACH_MS || !jobs.has(partsOf(task).job)) return [];
    return [{ invariant, message: `the cancel of ${task} was answered, and it started on ${node}`, atMs }];
  });
}
