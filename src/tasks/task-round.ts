import type { Put } from '../kernel/effects.js';
import type { NodeId } from '../kernel/ids.js';
import { taskKey } from './keys.js';
import type { TaskMessages } from './messages.js';
import type { Offering, ShardEffect } from './offering.js';
import type { Placer } from './placer.js';
import type { Outcome, TaskRecord } from './record.js';
import { noteStep, type LiveTask, type Shard } from './shard.js';
import type { Asker, ShardTag } from './shard-tags.js';

/** A task that was running on so many nodes when they were lost is held to be their cause, and fails. */
export const CRASH_LIMIT = 5;

/** That of the create: a shard under it has seen no restart of its coordinator. */
const FIRST_BALLOT = 1;

/** A task that was stolen so often stays where it is. */
export const STEALS_MAX = 5;

type RecordTag = Extract<ShardTag, { readonly what: 'record' }>;
type RevokeTag = Extract<ShardTag, { readonly what: 'offer' | 'revoke' }>;

/** What becomes of tasks once they are placed: they start, end, are lost, come back, are cancelled. */
export class TaskRound {
  constructor(
    private readonly self: NodeId,
    private readonly offering: Offering,
    private readonly placer: Placer,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  started(shard: Shard, from: NodeId, message: TaskMessages['task.started']): void {
    for (const { index, epoch, atMs } of message.tasks) {
      const task = shard.live.get(index);
      if (task?.epoch !== epoch || task.executor !== from) continue;
      if (task.phase === 'offered' || task.phase === 'queued') {
        task.attempts += 1;
        task.startedAtMs = atMs;
        shard.move(task, 'running');
        if (from === this.self && shard.ballot > FIRST_BALLOT) this.#note(shard, task);
      }
    }
  }

  /** An attempt ended. The executor keeps the result until it is answered, so every path answers once it is recorded. */
  result(shard: Shard | undefined, from: NodeId, message: TaskMessages['task.result']): void {
    const { index, epoch, outcome } = message;
    const answer = { to: from, re: message.ask };
    if (!shard?.has(index) || shard.isEnded(index)) return this.#answer(answer);
    const task = shard.live.get(index) ?? shard.touch(index);
    if (isStale(task, epoch)) return this.#answer(answer);
    if (task.phase === 'committing') return;
    task.epoch = epoch;
    task.executor = from;
    if (task.phase !== 'running' && outcome.startedAtMs !== undefined) task.attempts += 1;
    task.startedAtMs = outcome.startedAtMs;
    this.#decide(shard, task, outcome, answer);
  }

  /** A record is durable: the task is at its end, or may be offered again. */
  recorded(shard: Shard, tag: RecordTag): void {
    const task = shard.live.get(tag.index);
    if (task?.phase === 'committing') {
      task.isSpent = true;
      if (tag.state === 'pending') shard.move(task, 'waiting');
      else shard.end(task, tag.state);
      if (tag.state === 'pending' && isCancelled(shard, task)) this.#record(shard, task, 'cancelled');
    }
    if (tag.result) this.#answer(tag.result);
  }

  /** The executor gave queued tasks back: to the thief that asked for them, or to anyone. */
  handedBack(shard: Shard | undefined, from: NodeId, message: TaskMessages['task.handback']): void {
    this.emit({ kind: 'reply', to: from, re: message.ask, message: { kind: 'task.takenback' } });
    if (!shard) return;
    const given = message.tasks.flatMap(({ index, epoch }) => {
      if (shard.mode === 'recovering') shard.noteHandedBack(index, epoch);
      const task = shard.live.get(index);
      return task?.epoch === epoch && task.executor === from && isPlaced(task) ? [task] : [];
    });
    for (const task of given) {
      task.isSpent = true;
      this.#release(shard, task);
    }
    const back = given.filter(({ phase }) => phase === 'waiting');
    for (const task of back) {
      if (message.to === undefined) continue;
      task.steals += 1;
      noteStep(task, { node: from, what: 'stolen' });
    }
    const to = message.to;
    if (shard.mode !== 'open' || to === undefined || !this.placer.mayOffer(to, shard.spec.needs)) return;
    this.offering.offer(shard, back, to);
  }

  /**
   * A node that died, left or restarted holds nothing any more. One that is only taken for dead may well: what it held is
   * called back once it is heard of again.
   *
   * @param boot - the one it has now, if it restarted
   * @returns whether it held anything of this shard
   */
  lost(shard: Shard, node: NodeId, boot: number | undefined): boolean {
    const held = [...shard.live.values()].filter((task) => {
      return task.executor === node && isPlaced(task) && (boot === undefined || task.executorBoot !== boot);
    });
    if (held.length > 0 && boot === undefined) this.#revoke(shard, node, held, 'forever');
    for (const task of held) {
      noteStep(task, { node, what: 'lost' });
      if (task.phase === 'running') this.#countLoss(shard, task);
      else this.#release(shard, task);
    }
    return held.length > 0;
  }

  /** The executor says that it does not hold these attempts, of those that were revoked. */
  disowned(shard: Shard, node: NodeId, { tasks }: RevokeTag, unknown: readonly number[]): void {
    for (const { index, epoch } of tasks) {
      const task = shard.live.get(index);
      if (!unknown.includes(index) || task?.epoch !== epoch) continue;
      task.isSpent = true;
      if (task.executor === node && isPlaced(task)) this.#release(shard, task);
    }
  }

  /**
   * What an executor still holds of a shard whose coordinator starts again. The latest attempt is taken up, and keeps its
   * epoch; any other is called back.
   */
  takeUp(shard: Shard, node: NodeId, boot: number, held: TaskMessages['held.tell']['held'][number]): void {
    if (boot < this.placer.bootOf(node) || shard.wasHandedBack(held.index, held.epoch)) return;
    const task = shard.live.get(held.index) ?? (shard.isEnded(held.index) ? undefined : shard.touch(held.index));
    if (task?.epoch === held.epoch && task.executor === node && task.phase !== 'waiting') return;
    if (!task || task.phase === 'committing' || !isNews(task, held.epoch)) return this.#revoke(shard, node, [held]);
    if (task.executor !== undefined && isPlaced(task)) {
      this.#revoke(shard, task.executor, [task]);
      shard.move(task, 'waiting');
    }
    task.epoch = held.epoch;
    task.isNoted = false;
    task.isSpent = false;
    task.executor = node;
    task.executorBoot = boot;
    if (held.state === 'running') task.attempts += 1;
    shard.move(task, 'offered');
    shard.move(task, held.state);
    noteStep(task, { node, what: 'accepted', reason: 'held over a restart of the coordinator' });
  }

  /** What ran at this coordinator when it died, and is held by nobody, was lost with it. */
  countCrashes(shard: Shard): void {
    for (const task of shard.live.values()) {
      if (!task.isNoted || task.phase !== 'waiting') continue;
      noteStep(task, { node: this.self, what: 'lost' });
      this.#countLoss(shard, task);
    }
  }

  /** Carries out cancels that are durable: ends what waits, calls back what is placed. */
  cancel(shard: Shard): void {
    this.endCancelled(shard);
    const placed = new Map<NodeId, LiveTask[]>();
    for (const task of shard.live.values()) {
      if (isCancelled(shard, task) && task.executor !== undefined && isPlaced(task)) {
        placed.set(task.executor, [...(placed.get(task.executor) ?? []), task]);
      }
    }
    for (const [node, tasks] of placed) this.#revoke(shard, node, tasks);
  }

  /** Cancelled tasks that nobody holds, or no longer. */
  endCancelled(shard: Shard): void {
    for (const task of shard.live.values()) {
      if (task.phase === 'waiting' && isCancelled(shard, task)) this.#record(shard, task, 'cancelled');
    }
  }

  /** Notes that one task is to end. Returns what makes that durable, as far as its own record does not. */
  cancelOne(shard: Shard, index: number): Put[] {
    const task = shard.live.get(index) ?? shard.touch(index);
    task.cancelled = true;
    if (task.phase === 'committing') return [];
    // A coordinator that restarted does not know yet whether somebody holds it.
    if (task.phase !== 'waiting' || shard.mode !== 'open') return [recordOf(shard, task, 'pending')];
    this.#record(shard, task, 'cancelled');
    return [];
  }

  #decide(shard: Shard, task: LiveTask, outcome: Outcome, answer: Asker): void {
    const { how } = outcome;
    if (how === 'lost') return this.#countLoss(shard, task, outcome.reason, answer);
    const isUnwanted = isCancelled(shard, task);
    // Called back, but not by a user: its offer had been given up. A coordinator that restarted cannot know that any more.
    if (how === 'cancelled' && !isUnwanted) return this.#record(shard, task, 'pending', undefined, answer);
    const again = (how === 'failed' || how === 'timed-out') && task.failures < shard.spec.retries && !isUnwanted;
    if (again) task.failures += 1;
    this.#record(shard, task, again ? 'pending' : how, outcome, answer);
  }

