import type { NodeId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import type { TimerBook } from '../kernel/timers.js';
import type { TaskMessages } from './messages.js';
import type { Placer } from './placer.js';
import type { Recording } from './recording.js';
import { isIdle, noteStep, type LiveTask } from './live-task.js';
import type { Shard } from './shard.js';
import type { ShardEffect } from './shard-events.js';
import type { Given, ShardTag } from './shard-tags.js';
import { offerOf } from './offer.js';
import { Parcels, type Parcel } from './parcels.js';
import { RetryPacing } from './retry-pacing.js';
import { LIMITS } from './spec.js';

export interface OfferingConfig {
  /** Tasks in one offer: bounds the message and what a lost one delays. */
  readonly batchMax: number;
  /** Refusals a shard takes before it rests, as the walk of design.md section 7 ends after 4 hops. */
  readonly hopsMax: number;
  /** How long it rests; news of room anywhere ends the rest early. */
  readonly restMs: number;
  /** Shards without luck that one pump tries before it gives up: all look at much the same nodes. */
  readonly triesMax: number;
  /** While no more than these wait here a free slot is sought for each; more are a burst, which queues spread with fewer offers. */
  readonly fewMax: number;
  /** A node that does not answer an offer for so long is passed over. */
  readonly offerMs: number;
}

const OFFERING_DEFAULTS: OfferingConfig = {
  batchMax: 64,
  hopsMax: 4,
  restMs: 250,
  triesMax: 8,
  fewMax: 4,
  offerMs: 5_000,
};

const REST = 'rest';

/** The coordinator's side of placing: offers waiting tasks to nodes, the nodes decide. */
export class Offering {
  /** Shards with tasks that wait, in the order of their turns, and how many these were when last counted. */
  readonly #queue = new Map<Shard, number>();
  /** Nodes that refused, until they say something new of their load. */
  readonly #closed = new Set<NodeId>();
  /** Nodes that have said of late that they have free slots. */
  readonly #freed = new Set<NodeId>();
  readonly #offered = new Map<NodeId, number>();
  readonly pacing: RetryPacing;
  #waiting = 0;
  #offeredTotal = 0;

  constructor(
    private readonly placer: Placer,
    private readonly recording: Recording,
    private readonly timers: TimerBook,
    private readonly emit: (effect: ShardEffect) => void,
    private readonly config: OfferingConfig = OFFERING_DEFAULTS,
  ) {
    this.pacing = new RetryPacing(timers, emit, (shard) => void this.recount(shard));
  }

  /** Tasks at this node without an executor: those that wait, and those offered but not yet accepted. */
  get unplaced(): number {
    return this.#waiting + this.#offeredTotal;
  }

  /** Those of them that no node has been offered. */
  get waiting(): number {
    return this.#waiting;
  }

  get hasWaiting(): boolean {
    return this.#queue.size > 0;
  }

  /** Counts a shard's waiting tasks anew; to be called whenever they may have changed. */
  recount(shard: Shard): void {
    const waiting = shard.mode === 'open' ? shard.waiting : 0;
    this.#waiting += waiting - (this.#queue.get(shard) ?? 0);
    if (waiting > 0) this.#queue.set(shard, waiting);
    else this.#queue.delete(shard);
  }

  /** A node said something new of its load: it may have room again, and what waits while it has a free slot is its. */
  reopen(node: NodeId): void {
    if (this.#closed.delete(node)) for (const shard of this.#queue.keys()) shard.restUntilMs = 0;
    if (this.#queue.size > 0 && this.placer.freeSlots(node) > 0) this.#freed.add(node);
  }

  /** Offers what waits to whoever is known to have room. Cheap where nothing waits or nothing has changed. */
  pump(now: Now): void {
    this.#giveToFreed();
    const visited: Shard[] = [];
    let failures = 0;
    let served = 0;
    for (const [shard, before] of this.#queue) {
      if (failures >= this.config.triesMax) break;
      visited.push(shard);
      if (shard.restUntilMs > now.monoMs || !this.#place(shard, now)) failures += 1;
      if (shard.waiting < before) served = visited.length;
    }
    this.#sendBack(served > 0 ? visited.slice(0, served) : visited);
    if (this.#queue.size > 0 && !this.timers.isArmed(REST)) this.emit(this.timers.arm(REST, this.config.restMs));
  }

  ownsTimer(name: string): boolean {
    return name === REST || this.pacing.ownsTimer(name);
  }

  /** The rest is over: every node may be asked again. Or some tasks may that have failed. */
  onTimer(now: Now, name: string): void {
    if (this.pacing.ownsTimer(name)) return this.pacing.onTimer(now.monoMs);
    this.#closed.clear();
    for (const shard of this.#queue.keys()) shard.restUntilMs = 0;
    this.pump(now);
  }

  /** Hands up to `n` waiting tasks to a node that asked for work. Returns how many were offered. */
  giveTo(node: NodeId, n: number): number {
    return this.#give(node, n, () => true, false);
  }

  offer(shard: Shard, tasks: readonly LiveTask[], to: NodeId, startsNow = false): void {
    if (tasks.length === 0) return;
    this.#assign(shard, tasks, to);
    this.#send(shard, { tasks, to, startsNow });
  }

  /** From here on they count as on offer to the node. */
  #assign(shard: Shard, tasks: readonly LiveTask[], to: NodeId): void {
    const executorBoot = this.placer.bootOf(to);
    const offeredAtMs = this.placer.nowMs();
    for (const task of tasks) {
      shard.move(task, 'offered');
      task.epoch = shard.epochs.next();
      task.isSpent = false;
      task.executor = to;
      task.executorBoot = executorBoot;
      task.offeredAtMs = offeredAtMs;
      task.startedAtMs = undefined;
    }
    this.recount(shard);
    this.#offered.set(to, (this.#offered.get(to) ?? 0) + tasks.length);
    this.#offeredTotal += tasks.length;
  }

  #send(shard: Shard, parcel: Parcel): void {
    this.emit({ kind: 'ask', to: parcel.to, patience: this.config.offerMs, ...offerOf(shard, parcel) });
  }

  /** Takes in the answer to an offer. Tasks that moved on meanwhile are left alone. */
  answered(shard: Shard | undefined, tag: OfferTag, node: NodeId, answer: OfferAnswer | undefined, now: Now): void {
    this.#settle(node, tag.tasks.length);
    const accepted = new Set(answer?.accepted);
    if (!answer || accepted.size < tag.tasks.length) this.#closed.add(node);
    if (!shard) return;
    const stale: Given[] = [];
    for (const { index, epoch } of tag.tasks) {
      const task = shard.live.get(index);
      if (task?.epoch !== epoch || task.phase !== 'offered') {
        const isOver = task && (task.epoch !== epoch || isIdle(task));
        if (isOver && (accepted.has(index) || !answer)) stale.push({ index, epoch });
        continue;
      }
      // It may be held all the same, and a cancelled task is at its end only when nobody can start it any more.
      if (!answer && (shard.cancelled || task.cancelled)) {
        stale.push({ index, epoch });
        continue;
      }
      const load = answer ? { load: answer.load.running + answer.load.queued, bound: answer.bound } : {};
      if (accepted.has(index)) {
        noteStep(task, { node, what: 'accepted', ...load });
        shard.move(task, 'queued');
      } else {
        noteStep(task, { node, what: 'refused', ...load, reason: answer?.reason ?? 'no answer' });
        task.executor = undefined;
        task.isSpent = answer !== undefined;
        shard.move(task, 'waiting');
        if (!answer) stale.push({ index, epoch });
      }
    }
    shard.isTurnedAway = accepted.size < tag.tasks.length;
    if (shard.isTurnedAway) shard.refusals += 1;
    if (shard.refusals >= this.config.hopsMax) {
      shard.refusals = 0;
      shard.restUntilMs = now.monoMs + this.config.restMs;
    }
    this.recount(shard);
    // These epochs are given up, and an offer without an answer may have been taken up: they must not run on.
    this.recording.revoke(shard, node, stale);
  }

  /** They had their turn: what comes next goes to others, and shards that nobody can take hold up none. */
  #sendBack(shards: readonly Shard[]): void {
    for (const shard of shards) {
      const waiting = this.#queue.get(shard);
      if (waiting !== undefined && this.#queue.delete(shard)) this.#queue.set(shard, waiting);
    }
  }

  /** What was turned away elsewhere starts where a slot has become free. What was not goes to the places of its key first. */
  #giveToFreed(): void {
    for (const node of this.#freed) {
      const slots = this.placer.freeSlots(node) - (this.#offered.get(node) ?? 0);
      this.#give(node, slots, (shard) => shard.isTurnedAway, true);
    }
    this.#freed.clear();
  }

  #give(node: NodeId, n: number, isFor: (shard: Shard) => boolean, startsNow: boolean): number {
    let given = 0;
    for (const shard of this.#queue.keys()) {
      if (given >= n) break;
      if (!isFor(shard) || !this.placer.mayOffer(node, shard.spec.needs)) continue;
      const tasks = this.#offerable(shard, waitingFor(shard, node, Math.min(n - given, this.config.batchMax)));
      this.offer(shard, tasks, node, startsNow);
      given += tasks.length;
    }
    return given;
  }

  /** Each task to the node that it is for, if that is there. */
  #placePinned(shard: Shard): boolean {
    let isAny = false;
    for (const task of this.#offerable(shard, shard.take(LIMITS.shardTasksMax))) {
      const node = shard.item(task.index) as NodeId | undefined;
      if (node === undefined || this.#closed.has(node) || !this.placer.mayPin(node, shard.spec.needs)) continue;
      this.offer(shard, [task], node);
      isAny = true;
    }
    return isAny;
  }

  /**
   * A task of which nobody has said that its attempt is over is not offered again before that is on record: else a successor,
   * who knows nothing of this offer, could take the older attempt for the latest. What runs at most once has a grant on record.
   */
  #offerable(shard: Shard, tasks: LiveTask[]): LiveTask[] {
    if (shard.runsAtMostOnce) return tasks;
    const unheard = tasks.filter(({ epoch, isSpent }) => epoch > 0 && !isSpent);
    if (unheard.length === 0) return tasks;
    for (const task of unheard) this.recording.record(shard, task, 'pending');
    return tasks.filter((task) => !unheard.includes(task));
  }

  #settle(node: NodeId, tasks: number): void {
    const left = (this.#offered.get(node) ?? 0) - tasks;
    this.#offeredTotal -= tasks;
    if (left > 0) this.#offered.set(node, left);
    else this.#offered.delete(node);
  }

  /** False where nobody is known to have room for this shard. What goes to one node goes in one offer, however it was chosen. */
  #place(shard: Shard, now: Now): boolean {
    if (shard.spec.perNode === true) return this.#placePinned(shard);
    const parcels = new Parcels(this.config.batchMax);
    const isPlaced = this.#choose(shard, parcels, now);
    for (const parcel of parcels) this.#send(shard, parcel);
    return isPlaced;
  }

  #choose(shard: Shard, parcels: Parcels, now: Now): boolean {
    while (shard.waiting > 0 && shard.restUntilMs <= now.monoMs) {
      // First of all: a choice may be the one trial of a node, which is not for a task that cannot be offered yet.
      const first = shard.take(1, 'touched');
      if (first.length > 0 && this.#offerable(shard, first).length === 0) continue;
      const choice = this.placer.choose({
        key: shard.spec.key ?? shard.place.register,
        isForAny: shard.spec.key === undefined,
        name: shard.spec.name,
        policy: shard.spec.policy,
        needs: shard.spec.needs,
        batch: shard.waiting,
        closed: (node) => this.#closed.has(node),
        offers: this.#offered,
        seeksSlot: shard.spec.key === undefined && this.#waiting <= this.config.fewMax,
      });
      if (!choice) {
        shard.isTurnedAway = true;
        return false;
      }
      const tasks = this.#offerable(shard, shard.take(Math.min(choice.room, this.config.batchMax)));
      this.#assign(shard, tasks, choice.node);
      parcels.add(tasks, choice);
    }
    return true;
  }
}

/** Up to `n` tasks that may be offered to a node. */
function waitingFor(shard: Shard, node: NodeId, n: number): LiveTask[] {
  if (shard.spec.perNode !== true) return shard.take(n);
  const own = shard.take(LIMITS.shardTasksMax).filter(({ index }) => shard.item(index) === node);
  return own.slice(0, n);
}

type OfferTag = Extract<ShardTag, { readonly what: 'offer' }>;
type OfferAnswer = Omit<TaskMessages['task.offered'], 're'>;
