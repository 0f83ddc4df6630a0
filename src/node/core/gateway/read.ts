import type { Reply } from '../../../kernel/effects.js';
import { CoveyError } from '../../../kernel/errors.js';
import { compareText, type JobId, type NodeId } from '../../../kernel/ids.js';
import { isTerminal, terminalCount } from '../../../kernel/states.js';
import { candidatesFor } from '../../../placement/explain.js';
import { indexAt, ordinalOf, shardOf, type TaskRange } from '../../../tasks/range.js';
import type { JobInfo, TaskInfo } from '../../../tasks/queries.js';
import { LIMITS } from '../../../tasks/spec.js';
import type { Message } from '../wire.js';
import { askAll, pause, type Conversation } from './conversation.js';
import { wordOf } from '../../../tasks/shard-record.js';
import { askCoordinator } from './coordinator.js';
import { find, liveNodes, search, shardCount, shardOfJob, waitAt, type FoundJob } from './find.js';
import type { ClientRequest, NodeInfo, OneTask, Requests, TaskPage } from './requests.js';
import type { Scene } from './scene.js';

type Asks<Op extends ClientRequest['op']> = Requests[Op]['asks'];

/** One round of waiting at a job's home; shorter than what its client asks, so that a home that died is noticed. */
const WAIT_ROUND_MS = 10_000;

/** A job, at once or when it is terminal. */
export function* readJob(scene: Scene, { job, waitMs }: Asks<'job'>): Conversation<JobInfo> {
  const untilMs = scene.now().monoMs + waitMs;
  for (;;) {
    const { found, at } = yield* find(scene, job);
    const leftMs = untilMs - scene.now().monoMs;
    if (found.info.finishedAtMs !== undefined || leftMs <= 0) return found.info;
    const waited = yield* waitAt(at, job, Math.ceil(Math.min(leftMs, WAIT_ROUND_MS)), 2_000);
    if (waited && (waited.info.finishedAtMs !== undefined || scene.now().monoMs >= untilMs)) return waited.info;
    if (!waited) yield* pause(100);
  }
}

/** The same for another job, which is to know whether it can ever be told; empty where nobody can say at the moment. */
export function* watchJob(scene: Scene, query: Asks<'watch'>): Conversation<Requests['watch']['gets']> {
  const { found, isGone = false } = { isGone: undefined, ...(yield* search(scene, query.job)) };
  if (isGone) return { isGone };
  return found ? { info: yield* readJob(scene, query) } : {};
}

/** The jobs of all nodes, newest first. */
export function* readJobs(scene: Scene, query: Asks<'jobs'>): Conversation<Requests['jobs']['gets']> {
  const nodes = liveNodes(scene);
  const { prefix, state, before, limit, after } = query;
  const message = {
    kind: 'query.jobs' as const,
    ...{ prefix, limit },
    ...(state === undefined ? {} : { state }),
    ...(after === undefined ? {} : { after }),
    ...(before === undefined ? {} : { beforeMs: before.atMs, beforeJob: before.job }),
  };
  const dead = [...scene.membership.members.values()].filter((member) => member.state === 'dead').length;
  const answers = yield* askAll(
    nodes.map((to) => ({ to, message })),
    'query.jobs-told',
  );
  const jobs = merged(answers.flatMap((answer) => answer?.jobs ?? []));
  jobs.sort((a, b) => b.createdAtMs - a.createdAtMs || compareText(b.job, a.job));
  const answered = answers.filter((answer) => answer !== undefined).length;
  return { jobs: jobs.slice(0, limit), asked: nodes.length + dead, answered };
}

/** Each job once: of several replicas' words the one that knows most. */
function merged(told: readonly JobInfo[]): JobInfo[] {
  const jobs = new Map<JobId, JobInfo>();
  for (const info of told) {
    const known = jobs.get(info.job);
    // What a survivor says alone gives way to what a majority says.
    if (known && known.degraded !== info.degraded) {
      if (known.degraded === true) jobs.set(info.job, info);
      continue;
    }
    const byRun = (info.run ?? 1) - (known?.run ?? 1);
    const isMore = info.finishedAtMs !== undefined || info.counts.pending < (known?.counts.pending ?? Infinity);
    if (!known || byRun > 0 || (byRun === 0 && known.finishedAtMs === undefined && isMore)) jobs.set(info.job, info);
  }
  return [...jobs.values()];
}

/** Shards asked at once while a page is gathered. */
const SHARDS_AT_ONCE = 8;
/** How long the coordinator of one shard is looked for; a list says what it lacks. */
const SHARD_MS = 2_000;

type ToldTasks = Extract<Reply<Message>, { readonly kind: 'query.tasks-told' }>;

/** A page of a job's tasks, by rising index. */
export function* readTasks(scene: Scene, query: Asks<'tasks'>): Conversation<TaskPage> {
  const { job, after, limit } = query;
  const foundJob = yield* find(scene, job);
  const { range, plan, info } = foundJob.found;
  const shards = shardCount(foundJob.found);
  const tasks: TaskInfo[] = [];
  const asked = new Set<NodeId>();
  const answered = new Set<NodeId>();
  let isWhole = true;
  const first = after < range.first ? 0 : Math.floor(((after - range.first) / range.step + 1) / plan.shardSize);
  for (let from = first; from < shards && tasks.length < limit; from += SHARDS_AT_ONCE) {
    const some = Array.from({ length: Math.min(SHARDS_AT_ONCE, shards - from) }, (_, i) => from + i);
    const answers = yield* askShards(scene, foundJob, some, query);
    answers.forEach((answer, i) => {
      const shard = some[i] ?? 0;
      const { register, set } = shardOfJob(foundJob.found, shard);
      const speaker = scene.places.get(register) ?? set[0];
      for (const node of answer && speaker ? [speaker] : set) asked.add(node);
      if (answer && speaker) answered.add(speaker);
      isWhole &&= answer !== undefined;
      tasks.push(...(answer?.found ? answer.tasks : unsaid(foundJob, shard, query)));
    });
  }
  const page = tasks.slice(0, limit);
  const last = page.at(-1)?.index;
  const isEnd = last === undefined || (tasks.length <= limit && last === indexAt(range, range.count - 1));
  const next = isEnd || page.length < limit ? undefined : last;
  return { job: info, tasks: page, next, isWhole, asked: asked.size, answered: answered.size };
}