  /** A rerun after a lost attempt first commits its loss, so that a task that kills its node does not walk the flock. */
  #countLoss(shard: Shard, task: LiveTask, reason?: string, answer?: Asker): void {
    task.losses += 1;
    if (isCancelled(shard, task)) return this.#record(shard, task, 'cancelled', undefined, answer);
    if (task.losses < CRASH_LIMIT) return this.#record(shard, task, 'pending', undefined, answer);
    const outcome: Outcome = {
      ...NO_OUTPUT,
      how: 'failed',
      finishedAtMs: 0,
      reason: `lost ${task.losses} times with the node that ran it: not started again${reason ? ` (${reason})` : ''}`,
    };
    this.#record(shard, task, 'failed', outcome, answer);
  }

  /**
   * A coordinator that dies forgets what ran at itself. A task that brings it down would run again, and bring it down, without
   * end; so from its first restart on it stores that such a task has begun. Nobody waits for that: what is not durable in
   * time counts one loss less.
   */
  #note(shard: Shard, task: LiveTask): void {
    task.isNoted = true;
    const { job, shard: number } = shard.record;
    this.emit({
      kind: 'commit',
      puts: [recordOf(shard, task, 'pending')],
      tag: { what: 'running', job, shard: number },
    });
  }

  /** A placed task is placed no more; nothing of it need be remembered but that it does not run here any longer. */
  #release(shard: Shard, task: LiveTask): void {
    if (isCancelled(shard, task)) return this.#record(shard, task, 'cancelled');
    if (task.isNoted) return this.#record(shard, task, 'pending');
    task.executor = undefined;
    shard.move(task, 'waiting');
  }

  #record(shard: Shard, task: LiveTask, state: TaskRecord['state'], outcome?: Outcome, result?: Asker): void {
    shard.move(task, 'committing');
    task.isNoted = false;
    const { job, shard: number } = shard.record;
    const { index } = task;
    const tag: RecordTag = { what: 'record', job, shard: number, index, state, ...(result ? { result } : {}) };
    this.emit({ kind: 'commit', puts: [recordOf(shard, task, state, outcome)], tag });
  }

  #revoke(
    shard: Shard,
    to: NodeId,
    attempts: readonly { readonly index: number; readonly epoch: number }[],
    patience: 'alive' | 'forever' = 'alive',
  ): void {
    const { job, shard: number } = shard.record;
    const tasks = attempts.map(({ index, epoch }) => ({ index, epoch }));
    const message = { kind: 'task.revoke' as const, job, shard: number, tasks };
    this.emit({ kind: 'ask', to, message, patience, tag: { what: 'revoke', job, shard: number, tasks } });
  }

  #answer(result: Asker): void {
    this.emit({ kind: 'reply', to: result.to, re: result.re, message: { kind: 'task.recorded' } });
  }
}

