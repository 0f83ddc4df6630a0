import { isDegraded } from '../../src/tasks/register/epochs.js';
import type { TaskId } from '../../src/kernel/ids.js';
import type { Attempt, History } from '../history/history.js';
import type { Finding } from './finding.js';

const invariant = 'stale-epochs';

/**
 * A stale epoch never commits: when an outcome is durable, no attempt under a higher epoch than the recorded one has been
 * started, nor is one later. A lower one may still be: an offer that was given up can be on its way for long, and what
 * comes of it is thrown away. A cancelled task has no attempt to thank for its outcome (cancelled-stays looks after it).
 * Nor has a majority heard of what a survivor starts without it: such an attempt is provisional from its beginning.
 */
export function staleEpochs({ attempts, durables, deaths, messages }: History): Finding[] {
  const byTask = new Map<TaskId, Attempt[]>();
  for (const attempt of attempts) {
    const those = byTask.get(attempt.task);
    if (those) those.push(attempt);
    else byTask.set(attempt.task, [attempt]);
  }
  return durables.records.flatMap(({ task, epoch, state, node, atMs }) => {
    if (state === 'cancelled') return [];
    const higher = byTask.get(task)?.find((attempt) => attempt.epoch > epoch && !isDegraded(attempt.epoch));
    if (!higher) return [];
    const offeredMs = messages.offers.find((offer) => offer.task === task)?.atMs ?? Infinity;
    const sinceMs = Math.min(offeredMs, ...(byTask.get(task) ?? []).map(({ startMs }) => startMs));
    if (deaths.some((death) => death.node === node && death.atMs >= sinceMs && death.atMs <= atMs)) return [];
    const when = higher.startMs <= atMs ? 'had started before' : 'started after';
    const message = `${task} ended ${state} under epoch ${epoch}, and epoch ${higher.epoch} ${when} on ${higher.node}`;
    return [{ invariant, message, atMs: Math.max(atMs, higher.startMs) }];
  });
}
