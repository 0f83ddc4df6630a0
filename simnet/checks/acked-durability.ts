import { majorityOf } from '../../src/tasks/register/replica-set.js';
import type { History } from '../history/history.js';
import type { Finding } from './finding.js';

const invariant = 'acked-durability';

/**
 * What an acceptance says is true of the disks: it names as many replicas as a set of the job has, or had until it moved while
 * the answer was under way, and of these at least a majority, and as many as it says, were given the job.
 */
export function ackedDurability({ clients }: History): Finding[] {
  return clients.submissions.flatMap(({ job, at, outcome, durability, answeredMs: atMs = 0 }) => {
    if (outcome !== 'ok' || !durability) return [];
    const { replicas, acked, set, disks } = durability;
    const said = `${at} said of ${job} that ${acked} of ${replicas} have it`;
    const wrong =
      replicas !== set
        ? `of a set of ${set}`
        : disks < acked
          ? `which is on ${disks} disks`
          : acked < majorityOf(replicas)
            ? 'which is no majority'
            : undefined;
    return wrong === undefined ? [] : [{ invariant, message: `${said}, ${wrong}`, atMs }];
  });
}
