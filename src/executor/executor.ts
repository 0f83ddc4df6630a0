import { assertNever } from '../kernel/assert.js';
import { taskId, type JobId, type NodeId, type TaskId } from '../kernel/ids.js';
import type { Resources } from '../kernel/resources.js';
import type { Now } from '../kernel/time.js';
import { TimerBook } from '../kernel/timers.js';
import { isTooLate, OpenAsks } from './asking.js';
import { groupsOf, shardOf, type Assignment, type Group, type NewCoordinator } from './assignment.js';
import { startableOf } from './command.js';
import { EXECUTOR_DEFAULTS, type ExecutorConfig } from './config.js';
import { Disowned } from './disowned.js';
import { Ends } from './ends.js';
import { Estimates } from './estimates.js';
import type { Admission, ExecutorEffect, ExecutorEvent, Given, HeldAnswer, Offer, OfferAnswer } from './events.js';
import { Following } from './following.js';
import { outcomeOf, unstarted } from './outcome.js';
import { handOver } from './handover.js';
import { Periodic } from './periodic.js';
import { DISCIPLINES } from './queue/disciplines.js';
import { TaskQueue } from './queue/task-queue.js';
import { RecentAttempts } from './recent.js';
import type { AttemptId, Ended, Progress } from './runner.js';
import { Results, type Result } from './results.js';
import { Room } from './room.js';
import { durationOf, isToRunAgain, RunningAttempts } from './running.js';
import { Starting } from './starting.js';

/** Runs what it accepted, in the order of its queue's discipline; decides itself what it accepts. */
export class Executor {
  /** How long tasks have run here, by name. */
  readonly estimates = new Estimates();
  readonly results = new Results();
  readonly #queue: TaskQueue;
  readonly #running: RunningAttempts;
  readonly #asks: OpenAsks;
  readonly #ends: Ends;
  readonly #room: Room;
  readonly #following: Following;
  readonly #periodic: Periodic;
  readonly #starting: Starting;
  readonly #recent = new RecentAttempts();
  readonly #disowned = new Disowned();
  readonly #timers = new TimerBook('executor');
  #isLeaving = false;
  #out: ExecutorEffect[] = [];

  constructor(
    private readonly self: NodeId,
    capacity: Resources,
    private readonly baseEnv: Readonly<Record<string, string>>,
    admission: Admission,
    private readonly config: ExecutorConfig = EXECUTOR_DEFAULTS,
  ) {
    const emit = (effect: ExecutorEffect) => void this.#out.push(effect);
    this.#running = new RunningAttempts(capacity);
    this.#queue = new TaskQueue(DISCIPLINES[config.discipline], this.#running);
    this.#asks = new OpenAsks(this.#running, this.#timers, emit);
    this.#ends = new Ends(this.#timers, config.graceMs, emit);
    this.#room = new Room(capacity, admission, config, this);
    this.#periodic = new Periodic(config.discipline, capacity.cpus);
    this.#following = new Following(this.#queue, this.#running);
    this.#starting = new Starting({
      ...{ self, baseEnv, queue: this.#queue, running: this.#running, asks: this.#asks, ends: this.#ends },
      ...{ room: this.#room, estimates: this.estimates, emit },
      refuse: (assignment, reason, now) => this.#tell(assignment, unstarted('failed', now, reason)),
    });
  }

  /** Attempts that run, or ask whether they may. */
  get running(): number {
    return this.#running.size + this.#asks.size;
  }

  get queued(): number {
    return this.#queue.size;
  }

  get free(): Resources {
    return this.#running.free;
  }

  /** Estimated work queued and running, in milliseconds of one slot. */
  get workMs(): number {
    return this.#queue.workMs + this.#running.workMs;
  }

  /** Nothing is queued or runs, and every result is recorded. */
  get isIdle(): boolean {
    return this.#queue.size === 0 && this.running === 0 && this.results.size === 0;
  }

