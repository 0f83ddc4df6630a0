import type { JobId } from '../../src/kernel/ids.js';
import type { JobRecord } from '../../src/tasks/job.js';
import type { ShardRecord } from '../../src/tasks/shard.js';
import type { TaskRecord } from '../../src/tasks/record.js';
import type { Flock } from '../world/flock.js';

/**
 * Some disk knows that this is cancelled, or that the task has ended.
 *
 * @param index - undefined: the whole job
 */
export function isCancelStored(flock: Flock, job: JobId, index: number | undefined): boolean {
  const stored = <T>(prefix: string): T[] => {
    return flock.ids.flatMap((id) => [...flock.disk(id).range(prefix)].map(({ value }) => value as T));
  };
  if (index === undefined) return stored<JobRecord>(`job/${job}`).some(({ cancelled }) => cancelled === true);
  const isDone = (task: TaskRecord) => task.index === index && (task.cancelled === true || task.state !== 'pending');
  return (
    stored<TaskRecord>(`task/${job}/`).some(isDone) ||
    stored<ShardRecord>(`shard/${job}/`).some(({ cancelled }) => cancelled === true)
  );
}
