import type { JobId, NodeId } from '../../src/kernel/ids.js';
import type { JobRecord } from '../../src/tasks/job-record.js';
import { indexAt } from '../../src/tasks/range.js';
import type { TaskRecord } from '../../src/tasks/record.js';
import { coreKey, ENTRY_PREFIX, type StoredCore } from '../../src/tasks/register/stored.js';
import { majorityOf } from '../../src/tasks/register/replica-set.js';
import { JOB, SHARD, TASK_PREFIX } from '../../src/tasks/replication/names.js';
import type { ShardRecord } from '../../src/tasks/shard-record.js';
import { entryIn, type EntryPut } from '../history/register-writes.js';
import type { Flock } from '../world/flock.js';

/**
 * A majority's disks know that this is cancelled, or that it has ended: by the cancel of somebody else, perhaps.
 *
 * @param index - undefined: the whole job
 */
export function isCancelStored(flock: Flock, job: JobId, index: number | undefined): boolean {
  if (index !== undefined || isWordStored(flock, job, undefined)) return isWordStored(flock, job, index);
  const tasks = indexesOf(flock, job);
  return tasks.length > 0 && tasks.every((task) => isWordStored(flock, job, task));
}

function indexesOf(flock: Flock, job: JobId): readonly number[] {
  for (const id of flock.ids) {
    const entry = flock.disk(id).get(`${ENTRY_PREFIX}${job}/${JOB}`) as { readonly value: JobRecord } | undefined;
    if (!entry) continue;
    const { range } = entry.value;
    return Array.from({ length: range.count }, (_, ordinal) => indexAt(range, ordinal));
  }
  return [];
}

function isWordStored(flock: Flock, job: JobId, index: number | undefined): boolean {
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
    // One that could not vote on the create has what was written since, and no head; and sets follow one another.
    return [...nodes].some((node) => {
      const { head } = (flock.disk(node).get(coreKey(register)) as StoredCore | undefined) ?? {};
      return head !== undefined && head.set.filter((each) => nodes.has(each)).length >= majorityOf(head.set);
    });
  });
}

function isWord({ key, value }: EntryPut, index: number | undefined): boolean {
  if (index === undefined) return key === JOB && (value as JobRecord).cancelled;
  if (key === SHARD) return (value as ShardRecord).cancelled;
  if (!key.startsWith(TASK_PREFIX)) return false;
  const task = value as TaskRecord;
  return task.index === index && (task.cancelled === true || task.state !== 'pending');
}
