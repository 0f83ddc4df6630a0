import type { NodeId } from '../kernel/ids.js';
import type { TaskState } from '../kernel/states.js';
import { majorityOf, type ReplicaSet } from './register/replica-set.js';
import type { Degradation } from './replication/effects.js';
import type { RegisterId } from './register/head.js';
import { TASK_PREFIX } from './replication/names.js';
import type { Shunned } from './placer.js';
import type { ShardEffect } from './shard-events.js';
import { SHUNNED_MAX, type QueryMessages, type TaskInfo, type TaskMore } from './queries.js';
import { indexAt, ordinalAfter, ordinalOf, type TaskRange } from './range.js';
import type { Outcome, Run, TaskRecord } from './record.js';
import { shownState } from './live-task.js';
import type { Shard } from './shard.js';
import { wordOf, type ShardRecord } from './shard-record.js';
import type { ShardTag } from './shard-tags.js';

/** The record of a task, by its index; undefined where it was never touched. */
type Records = (index: number) => TaskRecord | undefined;
type QueryTag = Extract<ShardTag, { readonly what: 'tasks' | 'task' }>;

const NO_TASKS: TaskRange = { first: 0, step: 1, count: 0 };

/** What clients ask of a shard's tasks. */
export function queryTag(to: NodeId, message: QueryMessages['query.tasks' | 'query.task']): QueryTag {
  const { job, shard, ask: re } = message;
  if (message.kind === 'query.task') return { what: 'task', job, shard, query: { to, re, index: message.index } };
  const { after, state, limit, withResults } = message;
  return { what: 'tasks', job, shard, query: { to, re, after, state, limit, withResults } };
}

/** The records of tasks among the entries of a register, by index. */
export function recordsIn(
  entries: Iterable<readonly [string, { readonly value: unknown }]>,
): ReadonlyMap<number, TaskRecord> {
  const records = new Map<number, TaskRecord>();
  for (const [key, { value }] of entries) {
    if (key.startsWith(TASK_PREFIX)) records.set((value as TaskRecord).index, value as TaskRecord);
  }
  return records;
}

/** Characters of results in one answer, but for the last of them: four bytes each at most, they share a frame of 1 MiB. */
const RESULTS_MAX = 128 * 1024;

/** What an answer says beside the shard's own. */
interface Around {
  /** Where the shard is kept: its tasks are placed from there on, where no other key was given. */
  readonly register: RegisterId;
  /** Tasks that wait at this node, of all its shards. */
  readonly waiting: number;
  /** What a survivor alone says of a task; absent: nothing. */
  readonly isProvisional?: (index: number) => boolean;
  /** What keeps anything of the shard from being recorded. */
  readonly hindrance?: string | undefined;
  /** Nodes that get nothing of this coordinator. */
  readonly shunned?: readonly Shunned[];
  /** Of tasks of its name; 0 where nothing is known. */
  readonly learntMs?: number;
}

/**
 * @param stored - the records of the shard's tasks; of those that are live they may not be committed
 * @param shard - undefined where the shard is done
 * @param record - undefined where this node knows nothing of the shard
 */
export function answerTasks(
  tag: QueryTag,
  stored: Records,
  shard: Shard | undefined,
  record: ShardRecord | undefined,
  around: Around,
): ShardEffect {
  const { to, re } = tag.query;
  const infoOf = (index: number): TaskInfo => {
    const info = taskInfo(index, shard, stored(index), record ? wordOf(record) : 'pending', around.hindrance);
    return around.isProvisional?.(index) === true ? { ...info, degraded: true } : info;
  };
  if (tag.what === 'task') {
    const has = record !== undefined && ordinalOf(record.range, tag.query.index) !== undefined;
    const { index } = tag.query;
    const found = has
      ? { info: infoOf(index), more: taskMore(index, shard, stored(index), record, around) }
      : undefined;
    return { kind: 'reply', to, re, message: { kind: 'query.task-told', ...(found ? { found } : {}) } };
  }
  const tasks: TaskInfo[] = [];
  const { after, state, limit, withResults } = tag.query;
  let room = RESULTS_MAX;
  const { range } = record ?? { range: NO_TASKS };
  for (let ordinal = ordinalAfter(range, after); ordinal < range.count && tasks.length < limit && room > 0; ordinal++) {
    const index = indexAt(range, ordinal);
    const result = withResults === true ? stored(index)?.outcome?.result : undefined;
    const info = { ...infoOf(index), ...(result === undefined ? {} : { result }) };
    room -= result?.length ?? 0;
    if (state === undefined || info.state === state) tasks.push(info);
  }
  const cut = room > 0 ? {} : { isCut: true };
  return { kind: 'reply', to, re, message: { kind: 'query.tasks-told', found: record !== undefined, tasks, ...cut } };
}

