import type { JobId, TaskId } from '../../src/kernel/ids.js';
import { partsOf, type Attempt, type History } from '../history/history.js';
import type { Finding } from './finding.js';

const invariant = 'at-most-once';

/**
 * A task that is to start at most once starts again only where its attempt before has come to an end of its own, which a retry may follow:
 * never beside it, and never after one that died with its node.
 */
export function atMostOnce({ attempts, clients }: History): Finding[] {
  const once = new Set<JobId>();
  for (const { job, isAtMostOnce } of clients.submissions) if (isAtMostOnce === true) once.add(job);
  const before = new Map<TaskId, Attempt>();
  return attempts.flatMap((attempt) => {
    const { task, node, startMs } = attempt;
    if (!once.has(partsOf(task).job)) return [];
    const last = before.get(task);
    before.set(task, attempt);
    const { how = 'ended', endMs = Infinity } = last ?? { endMs: 0 };
    if (how === 'ended' && endMs <= startMs) return [];
    const was = how === 'died' ? `had died with ${last?.node}` : `still ran on ${last?.node}`;
    const message = `${task} started again on ${node}, though its attempt under epoch ${last?.epoch} ${was}`;
    return [{ invariant, message, atMs: startMs }];
  });
}
