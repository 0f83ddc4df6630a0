import type { Put } from '../kernel/effects.js';
import type { NodeId } from '../kernel/ids.js';
import { isTerminal } from '../kernel/states.js';
import { shardName, taskPrefix } from './keys.js';
import type { ShardEffect } from './offering.js';
import type { QueryMessages, TaskInfo, TaskMore } from './queries.js';
import { indexAt, ordinalOf } from './range.js';
import type { Outcome, TaskRecord } from './record.js';
import { shownState, type Shard, type ShardRecord } from './shard.js';
import type { ShardTag } from './shard-tags.js';

type QueryTag = Extract<ShardTag, { readonly what: 'tasks' | 'task' }>;

/** What clients ask of a shard's tasks: memory knows those that are live, the store those with an outcome. */
export function loadTasks(to: NodeId, message: QueryMessages['query.tasks' | 'query.task']): ShardEffect {
  const { job, shard, ask: re } = message;
  const tag: QueryTag =
    message.kind === 'query.task'
      ? { what: 'task', job, shard, query: { to, re, index: message.index } }
      : {
          what: 'tasks',
          job,
          shard,
          query: { to, re, after: message.after, state: message.state, limit: message.limit },
        };
  return { kind: 'load', prefix: taskPrefix(job, shard), tag };
}

/**
 * @param entries - the shard's records in the store
 * @param shard - undefined where the shard is done
 * @param record - undefined where this node is not the shard's home
 */
export function answerTasks(
  tag: QueryTag,
  entries: readonly Put[],
  shard: Shard | undefined,
  record: ShardRecord | undefined,
  waiting: number,
): ShardEffect {
  const stored = new Map(entries.map(({ value }) => [(value as TaskRecord).index, value as TaskRecord]));
  const { to, re } = tag.query;
  const infoOf = (index: number) => taskInfo(index, shard, stored.get(index), record?.cancelled === true);
  if (tag.what === 'task') {
    const has = record !== undefined && ordinalOf(record.range, tag.query.index) !== undefined;
    const { index } = tag.query;
    const found = has
      ? { info: infoOf(index), more: taskMore(index, shard, stored.get(index), record, waiting) }
      : undefined;
    return { kind: 'reply', to, re, message: { kind: 'query.task-told', ...(found ? { found } : {}) } };
  }
  const tasks: TaskInfo[] = [];
  const { after, state, limit } = tag.query;
  for (let ordinal = 0; record && ordinal < record.range.count && tasks.length < limit; ordinal++) {
    const index = indexAt(record.range, ordinal);
    if (index <= after) continue;
    const info = infoOf(index);
    if (state === undefined || info.state === state) tasks.push(info);
  }
  return { kind: 'reply', to, re, message: { kind: 'query.tasks-told', found: record !== undefined, tasks } };
}

function taskInfo(
  index: number,
  shard: Shard | undefined,
  record: TaskRecord | undefined,
  cancelled: boolean,
): TaskInfo {
  const live = shard?.live.get(index);
  if (live && !(record && isTerminal(record.state))) {
    const { epoch, executor, attempts, startedAtMs } = live;
    const started = startedAtMs === undefined ? {} : { startedAtMs };
    return { index, state: shownState(live), epoch, attempts, ...(executor ? { executor } : {}), ...started };
  }
  if (!record) {
    const state = shard ? shard.untouchedState : cancelled ? 'cancelled' : 'pending';
    return { index, state, epoch: 0, attempts: 0 };
  }
  const { state, epoch, executor, attempts, outcome } = record;
  return {
    ...{ index, state, epoch, attempts },
    ...(executor ? { executor } : {}),
    ...(outcome?.exitCode === undefined ? {} : { exitCode: outcome.exitCode }),
    ...(outcome?.reason === undefined ? {} : { reason: outcome.reason }),
    ...(outcome?.startedAtMs === undefined ? {} : { startedAtMs: outcome.startedAtMs }),
    ...(outcome ? endOf(outcome) : {}),
  };
}

function endOf({ finishedAtMs, stdoutBytes, stderrBytes }: Outcome): Partial<TaskInfo> {
  return { finishedAtMs, stdoutBytes, stderrBytes };
}

const NOTHING = new Uint8Array(0);

function taskMore(
  index: number,
  shard: Shard | undefined,
  record: TaskRecord | undefined,
  of: ShardRecord,
  waiting: number,
): TaskMore {
  const outcome = record?.outcome;
  return {
    path: [...(shard?.live.get(index)?.path ?? record?.path ?? [])],
    key: of.key ?? shardName(of.job, of.shard),
    ...(shard ? { needs: shard.spec.needs } : {}),
    waiting,
    stdoutTail: outcome?.stdoutTail ?? NOTHING,
    stderrTail: outcome?.stderrTail ?? NOTHING,
    stdoutBytes: outcome?.stdoutBytes ?? 0,
    stderrBytes: outcome?.stderrBytes ?? 0,
  };
}
