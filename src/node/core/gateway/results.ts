import type { TaskInfo } from '../../../tasks/queries.js';
import { indexAt } from '../../../tasks/range.js';
import { LIMITS } from '../../../tasks/spec.js';
import type { Conversation } from './conversation.js';
import { askCoordinator } from './coordinator.js';
import { find, shardCount, shardOfJob } from './find.js';
import { askProgress } from './progress.js';
import { readTask } from './read.js';
import type { OneTask, Requests, TaskPage } from './requests.js';
import type { Scene } from './scene.js';

/** How long the coordinator of one shard is looked for; a page says what it lacks. */
const SHARD_MS = 2_000;

/**
 * A page of tasks, by rising index, with what their functions have returned. It ends before the first task that nobody
 * has been told of yet, or whose shard does not answer: whoever takes results takes them in order.
 */
export function* readResults(scene: Scene, { job, after, limit }: Requests['results']['asks']): Conversation<TaskPage> {
  const foundJob = yield* find(scene, job);
  const { range, plan, info } = foundJob.found;
  const shards = shardCount(foundJob.found);
  const tasks: TaskInfo[] = [];
  let asked = 0;
  let answered = 0;
  let last = after;
  let shard = after < range.first ? 0 : Math.floor(((after - range.first) / range.step + 1) / plan.shardSize);
  while (shard < shards && tasks.length < limit) {
    const registered = shardOfJob(foundJob.found, shard);
    const most = Math.min(limit - tasks.length, LIMITS.shardTasksMax);
    const message = { kind: 'query.tasks' as const, job, shard, after: last, limit: most, withResults: true };
    const how = { patienceMs: SHARD_MS, deadlineMs: SHARD_MS };
    const answer = yield* askCoordinator(scene, registered, message, 'query.tasks-told', how);
    asked += 1;
    if (answer) answered += 1;
    if (answer?.found !== true) break;
    tasks.push(...answer.tasks);
    last = answer.tasks.at(-1)?.index ?? last;
    if (answer.isCut === true) break;
    if (
      answer.tasks.length < most ||
      last === indexAt(range, Math.min((shard + 1) * plan.shardSize, range.count) - 1)
    ) {
      shard += 1;
    }
  }
  const isEnd = last >= indexAt(range, range.count - 1);
  return { job: info, tasks, next: isEnd ? undefined : last, isWhole: answered === asked, asked, answered };
}

/** One task; where it is a function that runs, with what that last said of itself. */
export function* showTask(scene: Scene, query: Requests['task']['asks']): Conversation<OneTask> {
  const one = yield* readTask(scene, query);
  if (one.task.isCall !== true) return one;
  return { ...one, progress: (yield* askProgress(query.job, one.task)).progress };
}
