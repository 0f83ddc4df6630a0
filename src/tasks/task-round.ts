import type { NodeId } from '../kernel/ids.js';
import { isVoid } from './given-up.js';
import type { Grants } from './grants.js';
import { isIdle, isNews, isPlaced, isStale, noteStep, type LiveTask } from './live-task.js';
import type { TaskMessages } from './messages.js';
import type { Offering } from './offering.js';
import type { ShardEffect } from './shard-events.js';
import type { Placer } from './placer.js';
import type { Outcome } from './record.js';
import { isCancelled, unheardOutcome, type Recording, type RecordTag } from './recording.js';
import { recordOf } from './task-records.js';
import { FIRST_N } from './register/ballot.js';
import type { Written } from './register/messages.js';
import type { Shard } from './shard.js';
import type { Asker, ShardTag } from './shard-tags.js';
import type { JobSpec } from './spec.js';

/** A task that was running on so many nodes when they were lost is held to be their cause, and fails. */
export const CRASH_LIMIT = 5;

/** A task that was stolen so often stays where it is. */
export const STEALS_MAX = 5;

/** The exit code that stands for a timeout, as that of timeout(1). */
const TIMED_OUT = 124;

/** More tasks of a shard do not run at one time, but for wide flocks: those that began before a takeover begin first after it. */
const SUSPICIOUS_MAX = 64;

