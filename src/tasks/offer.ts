import type { Request } from '../kernel/effects.js';
import { submittedDueMs } from './job-limits.js';
import type { LiveTask } from './live-task.js';
import type { TaskMessages } from './messages.js';
import type { Parcel } from './parcels.js';
import type { Shard } from './shard.js';
import type { ShardTag } from './shard-tags.js';

interface Offer {
  readonly tag: ShardTag;
  readonly message: Request<TaskMessages['task.offer']>;
}

/** What a node is asked that is to take these tasks. */
export function offerOf(shard: Shard, { tasks, startsNow }: Parcel): Offer {
  const { record, place, spec } = shard;
  const name = { job: record.job, shard: record.shard };
  const dueMs = submittedDueMs(spec, record.createdAtMs);
  return {
    tag: { what: 'offer', ...name, tasks: tasks.map(({ index, epoch }) => ({ index, epoch })) },
    message: {
      kind: 'task.offer',
      ...name,
      set: [...place.set],
      executorBoot: tasks[0]?.executorBoot ?? 0,
      ...(startsNow ? { startsNow } : {}),
      ...(dueMs === Infinity ? {} : { dueMs }),
      spec,
      tasks: tasks.map((task) => offeredTask(shard, task)),
    },
  };
}

function offeredTask(shard: Shard, task: LiveTask): TaskMessages['task.offer']['tasks'][number] {
  const item = shard.item(task.index);
  const { index, epoch, steals } = task;
  return { index, epoch, attempt: task.attempts + 1, steals, ...(item === undefined ? {} : { item }) };
}
