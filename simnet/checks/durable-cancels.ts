import type { History } from '../history/history.js';
import type { Finding } from './finding.js';

const invariant = 'durable-cancels';

/** A cancel that was answered was on some disk before. */
export function durableCancels({ clients }: History): Finding[] {
  return clients.cancels.flatMap(({ job, index, at, outcome, tasks = 0, isOnDisk, answeredMs: atMs = 0 }) => {
    if (outcome !== 'ok' || tasks === 0 || isOnDisk !== false) return [];
    const what = index === undefined ? job : `${job}/${index}`;
    return [{ invariant, message: `the cancel of ${what} was answered at ${at}, but it is on no disk`, atMs }];
  });
}