function taskInfo(
  index: number,
  shard: Shard | undefined,
  record: TaskRecord | undefined,
  word: TaskState,
  hindrance: string | undefined,
): TaskInfo {
  const live = shard?.live.get(index);
  if (live) {
    const { epoch, executor, attempts, startedAtMs } = live;
    const isHeldUp = live.phase === 'committing' && hindrance !== undefined;
    const started = {
      ...(startedAtMs === undefined ? {} : { startedAtMs }),
      ...(isHeldUp ? { reason: `what became of it waits to be recorded: ${hindrance}` } : {}),
    };
    const shown = { index, state: shownState(live), epoch, attempts, ...runsOf(live) };
    const isCall = live.phase === 'running' && shard?.spec.function !== undefined;
    return { ...shown, ...(executor ? { executor } : {}), ...started, ...(isCall ? { isCall } : {}) };
  }
  if (!record) {
    return { index, state: shard ? shard.untouchedState : word, epoch: 0, attempts: 0 };
  }
  const { state, epoch, executor, attempts, outcome } = record;
  return {
    index,
    ...{ state, epoch, attempts, ...runsOf(record) },
    ...(executor ? { executor } : {}),
    ...(outcome?.exitCode === undefined ? {} : { exitCode: outcome.exitCode }),
    ...(outcome?.reason === undefined ? {} : { reason: outcome.reason }),
    ...(outcome?.startedAtMs === undefined ? {} : { startedAtMs: outcome.startedAtMs }),
    ...(outcome ? endOf(outcome) : {}),
    ...(outcome?.result === undefined ? {} : { hasResult: true }),
    ...(outcome?.outputs === undefined ? {} : { outputs: outcome.outputs }),
    ...(outcome?.usage === undefined ? {} : { usage: outcome.usage }),
  };
}

function runsOf({
  run = 1,
  runs = [],
}: Pick<TaskRecord, 'run'> & { readonly runs?: readonly Run[] }): Partial<TaskInfo> {
  return run > 1 ? { run, runs: [...runs] } : {};
}

function endOf({ finishedAtMs, stdoutBytes, stderrBytes }: Outcome): Partial<TaskInfo> {
  return { finishedAtMs, stdoutBytes, stderrBytes };
}

function degradationOf({ gone, sinceMs }: Degradation, set: ReplicaSet): NonNullable<TaskMore['degraded']> {
  return { gone, sinceMs, replicas: set.length, missing: majorityOf(set) - (set.length - gone) };
}

const NOTHING = new Uint8Array(0);

function taskMore(
  index: number,
  shard: Shard | undefined,
  record: TaskRecord | undefined,
  of: ShardRecord,
  { waiting, register, hindrance, shunned = [], learntMs = 0 }: Around,
): TaskMore {
  const outcome = record?.outcome;
  const live = shard?.live.get(index);
  return {
    ...(hindrance === undefined || !shard || shard.isEnded(index) ? {} : { hindrance }),
    ...(live?.phase === 'committing' ? { isCommitting: true } : {}),
    ...(shard?.runsAtMostOnce === true ? { isAtMostOnce: true } : {}),
    path: [...(live?.path ?? record?.path ?? [])],
    key: of.key ?? register,
    ...(shard ? { needs: shard.spec.needs } : {}),
    ...(shard?.place.degraded ? { degraded: degradationOf(shard.place.degraded, shard.place.set) } : {}),
    ...(shunned.length === 0 ? {} : { shunned: shunned.slice(0, SHUNNED_MAX) }),
    ...(learntMs > 0 ? { learntMs } : {}),
    waiting,
    ...(outcome?.result === undefined ? {} : { result: outcome.result }),
    stdoutTail: outcome?.stdoutTail ?? NOTHING,
    stderrTail: outcome?.stderrTail ?? NOTHING,
    stdoutBytes: outcome?.stdoutBytes ?? 0,
    stderrBytes: outcome?.stderrBytes ?? 0,
  };
}
