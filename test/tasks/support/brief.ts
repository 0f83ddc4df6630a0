import type { Counts } from '../../../src/kernel/states.js';
import type { ShardEffect } from '../../../src/tasks/shard-events.js';
import type { TaskRecord } from '../../../src/tasks/record.js';
import { SHARD, TASK_PREFIX } from '../../../src/tasks/replication/names.js';
import type { ShardRecord } from '../../../src/tasks/shard-record.js';

/** An effect in a few words, such as `offer x 0@1.1 1@1.2`: two tasks, under counters 1 and 2 of ballot 1. */
export type Shown = string;

/** Progress reports and timers but `rest` are left out: hardly a test is about them. */
export function brief(effect: ShardEffect): Shown[] {
  switch (effect.kind) {
    case 'create':
    case 'renew':
      return [`${effect.kind} ${effect.register}`];
    case 'write':
      return effect.entries.length === 0
        ? ['write nothing']
        : effect.entries.flatMap(({ key, value }) => put(key, value));
    case 'reply': {
      const { message } = effect;
      const more = message.kind === 'shard.state' ? ` ${counted(message.counts)}` : '';
      return [`${message.kind} to ${effect.to}${more}`];
    }
    case 'arm':
      return effect.timer.name === 'rest' ? ['arm rest'] : [];
    case 'ask':
      return asked(effect);
    default:
      return [];
  }
}

export function counted(counts: Counts): string {
  return Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([state, n]) => `${state} ${n}`)
    .join(', ');
}

function epochs(tasks: readonly { readonly index: number; readonly epoch: number }[]): string {
  return tasks.map(({ index, epoch }) => `${index}@${Math.floor(epoch / 2 ** 20)}.${epoch % 2 ** 20}`).join(' ');
}

/** `at(2, 7)`: the epoch that is shown as 2.7. */
export const at = (ballot: number, counter: number) => ballot * 2 ** 20 + counter;

function asked({ message, to, tag }: Extract<ShardEffect, { kind: 'ask' }>): Shown[] {
  switch (message.kind) {
    case 'task.offer':
      return [
        `offer ${to} ${epochs(message.tasks)}${message.startsNow ? ' now' : ''}` +
          (message.dueMs === undefined ? '' : ` due ${message.dueMs}`),
      ];
    case 'task.revoke':
    case 'task.recall':
      return [`${message.kind.slice('task.'.length)} ${to} ${epochs(message.tasks)}`];
    case 'shard.report':
      return tag.what === 'report' && tag.final ? [`report to ${to}: ${counted(message.counts)}`] : [];
    default:
      return [`${message.kind} to ${to}`];
  }
}

function put(key: string, value: unknown): Shown[] {
  if (key.startsWith(TASK_PREFIX)) {
    const { index, state, cancelled } = value as TaskRecord;
    return [`write ${index} ${state}${cancelled && state === 'pending' ? ' (to be cancelled)' : ''}`];
  }
  if (key !== SHARD) return [`write ${key}`];
  const { cancelled, done, givenUp = [] } = value as ShardRecord;
  const dead = givenUp.map(({ node, ballot }) => ` -${node}@${ballot}`).join('');
  return [`write shard${cancelled ? ' cancelled' : ''}${done ? ' done' : ''}${dead}`];
}
