import { majorityOf } from '../../src/tasks/register/replica-set.js';
import type { History } from '../history/history.js';
import type { Finding } from './finding.js';

const invariant = 'acked-durability';

/**
 * What an acceptance says is true of the disks at that moment: it names as many replicas as the job's set has nodes, of which
 * at least a majority, and as many as it says, have the job.
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