const NO_OUTPUT = { stdoutTail: new Uint8Array(0), stderrTail: new Uint8Array(0), stdoutBytes: 0, stderrBytes: 0 };

/** What the store is to keep of a task. */
function recordOf(shard: Shard, task: LiveTask, state: TaskRecord['state'], outcome?: Outcome): Put {
  const { index, epoch, executor, attempts, failures, losses, path } = task;
  const value: TaskRecord = {
    ...{ index, state, epoch, attempts, failures, losses, path: [...path] },
    ...(task.cancelled ? { cancelled: true } : {}),
    ...(task.isNoted ? { running: true } : {}),
    ...(executor === undefined ? {} : { executor }),
    ...(outcome ? { outcome } : {}),
  };
  return { key: taskKey(shard.record.job, shard.record.shard, index), value };
}

function isCancelled(shard: Shard, task: LiveTask): boolean {
  return shard.cancelled || task.cancelled;
}

function isPlaced(task: LiveTask): boolean {
  return task.phase === 'offered' || task.phase === 'queued' || task.phase === 'running';
}

/**
 * An epoch is stale once the task's loss is recorded or a higher one was offered, not because the ballot rose: an attempt
 * that outlives a restart of its coordinator keeps its epoch (register.md, rule 11).
 */
function isStale(task: LiveTask, epoch: number): boolean {
  return epoch < task.epoch || (epoch === task.epoch && task.phase === 'waiting' && task.isSpent);
}

/** Whether an attempt is later than all that is known of a task. */
function isNews(task: LiveTask, epoch: number): boolean {
  return epoch > task.epoch || (epoch === task.epoch && task.phase === 'waiting' && !task.isSpent);
}
