import type { JobId } from '../../src/kernel/ids.js';
import type { Accepted } from '../../src/node/core/gateway/requests.js';
import { coreKey, entryKey, type StoredCore } from '../../src/tasks/register/stored.js';
import { JOB } from '../../src/tasks/replication/names.js';
import type { Submitted } from '../history/log.js';
import type { Flock } from '../world/flock.js';

/** What an acceptance says, beside what the disks of the job's set hold at this moment. */
export function durabilityOf(flock: Flock, job: JobId, { replicas, acked }: Accepted): Submitted['durability'] {
  const disks = flock.ids.map((id) => flock.disk(id)).filter((disk) => disk.get(entryKey(job, JOB)) !== undefined);
  const set = (disks[0]?.get(coreKey(job)) as StoredCore | undefined)?.head?.set ?? [];
  return { replicas, acked, set: set.length, disks: disks.length };
}
