import type { NodeId, TaskId } from '../../src/kernel/ids.js';
import { partsOf, type Attempt, type History } from '../history/history.js';
import type { Mark } from './sometimes.js';

/** How soon after a steal a death must come to be one in the middle of it. */
const SOON_MS = 1_000;

/** Marks that show when all is over. */
export function* historyMarks(history: History, machines: number): Generator<Mark> {
  yield* attemptMarks(history, machines);
  yield* recordMarks(history);
  yield* clientMarks(history);
  for (const { victim, thief, given, atMs } of history.messages.steals) {
    if (given === 0) continue;
    if (diesSoon(history, victim, atMs)) yield 'victim died';
    if (diesSoon(history, thief, atMs)) yield 'thief died';
  }
}

function* attemptMarks({ attempts }: History, machines: number): Generator<Mark> {
  const byTask = new Map<TaskId, Attempt[]>();
  for (const attempt of attempts) {
    if (Number(attempt.node.slice(1)) >= machines) yield 'newcomer worked';
    const before = byTask.get(attempt.task) ?? [];
    if (before.some(({ how, node }) => how === 'died' && node !== attempt.node)) yield 'rerun after a death';
    if (before.some(({ endMs = Infinity }) => endMs > attempt.startMs)) yield 'concurrent attempts';
    byTask.set(attempt.task, [...before, attempt]);
  }
}

function* recordMarks({ durables, clients, attempts }: History): Generator<Mark> {
  const started = new Set(attempts.map(({ task }) => task));
  for (const { task, state, failures, losses, atMs } of durables.records) {
    if (state === 'failed' && failures > 0) yield 'failed by retries';
    if (state === 'failed' && losses >= 5) yield 'failed by crashes';
    if (state === 'timed-out') yield 'timed out';
    if (state === 'cancelled' && !started.has(task)) yield 'cancelled before its start';
    if (state !== 'succeeded') continue;
    const { job, index } = partsOf(task);
    const isLate = clients.cancels.some((cancel) => {
      const isMeant = cancel.job === job && (cancel.index ?? index) === index;
      return isMeant && cancel.askedMs < atMs && (cancel.answeredMs ?? Infinity) > atMs;
    });
    if (isLate) yield 'cancel too late';
  }
}

function* clientMarks({ clients: { submissions } }: History): Generator<Mark> {
  for (const { job, outcome, existed, code, askedMs } of submissions) {
    if (existed) yield 'key repeated';
    if (code === 'conflict') yield 'key in conflict';
    if (outcome === 'unknown') yield 'unknown outcome';
    if (code === 'unavailable') yield 'refused for now';
    const isLater = submissions.some((later) => later.job === job && later.askedMs > askedMs && later.outcome === 'ok');
    if (outcome === 'died' && isLater) yield 'gateway died, key retried';
  }
}

function diesSoon({ deaths }: History, node: NodeId, sinceMs: number): boolean {
  return deaths.some((death) => death.node === node && death.atMs >= sinceMs && death.atMs <= sinceMs + SOON_MS);
}
