import type { JobId } from '../../src/kernel/ids.js';
import type { Accepted } from '../../src/node/core/gateway/requests.js';
import type { Submitted } from '../history/log.js';
import type { Flock } from '../world/flock.js';

/**
 * What an acceptance says, beside what disks were given by now. The job may have moved on while the answer was under way: it
 * counts what the set holds that the answer is about, the fullest of so many nodes.
 */
export function durabilityOf(flock: Flock, job: JobId, { replicas, acked }: Accepted): Submitted['durability'] {
  const held = flock.history.durables.holdersOf(job).sort((a, b) => b.disks - a.disks);
  const { set = [], disks = 0 } = held.find((each) => each.set.length === replicas) ?? held[0] ?? {};
  return { replicas, acked, set: set.length, disks };
}