/** What becomes of tasks once they are placed: they start, end, are lost, come back, are cancelled. */
export class TaskRound {
  constructor(
    private readonly self: NodeId,
    private readonly offering: Offering,
    private readonly placer: Placer,
    private readonly recording: Recording,
    private readonly grants: Grants,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  started(shard: Shard, from: NodeId, message: TaskMessages['task.started']): void {
    for (const { index, epoch, atMs } of message.tasks) {
      const task = shard.live.get(index);
      if (task?.epoch !== epoch || task.executor !== from) continue;
      if (!isPlaced(task) && task.phase !== 'doubted') continue;
      if (task.phase === 'running' || task.startedAtMs !== undefined) continue;
      task.attempts += 1;
      task.startedAtMs = atMs;
      // A node that was given up does not run again for having said so before.
      if (task.phase === 'doubted') continue;
      shard.move(task, 'running');
      this.#suspect(shard, task, from);
    }
  }

  /** An attempt ended. The executor keeps the result until it is answered, so every path answers once it is recorded. */
  result(shard: Shard, from: NodeId, message: TaskMessages['task.result']): void {
    const { index, epoch, outcome } = message;
    const answer = { to: from, re: message.ask };
    if (!shard.has(index) || shard.isEnded(index)) return this.#answer(answer);
    const task = shard.live.get(index) ?? shard.touch(index);
    if (isStale(task, epoch)) return this.#answer(answer);
    if (outcome.degraded !== true && isSuperseded(shard, message.ranOn ?? from, epoch)) return this.#answer(answer);
    if (task.phase === 'committing') return;
    // Taken up, while the one that came after it was not heard of yet.
    if (task.executor !== undefined && isPlaced(task) && task.epoch < epoch) {
      this.recording.revoke(shard, task.executor, [task]);
    }
    if (task.epoch !== epoch) task.offeredAtMs = undefined;
    task.epoch = epoch;
    task.executor = message.ranOn ?? from;
    const isNewStart = task.phase !== 'running' && task.startedAtMs === undefined;
    if (isNewStart && outcome.startedAtMs !== undefined) task.attempts += 1;
    task.startedAtMs = outcome.startedAtMs;
    this.#decide(shard, task, outcome, answer);
  }

  /** A record is durable: the task is at its end, or may be offered again. */
  recorded(shard: Shard, tag: RecordTag): void {
    const task = shard.live.get(tag.index);
    if (task?.phase === 'committing') {
      task.isSpent = true;
      if (tag.state === 'pending') this.#again(shard, task);
      else shard.end(task, tag.state, tag.atMs);
      if (tag.state === 'pending' && isCancelled(shard, task)) this.recording.record(shard, task, 'cancelled');
    }
    if (tag.result) this.#answer(tag.result);
  }

  /** The executor gave queued tasks back: to the thief that asked for them, or to anyone. */
  handedBack(shard: Shard, from: NodeId, message: TaskMessages['task.handback']): void {
    this.emit({ kind: 'reply', to: from, re: message.ask, message: { kind: 'task.takenback', ballot: shard.ballot } });
    const given = message.tasks.flatMap(({ index, epoch }) => {
      if (shard.mode === 'recovering') shard.noteHandedBack(index, epoch);
      const task = shard.live.get(index);
      const isHeld = task?.epoch === epoch && task.executor === from;
      return isHeld && (isPlaced(task) || task.phase === 'doubted') ? [task] : [];
    });
    for (const task of given) {
      if (message.preempted === true) noteStep(task, { node: from, what: 'preempted' });
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
    const isDoubted = (task: LiveTask) => this.grants.mayHaveBegun(shard, task);
    const over = held.filter((task) => !isDoubted(task));
    if (boot === undefined) this.recording.revoke(shard, node, over, 'forever');
    for (const task of held) {
      noteStep(task, { node, what: 'lost' });
      // What restarted runs nothing of before.
      if (boot !== undefined) task.isSpent = true;
      if (isDoubted(task)) this.grants.doubt(shard, task);
      else if (task.phase === 'running') this.#countLoss(shard, task);
      else this.#release(shard, task);
    }
    return held.length > 0;
  }

  /** Which of the attempts that were revoked a node does not hold; nothing where it is dead: should it live, it is told again. */
  calledBack(shard: Shard, node: NodeId, tag: RevokeTag, told: Told | undefined): void {
    this.recording.answered(shard, tag);
    if (!told && tag.isAwaited) return this.recording.revoke(shard, node, tag.tasks, 'forever');
    const { unknown = [], boot } = told ?? {};
    for (const { index, epoch } of tag.tasks) {
      const task = shard.live.get(index);
      if (!unknown.includes(index) || task?.epoch !== epoch) continue;
      if (this.grants.mayHaveBegun(shard, task) && boot !== task.executorBoot) {
        this.grants.doubt(shard, task);
        continue;
      }
      task.isSpent = true;
      if (task.executor === node && isPlaced(task)) this.#release(shard, task);
    }
  }

  /**
   * What an executor still holds of a shard that has a new coordinator. The latest attempt is taken up, and keeps its
   * epoch; any other is called back.
   */
  takeUp(shard: Shard, node: NodeId, boot: number, held: TaskMessages['held.tell']['held'][number]): void {
    const handedBack = shard.handedBack(held.index);
    if (boot < this.placer.bootOf(node) || held.epoch === handedBack) return;
    const task = shard.live.get(held.index) ?? (shard.isEnded(held.index) ? undefined : shard.touch(held.index));
    const isUnheard = task?.phase === 'waiting' || task?.phase === 'doubted';
    if (task?.epoch === held.epoch && task.executor === node && !isUnheard) return;
    const isOld = held.epoch < handedBack || isSuperseded(shard, node, held.epoch);
    if (!task || task.phase === 'committing' || isOld || !isNews(task, held.epoch))
      return this.recording.revoke(shard, node, [held]);
    if (task.executor !== undefined && isPlaced(task)) {
      this.recording.revoke(shard, task.executor, [task]);
      shard.move(task, 'waiting');
    }
    const isCounted = task.isNoted && task.epoch === held.epoch;
    task.epoch = held.epoch;
    task.isNoted = false;
    task.isSpent = false;
    task.offeredAtMs = undefined;
    task.executor = node;
    task.executorBoot = boot;
    if (task.grant) Object.assign(task.grant, { isOwn: true });
    if (held.state === 'running' && !isCounted) task.attempts += 1;
    shard.move(task, 'offered');
    shard.move(task, held.state);
    if (held.state === 'running' && !isCounted && !isCancelled(shard, task)) this.#suspect(shard, task, node);
    noteStep(task, { node, what: 'accepted', reason: 'held over a change of the coordinator' });
  }

  /** What is known to have begun, and is held by nobody, was lost with its node. */
  countCrashes(shard: Shard): void {
    for (const task of shard.live.values()) {
      if (!task.isNoted || task.phase !== 'waiting') continue;
      noteStep(task, { node: task.path.at(-1)?.node ?? this.self, what: 'lost' });
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
    for (const [node, tasks] of placed) this.recording.revoke(shard, node, tasks);
  }

  /** Cancelled tasks that nobody holds, or no longer. */
  endCancelled(shard: Shard): void {
    for (const task of shard.live.values()) {
      if (isIdle(task) && isCancelled(shard, task)) this.recording.record(shard, task, 'cancelled');
    }
  }

  /** Whether its record is on its way; a cancel that waits for a node's word is not. */
  isBeingRecorded(shard: Shard, index: number): boolean {
    return shard.live.get(index)?.phase === 'committing' && !this.recording.isHeldUp(shard, index);
  }

  /** Notes that one task is to end. Returns what makes that durable, as far as its own record does not. */
  cancelOne(shard: Shard, index: number): Written[] {
    const task = shard.live.get(index) ?? shard.touch(index);
    task.cancelled = true;
    if (task.phase === 'committing') return [];
    // A coordinator that restarted does not know yet whether somebody holds it.
    if (!isIdle(task) || shard.mode !== 'open') return [recordOf(task, 'pending')];
    this.recording.record(shard, task, 'cancelled');
    return [];
  }

  #decide(shard: Shard, task: LiveTask, outcome: Outcome, answer: Asker): void {
    const { how } = outcome;
    const isUnwanted = isCancelled(shard, task);
    if (task.executor !== undefined && !isUnwanted && how !== 'cancelled') {
      const { executor: node, offeredAtMs } = task;
      this.placer.ended({ node, name: shard.spec.name, isFailure: how !== 'succeeded', offeredAtMs });
    }
    const isCut = how === 'lost' || (how === 'cancelled' && outcome.startedAtMs !== undefined && !isUnwanted);
    if (isCut && shard.runsAtMostOnce) return this.grants.interrupt(shard, task, outcome, answer);
    if (how === 'lost') return this.#countLoss(shard, task, outcome.reason, answer);
    // Called back, but not by a user: its offer had been given up. A coordinator that restarted cannot know that any more.
    if (how === 'cancelled' && !isUnwanted) return this.recording.record(shard, task, 'pending', undefined, answer);
    const again = task.failures < shard.spec.retries && !isUnwanted && isWorthRetrying(shard.spec, outcome);
    if (task.failures === 0) this.offering.pacing.attempted();
    if (again) task.failures += 1;
    task.isRetried = again;
    this.recording.record(shard, task, again ? 'pending' : how, outcome, answer);
  }

  /** What failed rests first; what was lost waits for nothing. */
  #again(shard: Shard, task: LiveTask): void {
    if (task.isRetried && !isCancelled(shard, task)) this.offering.pacing.rest(shard, task, this.placer.nowMs());
    else shard.move(task, 'waiting');
    task.isRetried = false;
  }

  /** A rerun after a lost attempt first commits its loss, so that a task that kills its node does not walk the flock. */
  #countLoss(shard: Shard, task: LiveTask, reason?: string, answer?: Asker): void {
    task.losses += 1;
    if (isCancelled(shard, task)) return this.recording.record(shard, task, 'cancelled', undefined, answer);
    if (task.losses < CRASH_LIMIT) return this.recording.record(shard, task, 'pending', undefined, answer);
    const why = reason ? ` (${reason})` : '';
    const lost = `lost ${task.losses} times with the node that ran it: not started again${why}`;
    const outcome = unheardOutcome('failed', 0, lost);
    this.recording.record(shard, task, 'failed', outcome, answer);
  }

