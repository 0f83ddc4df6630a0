import { CoveyError } from '../../../kernel/errors.js';
import { compareText, type JobId, type NodeId } from '../../../kernel/ids.js';
import { isTerminal } from '../../../kernel/states.js';
import { candidatesFor } from '../../../placement/explain.js';
import { indexAt, ordinalOf, shardOf } from '../../../tasks/range.js';
import type { JobInfo, TaskInfo } from '../../../tasks/queries.js';
import { LIMITS } from '../../../tasks/spec.js';
import { ask, askAll, pause, type Conversation } from './conversation.js';
import { find, liveNodes, shardHome, waitAtHome, type FoundJob } from './find.js';
import type { ClientRequest, NodeInfo, OneTask, Requests, TaskPage } from './requests.js';
import type { Scene } from './scene.js';

type Asks<Op extends ClientRequest['op']> = Requests[Op]['asks'];

/** One round of waiting at a job's home; shorter than what its client asks, so that a home that died is noticed. */
const WAIT_ROUND_MS = 10_000;

/** A job, at once or when it is terminal. */
export function* readJob(scene: Scene, { job, waitMs }: Asks<'job'>): Conversation<JobInfo> {
  const untilMs = scene.now().monoMs + waitMs;
  for (;;) {
    const { found, home } = yield* find(scene, job);
    const leftMs = untilMs - scene.now().monoMs;
    if (found.info.finishedAtMs !== undefined || leftMs <= 0) return found.info;
    const waited = yield* waitAtHome(home, job, Math.ceil(Math.min(leftMs, WAIT_ROUND_MS)), 2_000);
    if (waited && (waited.info.finishedAtMs !== undefined || scene.now().monoMs >= untilMs)) return waited.info;
    if (!waited) yield* pause(500);
  }
}

/** The jobs of all nodes, newest first. */
export function* readJobs(scene: Scene, query: Asks<'jobs'>): Conversation<Requests['jobs']['gets']> {
  const nodes = liveNodes(scene);
  const { prefix, state, before, limit } = query;
  const message = {
    kind: 'query.jobs' as const,
    ...{ prefix, limit },
    ...(state === undefined ? {} : { state }),
    ...(before === undefined ? {} : { beforeMs: before.atMs, beforeJob: before.job }),
  };
  const dead = [...scene.membership.members.values()].filter((member) => member.state === 'dead').length;
  const answers = yield* askAll(
    nodes.map((to) => ({ to, message })),
    'query.jobs-told',
  );
  const jobs = answers.flatMap((answer) => answer?.jobs ?? []);
  jobs.sort((a, b) => b.createdAtMs - a.createdAtMs || compareText(b.job, a.job));
  const answered = answers.filter((answer) => answer !== undefined).length;
  return { jobs: jobs.slice(0, limit), asked: nodes.length + dead, answered };
}

/** Shards asked at once while a page is gathered. */
const SHARDS_AT_ONCE = 8;

/** A page of a job's tasks, by rising index. */
export function* readTasks(scene: Scene, query: Asks<'tasks'>): Conversation<TaskPage> {
  const { job, after, state, limit } = query;
  const foundJob = yield* find(scene, job);
  const { range, plan, info } = foundJob.found;
  const tasks: TaskInfo[] = [];
  const asked = new Set<NodeId>();
  const silent = new Set<NodeId>();
  const first = after < range.first ? 0 : Math.floor(((after - range.first) / range.step + 1) / plan.shardSize);
  for (let from = first; from < plan.homeOf.length && tasks.length < limit; from += SHARDS_AT_ONCE) {
    const shards = plan.homeOf.slice(from, from + SHARDS_AT_ONCE).map((_, i) => from + i);
    const asks = shards.flatMap((shard) => {
      const to = shardHome(plan, shard);
      if (to === undefined) return [];
      const filter = state === undefined ? {} : { state };
      return [
        { to, message: { kind: 'query.tasks' as const, job, shard, after, limit: LIMITS.shardTasksMax, ...filter } },
      ];
    });
    const answers = yield* askAll(asks, 'query.tasks-told');
    answers.forEach((answer, i) => {
      const home = asks[i]?.to;
      if (home !== undefined) asked.add(home);
      if (home !== undefined && !answer?.found) silent.add(home);
      tasks.push(...(answer?.found ? answer.tasks : unsaid(foundJob, shards[i] ?? 0, query)));
    });
  }
  const page = tasks.slice(0, limit);
  const last = page.at(-1)?.index;
  const isEnd = last === undefined || (tasks.length <= limit && last === indexAt(range, range.count - 1));
  const next = isEnd || page.length < limit ? undefined : last;
  return { job: info, tasks: page, next, asked: asked.size, answered: asked.size - silent.size };
}