  step(event: ExecutorEvent, now: Now): ExecutorEffect[] {
    this.#out = [];
    switch (event.kind) {
      case 'ended':
        this.#ended(event, now, event.follower);
        this.#fill(now);
        break;
      case 'ended-together':
        for (const ended of event.ends) this.#ended(ended, now);
        this.#fill(now);
        break;
      case 'progress':
        this.#running.note(event.attempt, event.progress);
        break;
      case 'recorded':
        this.results.delete(event.attempt);
        break;
      case 'answered':
        this.#answered(event, now);
        break;
      case 'timer':
        if (this.#timers.fired(event.timer)) this.#onTimer(event.timer.name, now);
        break;
      case 'drain':
      case 'leave':
        this.#letGo(event.kind, now);
        break;
      default:
        assertNever(event);
    }
    return this.#done();
  }

  /** Takes what it has room for. Repeats of an offer get the same answer. */
  offer(offer: Offer, now: Now): OfferAnswer {
    this.#out = [];
    const accepted: number[] = [];
    let reason: string | undefined;
    this.#recent.forget(now);
    this.#disowned.forget(now);
    for (const task of offer.tasks) {
      const refusal = this.#admit(offer, task, now);
      if (refusal === undefined) accepted.push(task.index);
      else {
        reason = refusal;
        this.#recent.note(offer, task, 'refused', now);
      }
      this.#fill(now);
    }
    return { accepted, ...(reason === undefined ? {} : { reason }), effects: this.#done() };
  }

  /** Ends attempts wherever they stand. Returns the indexes of those that are not held here. */
  revoke(group: Group, now: Now): { readonly unknown: number[]; readonly effects: ExecutorEffect[] } {
    this.#out = [];
    const unknown: number[] = [];
    for (const { index, epoch } of group.tasks) {
      const id = taskId(group.job, index);
      const unbegun = this.#queue.get(id) ?? this.#asks.get(id);
      const running = this.#running.get(id);
      if (unbegun?.epoch === epoch) {
        this.#drop(unbegun);
        this.#tell(unbegun, unstarted('cancelled', now));
        this.#recent.note(group, { index, epoch }, 'taken', now);
      } else if (running?.assignment.epoch === epoch) this.#ends.end(running, 'cancelled');
      else if (!this.results.get({ task: id, epoch })) {
        unknown.push(index);
        this.#recent.note(group, { index, epoch }, 'refused', now);
      }
    }
    this.#fill(now);
    return { unknown, effects: this.#done() };
  }

  /** Stops holding up to `n` queued tasks, for `thief` or for nobody in particular; none that asks whether it may start. */
  giveTo(thief: NodeId | undefined, n: number, mayTake: (assignment: Assignment) => boolean, now: Now): Given {
    this.#out = [];
    const taken = this.#queue.take(n, mayTake);
    this.#handBack(taken, thief, now);
    this.#fill(now);
    return { given: taken.length, effects: this.#done() };
  }

  /**
   * What it holds of these shards, for their new coordinator, which is told of it from now on. The rest is disowned: offers of
   * lower ballots are void (register.md, rule 10), and so are grants: what asks does so anew.
   */
  held(coordinator: NodeId, shards: readonly NewCoordinator[], now: Now): HeldAnswer {
    this.#out = [];
    // Who was deposed before he asked gets nothing: what is held here is its successor's.
    const current = shards.filter((shard) => !this.#disowned.isBelow(shardOf(shard), shard.ballot));
    for (const shard of current) this.#disowned.note(shardOf(shard), shard.ballot, now);
    const holdings = { running: this.#running, ended: this.results, queued: [...this.#asks, ...this.#queue] };
    const { held, ended } = handOver(coordinator, current, holdings);
    for (const { assignment } of held) if (this.#asks.get(assignment.id)) this.#asks.open(assignment, now);
    for (const result of ended) this.#out.push({ kind: 'result', ...result });
    return { held, effects: this.#done() };
  }

  /** Whether somebody else has asked for a shard since it was coordinated under this ballot. */
  isDeposed(shard: { readonly job: JobId; readonly shard: number }, ballot: number | undefined): boolean {
    return ballot !== undefined && this.#disowned.isBelow(shardOf(shard), ballot);
  }

  /** The assignment behind an ask that is open. */
  asking(attempt: AttemptId, nonce: number): Assignment | undefined {
    return this.#asks.find(attempt, nonce)?.assignment;
  }

  /** What a running attempt last said of itself. */
  progress(attempt: AttemptId): Progress | undefined {
    return this.#running.of(attempt)?.progress;
  }

  /** Where an attempt stands in the queue; undefined where it does not wait there. */
  queuePlace(attempt: AttemptId) {
    const place = this.#queue.place(attempt);
    return place && { discipline: this.config.discipline, ...place };
  }

  /** Undefined where the task was accepted, else why not. */
  #admit(offer: Offer, task: Offer['tasks'][number], now: Now): string | undefined {
    const id = taskId(offer.job, task.index);
    const unbegun = this.#queue.get(id) ?? this.#asks.get(id);
    const held = unbegun ?? this.#running.get(id)?.assignment ?? this.results.of(id)?.assignment;
    if (held?.epoch === task.epoch) return undefined;
    const fate = this.#recent.fateOf(offer, task.index, task.epoch);
    if (fate !== undefined) return fate === 'taken' ? undefined : 'it has refused this attempt, or was told to drop it';
    if (this.#isLeaving) return 'it is leaving';
    if (this.#disowned.isBelow(shardOf(offer), offer.ballot)) return 'its shard has a later coordinator';
    if (held && held.epoch > task.epoch) return 'it holds a later attempt';
    if (held) {
      const running = this.#running.get(id);
      if (running) this.#ends.end(running, 'stale');
      if (running ?? this.results.of(id)) return 'it is ending an earlier attempt';
      this.#drop(held);
      this.#recent.note(held, held, 'taken', now);
    }
    const { job, shard, work, from: coordinator, set, dueMs } = offer;
    const { index, epoch, attempt, steals, item } = task;
    const estimateMs = this.estimates.of(work.name);
    const refusal = this.#room.refusal(work, estimateMs, offer.startsNow) ?? this.#periodic.refusal(work, index, now);
    if (refusal !== undefined) return refusal;
    const made = { id, job, shard, index, epoch, attempt, steals, item, work, coordinator, set, estimateMs, dueMs };
    this.#queue.push(made, now);
    return undefined;
  }

  #fill(now: Now): void {
    this.#starting.fill(now);
  }

  #answered({ attempt, nonce, isGranted }: Extract<ExecutorEvent, { kind: 'answered' }>, now: Now): void {
    const ask = this.#asks.find(attempt, nonce);
    if (!ask) return;
    this.#drop(ask.assignment);
    if (!isGranted) this.#recent.note(ask.assignment, ask.assignment, 'taken', now);
    else if (isTooLate(ask, now)) this.#handBack([ask.assignment], undefined, now);
    else this.#starting.start(ask.assignment, now);
    this.#fill(now);
  }

  /** Stops holding what has not begun. */
  #drop({ id }: Assignment): void {
    this.#queue.remove(id);
    this.#asks.close(id);
  }

  /** What every call ends with: the runner hears what is to follow the first end. */
  #done(): ExecutorEffect[] {
    const { isNews, next } = this.#following.look();
    if (isNews) this.#out.push({ kind: 'next', next: next && startableOf(next, this.self, this.baseEnv) });
    return this.#out;
  }

  #ended({ attempt, end }: Ended, now: Now, follower?: AttemptId): void {
    const running = this.#running.of(attempt);
    if (!running) return;
    const { assignment, ending } = running;
    this.#running.remove(running);
    this.#ends.unwatch(attempt.task);
    if (follower) this.#starting.begin(this.#following.taken(follower), now);
    if (isToRunAgain(running, end)) this.#handBack([assignment], undefined, now, ending === 'preempted');
    else this.#tell(assignment, outcomeOf(end, ending, assignment.work.timeoutMs));
    if (ending === undefined && end.exitCode !== undefined) {
      this.estimates.note(assignment.work.name, durationOf(running, end, now));
    }
    this.#recent.note(assignment, assignment, 'taken', now);
  }

  #onTimer(name: string, now: Now): void {
    const [what, id] = name.split(' ') as ['timeout' | 'grace' | 'ask', TaskId];
    if (what === 'ask') return this.#giveUp(id, now);
    const running = this.#running.get(id);
    if (running) this.#ends.onTimer(what, running);
  }

  /** No grant came in time: the task goes back, and by that is known not to have been started here. */
  #giveUp(id: TaskId, now: Now): void {
    const assignment = this.#asks.close(id);
    if (assignment) this.#handBack([assignment], undefined, now);
    this.#fill(now);
  }

  #letGo(how: 'drain' | 'leave', now: Now): void {
    this.#isLeaving = true;
    const unbegun = [...this.#asks, ...this.#queue];
    for (const assignment of unbegun) this.#drop(assignment);
    this.#handBack(unbegun, undefined, now);
    if (how === 'leave') for (const running of this.#running) this.#ends.end(running, 'leaving');
  }

  #tell(assignment: Assignment, outcome: Result['outcome']): void {
    this.results.add({ assignment, outcome });
    this.#out.push({ kind: 'result', assignment, outcome });
  }

  #handBack(assignments: readonly Assignment[], thief: NodeId | undefined, now: Now, preempted = false): void {
    for (const assignment of assignments) this.#recent.note(assignment, assignment, 'taken', now);
    for (const { group, ...to } of groupsOf(assignments)) {
      this.#out.push({ kind: 'handback', ...to, ...group, thief, ...(preempted ? { preempted } : {}) });
    }
  }
}