/** Asks for the tasks of several shards at once; of those whose coordinator is not where it was thought, again. */
function* askShards(
  scene: Scene,
  { found }: FoundJob,
  shards: readonly number[],
  { job, after, state }: Asks<'tasks'>,
): Conversation<readonly (ToldTasks | undefined)[]> {
  const filter = state === undefined ? {} : { state };
  const messageFor = (shard: number) => {
    return { kind: 'query.tasks' as const, job, shard, after, limit: LIMITS.shardTasksMax, ...filter };
  };
  const asks = shards.flatMap((shard) => {
    const { register, set } = shardOfJob(found, shard);
    const to = scene.places.get(register) ?? set[0];
    return to === undefined ? [] : [{ to, message: messageFor(shard) }];
  });
  const answers = [...(yield* askAll(asks, 'query.tasks-told'))];
  for (const [i, shard] of shards.entries()) {
    const how = { patienceMs: SHARD_MS, deadlineMs: SHARD_MS };
    answers[i] ??= yield* askCoordinator(scene, shardOfJob(found, shard), messageFor(shard), 'query.tasks-told', how);
  }
  return answers;
}

/** Tasks of a shard that nobody has been told of yet: pending by the job's word. */
function unsaid({ found }: FoundJob, shard: number, { after, state }: Asks<'tasks'>): TaskInfo[] {
  if (found.info.counts.pending === 0) return [];
  const word = wordOf(found);
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
  if (shard === undefined || ordinalOf(found.range, index) === undefined) {
    throw noTask(job, index, found.range);
  }
  const registered = shardOfJob(found, shard);
  const answer = yield* askCoordinator(scene, registered, { kind: 'query.task', job, shard, index }, 'query.task-told');
  if (!answer) {
    const hint = 'bring more nodes back, or try again; see `covey nodes`';
    throw new CoveyError('unavailable', `too few replicas of the record of ${job}/${index} answer`, hint);
  }
  const { info: task, more } = answer.found ?? {
    info: { index, state: 'pending' as const, epoch: 0, attempts: 0 },
    more: { path: [], key: '', waiting: 0, ...NO_OUTPUT },
  };
  const coordinator = scene.places.get(registered.register) ?? registered.set[0] ?? scene.self;
  return { job: found.info, task, more, coordinator, registered, shard };
}

function noTask(job: JobId, index: number, range: TaskRange): CoveyError {
  const { first, step, count } = range;
  const steps = step === 1 ? '' : `:${step}`;
  const tasks = count === 1 ? `one task, ${first}` : `tasks ${first}-${indexAt(range, count - 1)}${steps}`;
  return new CoveyError('not-found', `job ${job} has ${tasks}; there is no task ${index}`, `see \`covey show ${job}\``);
}

const NO_OUTPUT = { stdoutTail: new Uint8Array(0), stderrTail: new Uint8Array(0), stdoutBytes: 0, stderrBytes: 0 };

/** Cancels a job, or one task of it, durably; what runs is ended. */
export function* cancel(scene: Scene, { job, index }: Asks<'cancel'>): Conversation<Requests['cancel']['gets']> {
  if (index !== undefined) {
    const { registered, shard, task } = yield* readTask(scene, { job, index });
    if (isTerminal(task.state)) return { tasks: 0, degraded: task.degraded === true };
    const message = { kind: 'shard.cancel' as const, job, shard, index };
    const state = yield* askCoordinator(scene, registered, message, 'shard.state');
    if (!state) throw unconfirmed(job);
    return { tasks: 1, degraded: state.degraded === true };
  }
  const { found } = yield* find(scene, job);
  const message = { kind: 'job.cancel' as const, job };
  const answer = yield* askCoordinator(scene, { register: job, set: found.set }, message, 'job.cancelled');
  if (!answer) throw unconfirmed(job);
  const isOpen = !found.cancelled && terminalCount(found.info.counts) < found.info.tasks;
  if (answer.tasks > 0 || !isOpen) return { tasks: answer.tasks, degraded: answer.degraded === true };
  // They have ended meanwhile; or this was asked more than once, and an earlier time, whose answer was lost, has done it.
  const { info } = (yield* find(scene, job)).found;
  const tasks = Math.max(0, info.counts.cancelled - found.info.counts.cancelled);
  return { tasks, degraded: info.degraded === true };
}

function unconfirmed(job: JobId): CoveyError {
  return new CoveyError('outcome-unknown', `nobody has confirmed the cancel of ${job}`, 'try again: it is safe');
}

export function readRing(scene: Scene, { key, needs }: Asks<'ring'>): Requests['ring']['gets'] {
  return { candidates: candidatesFor(scene.view, scene.policy, key, { needs }), hash: scene.view.ring.hashKey(key) };
}

export function readNodes(scene: Scene): readonly NodeInfo[] {
  const members = [...scene.membership.members.values()].sort((a, b) => compareText(a.id, b.id));
  return members.map((member) => ({
    member,
    load: scene.view.loads.of(member.id),
    rttMs: scene.membership.roundTripMs(member.id),
  }));
}