/** Tasks of a shard that its home has not been told of yet: pending by the job's word. */
function unsaid({ found }: FoundJob, shard: number, { after, state }: Asks<'tasks'>): TaskInfo[] {
  if (found.info.counts.pending === 0) return [];
  const word = found.cancelled ? 'cancelled' : 'pending';
  if (state !== undefined && state !== word) return [];
  const from = shard * found.plan.shardSize;
  const count = Math.min(found.plan.shardSize, found.range.count - from);
  return Array.from({ length: count }, (_, i) => indexAt(found.range, from + i))
    .filter((index) => index > after)
    .map((index) => ({ index, state: word, epoch: 0, attempts: 0 }));
}

/** One task with its way and the last of its output. */
export function* readTask(scene: Scene, { job, index }: { job: JobId; index: number }): Conversation<OneTask> {
  const { found } = yield* find(scene, job);
  const shard = shardOf(found.range, found.plan.shardSize, index);
  const home = shard === undefined ? undefined : shardHome(found.plan, shard);
  if (shard === undefined || home === undefined || ordinalOf(found.range, index) === undefined) {
    const last = indexAt(found.range, found.range.count - 1);
    throw new CoveyError(
      'not-found',
      `job ${job} has no task ${index}`,
      `its tasks are ${found.range.first} to ${last}`,
    );
  }
  const answer = yield* ask(home, { kind: 'query.task', job, shard, index }, 'query.task-told');
  if (!answer) {
    throw new CoveyError(
      'unavailable',
      `node ${home}, which has the record of ${job}/${index}, does not answer`,
      'try again',
    );
  }
  const { info: task, more } = answer.found ?? {
    info: { index, state: 'pending' as const, epoch: 0, attempts: 0 },
    more: { path: [], key: '', waiting: 0, ...NO_OUTPUT },
  };
  return { job: found.info, task, more, home, shard };
}

const NO_OUTPUT = { stdoutTail: new Uint8Array(0), stderrTail: new Uint8Array(0), stdoutBytes: 0, stderrBytes: 0 };
const ANY = { cpus: 0, memBytes: 0, gpus: 0, custom: {} };

export function* explain(scene: Scene, query: Asks<'explain'>): Conversation<Requests['explain']['gets']> {
  const task = yield* readTask(scene, query);
  return { ...task, candidates: candidatesFor(scene.view, scene.policy, task.more.key, task.more.needs ?? ANY) };
}

/** Cancels a job, or one task of it, durably; what runs is ended. */
export function* cancel(scene: Scene, { job, index }: Asks<'cancel'>): Conversation<Requests['cancel']['gets']> {
  if (index !== undefined) {
    const { home, shard, task } = yield* readTask(scene, { job, index });
    if (isTerminal(task.state)) return { tasks: 0 };
    const state = yield* ask(home, { kind: 'shard.cancel', job, shard, index }, 'shard.state');
    if (!state)
      throw new CoveyError('outcome-unknown', `node ${home} has not confirmed the cancel`, 'try again: it is safe');
    return { tasks: 1 };
  }
  const { home } = yield* find(scene, job);
  const answer = yield* ask(home, { kind: 'job.cancel', job }, 'job.cancelled');
  if (!answer)
    throw new CoveyError('outcome-unknown', `node ${home} has not confirmed the cancel`, 'try again: it is safe');
  return { tasks: answer.tasks };
}

export function readRing(scene: Scene, { key, needs }: Asks<'ring'>): Requests['ring']['gets'] {
  return { candidates: candidatesFor(scene.view, scene.policy, key, needs), hash: scene.view.ring.hashKey(key) };
}

export function readNodes(scene: Scene): readonly NodeInfo[] {
  const members = [...scene.membership.members.values()].sort((a, b) => compareText(a.id, b.id));
  return members.map((member) => ({
    member,
    load: scene.view.loads.of(member.id),
    rttMs: scene.membership.roundTripMs(member.id),
  }));
}
