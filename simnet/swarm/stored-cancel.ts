import type { JobId, NodeId } from '../../src/kernel/ids.js';
import type { JobRecord } from '../../src/tasks/job-record.js';
import type { TaskRecord } from '../../src/tasks/record.js';
import { coreKey, ENTRY_PREFIX, type StoredCore } from '../../src/tasks/register/stored.js';
import { majorityOf } from '../../src/tasks/register/replica-set.js';
import { JOB, SHARD, TASK_PREFIX } from '../../src/tasks/replication/names.js';
import type { ShardRecord } from '../../src/tasks/shard-record.js';
import { entryIn, type EntryPut } from '../history/register-writes.js';
import type { Flock } from '../world/flock.js';

/**
 * A majority's disks know that this is cancelled, or that the task has ended.
 *
 * @param index - undefined: the whole job
 */
export function isCancelStored(flock: Flock, job: JobId, index: number | undefined): boolean {
  const holders = new Map<string, Set<NodeId>>();
  for (const id of flock.ids) {
    const puts = [`${ENTRY_PREFIX}${job}/`, `${ENTRY_PREFIX}${job}#`].flatMap((prefix) => flock.disk(id).range(prefix));
    for (const put of puts) {
      const entry = entryIn(put);
      if (!entry || !isWord(entry, index)) continue;
      holders.set(entry.register, (holders.get(entry.register) ?? new Set()).add(id));
    }
  }
  return [...holders].some(([register, nodes]) => {
    // One that could not vote on the create has what was written since, and no head.
    const heads = [...nodes].map((node) => (flock.disk(node).get(coreKey(register)) as StoredCore | undefined)?.head);
    const set = heads.find((head) => head !== undefined)?.set ?? [];
    return set.length > 0 && set.filter((node) => nodes.has(node)).length >= majorityOf(set);
  });
}

function isWord({ key, value }: EntryPut, index: number | undefined): boolean {
  if (index === undefined) return key === JOB && (value as JobRecord).cancelled;
  if (key === SHARD) return (value as ShardRecord).cancelled;
  if (!key.startsWith(TASK_PREFIX)) return false;
  const task = value as TaskRecord;
  return task.index === index && (task.cancelled === true || task.state !== 'pending');
}