  /** A task runs that may be what brings its node down: see {@link #note}. */
  #suspect(shard: Shard, task: LiveTask, node: NodeId): void {
    const isTakenOver = shard.ballot > FIRST_N;
    if (isTakenOver) shard.startedSince += 1;
    const isEarly = isTakenOver && (node === this.self || shard.startedSince <= SUSPICIOUS_MAX);
    if ((task.losses > 0 || isEarly) && !shard.runsAtMostOnce) this.#note(shard, task);
  }

  /**
   * A coordinator that dies forgets what ran at itself, and one that takes over never knew what ran where: a loss in between is
   * counted by nobody. A task that brings its node down would run again, and bring it down, without end. So it is stored that a
   * task has begun which was lost before, which runs at a coordinator that has restarted, or which is among the first that
   * begin after a takeover: what brought the coordinator down before is one of these. Nobody waits for that: what is not
   * durable in time counts one loss less.
   */
  #note(shard: Shard, task: LiveTask): void {
    task.isNoted = true;
    const { job, shard: number } = shard.record;
    this.recording.write(shard, [recordOf(task, 'pending')], { what: 'running', job, shard: number });
  }

  /** A placed task is placed no more; nothing of it need be remembered but that it does not run here any longer. */
  #release(shard: Shard, task: LiveTask): void {
    if (isCancelled(shard, task)) return this.recording.record(shard, task, 'cancelled');
    if (task.isNoted || task.grant) return this.recording.record(shard, task, 'pending');
    task.executor = undefined;
    shard.move(task, 'waiting');
  }

  #answer(result: Asker): void {
    this.emit({ kind: 'reply', to: result.to, re: result.re, message: { kind: 'task.recorded' } });
  }
}

/** It may have been started again by a coordinator before this one, which took the node for dead. */
function isSuperseded({ record: { givenUp }, runsAtMostOnce, ballot }: Shard, node: NodeId, epoch: number): boolean {
  return givenUp !== undefined && !runsAtMostOnce && isVoid(givenUp, node, epoch, ballot);
}

function isWorthRetrying({ retryOn }: JobSpec, { how, exitCode }: Outcome): boolean {
  if (how !== 'failed' && how !== 'timed-out') return false;
  const code = how === 'timed-out' ? TIMED_OUT : exitCode;
  return retryOn === undefined || (code !== undefined && retryOn.includes(code));
}

type RevokeTag = Extract<ShardTag, { readonly what: 'revoke' }>;

/** The answer to a revoke. */
type Told = Pick<TaskMessages['task.revoked'], 'unknown' | 'boot'>;
