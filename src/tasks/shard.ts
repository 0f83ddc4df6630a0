import { assert, known } from '../kernel/assert.js';
import { taskId, type JobId, type NodeId } from '../kernel/ids.js';
import { isTerminal, noCounts, type Counts, type TaskState } from '../kernel/states.js';
import { indexAt, ordinalOf, type TaskRange } from './range.js';
import { EPOCHS_PER_BALLOT, epochOf, PATH_STEPS_MAX, type Step, type TaskRecord } from './record.js';
import type { JobSpec } from './spec.js';
import { assertStep, type Phase } from './states.js';

/** A task that its shard's coordinator has touched and that has no committed outcome yet. */
export interface LiveTask {
  readonly index: number;
  phase: Phase;
  /** Of the current or last attempt; 0 before the first. */
  epoch: number;
  /** The attempt of that epoch has ended, or never began: later word of it comes too late. */
  isSpent: boolean;
  executor: NodeId | undefined;
  /** The boot in which the executor took it, where it has said so. */
  executorBoot: number | undefined;
  /** That have started; what was handed back from a queue was none. */
  attempts: number;
  failures: number;
  losses: number;
  steals: number;
  /** Somebody wants this very task to end; durable in its record. */
  cancelled: boolean;
  /** Its record says that it runs here, at its coordinator. */
  isNoted: boolean;
  startedAtMs: number | undefined;
  path: Step[];
}

/** What the store keeps of a shard, apart from its spec and its tasks' records. */
export interface ShardRecord {
  readonly job: JobId;
  readonly shard: number;
  readonly home: NodeId;
  readonly range: TaskRange;
  readonly items?: readonly string[] | undefined;
  /** The placement key of its tasks, where one was given. */
  readonly key?: string | undefined;
  readonly ballot: number;
  readonly createdAtMs: number;
  readonly cancelled: boolean;
  /** Set once every task is terminal: what a restart need not read again. */
  readonly done?: Counts | undefined;
}

/**
 * The tasks of one shard as its coordinator sees them. An untouched task costs one byte; a touched one stands in `live`
 * until its outcome is committed; then only the counts remember it, and the store.
 */
export class Shard {
  /** `recovering` until every member has said what it still holds of this shard; `open` places tasks; `done` is for ever. */
  mode: 'creating' | 'recovering' | 'open' | 'done' = 'creating';
  /** Whether `ballot` is durable. A restarted coordinator acts only then; epochs are given out under the former till then. */
  isPrepared = false;
  cancelled: boolean;
  /** What is stored, or being stored, of `cancelled`: its tasks count as cancelled no sooner than that is durable. */
  isCancelStored: boolean;
  ballot: number;
  /** Rises with every change that its job's home should hear of, and with every ballot. */
  version: number;
  /** Refusals since the last rest, and until when the shard rests from offering (monotonic ms). */
  refusals = 0;
  restUntilMs = 0;
  readonly live = new Map<number, LiveTask>();
  /** By index: the latest attempt that was handed back while it was not yet known who holds what. */
  readonly #handedBack = new Map<number, number>();
  readonly #waiting = new Set<number>();
  readonly #touched: Uint8Array;
  readonly #ended = noCounts();
  #untouched: number;
  #cursor = 0;
  #epochBallot: number;
  #counter = 0;

  constructor(
    readonly record: ShardRecord,
    readonly spec: JobSpec,
  ) {
    this.cancelled = record.cancelled;
    this.isCancelStored = record.cancelled;
    this.ballot = record.ballot;
    this.#epochBallot = record.ballot;
    this.version = firstVersion(record.ballot);
    this.#touched = new Uint8Array(record.range.count);
    this.#untouched = record.range.count;
  }

  get name(): string {
    return `${this.record.job}#${this.record.shard}`;
  }

  /** Tasks that wait here for an executor. */
  get waiting(): number {
    return this.cancelled ? 0 : this.#waiting.size + this.#untouched;
  }

  get isComplete(): boolean {
    return this.live.size === 0 && (this.#untouched === 0 || this.cancelled);
  }

  has(index: number): boolean {
    return ordinalOf(this.record.range, index) !== undefined;
  }

  isEnded(index: number): boolean {
    const ordinal = known(ordinalOf(this.record.range, index), `task ${index} of ${this.name}`);
    return this.#touched[ordinal] === 1 ? !this.live.has(index) : isTerminal(this.untouchedState);
  }

  item(index: number): string | undefined {
    const ordinal = known(ordinalOf(this.record.range, index), `task ${index} of ${this.name}`);
    return this.record.items?.[ordinal];
  }

  counts(): Counts {
    const counts = { ...this.#ended };
    counts[this.untouchedState] += this.#untouched;
    for (const task of this.live.values()) counts[shownState(task)] += 1;
    return counts;
  }

  /**
   * The state of a task without a record: what its shard's word makes of it. A coordinator that restarted does not know
   * yet whether somebody holds it, and how it will end.
   */
  get untouchedState(): TaskState {
    return this.cancelled && (this.mode === 'open' || this.mode === 'done') ? 'cancelled' : 'pending';
  }

  /** Up to `n` tasks to offer next: those that were here before, then untouched ones in order. */
  take(n: number): LiveTask[] {
    const taken: LiveTask[] = [];
    for (const index of this.#waiting) {
      if (taken.length >= n) return taken;
      taken.push(known(this.live.get(index), `waiting task ${index} of ${this.name}`));
    }
    while (taken.length < n && this.#untouched > 0) {
      if (this.#touched[this.#cursor] === 0) taken.push(this.touch(indexAt(this.record.range, this.#cursor)));
      this.#cursor += 1;
    }
    return taken;
  }

  /** The whole shard is cancelled, durably. */
  cancel(): void {
    this.cancelled = true;
    this.version += 1;
  }

  /** Makes an untouched task live, waiting. */
  touch(index: number): LiveTask {
    const ordinal = known(ordinalOf(this.record.range, index), `task ${index} of ${this.name}`);
    assert(this.#touched[ordinal] === 0, () => `${this.name}: task ${index} was touched before`);
    this.#touched[ordinal] = 1;
    this.#untouched -= 1;
    const task: LiveTask = {
      index,
      phase: 'waiting',
      epoch: 0,
      isSpent: true,
      executor: undefined,
      executorBoot: undefined,
      attempts: 0,
      failures: 0,
      losses: 0,
      steals: 0,
      cancelled: false,
      isNoted: false,
      startedAtMs: undefined,
      path: [],
    };
    this.live.set(index, task);
    this.#waiting.add(index);
    return task;
  }

  /** Takes up a stored record, when the coordinator starts again. */
  restore(record: TaskRecord): void {
    const task = this.touch(record.index);
    Object.assign(task, {
      epoch: record.epoch,
      isSpent: record.cancelled !== true,
      attempts: record.attempts,
      failures: record.failures,
      losses: record.losses,
      cancelled: record.cancelled === true,
      isNoted: record.running === true,
      path: [...record.path],
    });
    if (isTerminal(record.state)) {
      this.move(task, 'committing');
      this.end(task, record.state);
    }
  }

  move(task: LiveTask, phase: Exclude<Phase, 'terminal'>): void {
    assertStep(taskId(this.record.job, task.index), task.phase, phase, () => JSON.stringify(task));
    task.phase = phase;
    if (phase === 'waiting') this.#waiting.add(task.index);
    else this.#waiting.delete(task.index);
    this.version += 1;
  }

  end(task: LiveTask, state: TaskState): void {
    assertStep(taskId(this.record.job, task.index), task.phase, 'terminal', () => JSON.stringify(task));
    assert(isTerminal(state), () => `${this.name}: ${state} is no outcome`);
    this.live.delete(task.index);
    this.#waiting.delete(task.index);
    this.#ended[state] += 1;
    this.version += 1;
  }

  /** Word that an attempt is held may come later than the attempt itself comes back. */
  noteHandedBack(index: number, epoch: number): void {
    this.#handedBack.set(index, Math.max(epoch, this.#handedBack.get(index) ?? 0));
  }

  wasHandedBack(index: number, epoch: number): boolean {
    return epoch <= (this.#handedBack.get(index) ?? 0);
  }

  nextEpoch(): number {
    this.#counter += 1;
    assert(this.#counter < EPOCHS_PER_BALLOT, () => `${this.name}: ballot ${this.#epochBallot} has run out of epochs`);
    return epochOf(this.#epochBallot, this.#counter);
  }

  /** Time to have the next ballot stored: tasks that are refused again and again use up epochs too. */
  get isShortOfEpochs(): boolean {
    return this.isPrepared && this.#counter > EPOCHS_PER_BALLOT - EPOCHS_AHEAD;
  }

  /** The ballot is durable: epochs are given out under it from now on. */
  prepared(): void {
    this.isPrepared = true;
    this.version = Math.max(this.version, firstVersion(this.ballot));
    if (this.#epochBallot === this.ballot) return;
    this.#epochBallot = this.ballot;
    this.#counter = 0;
  }

  /** Re-checks what must hold of the collections; for tests and the simulator. */
  validate(): void {
    for (const index of this.#waiting) {
      assert(this.live.get(index)?.phase === 'waiting', () => `${this.name}: ${index} waits in the wrong phase`);
    }
    for (const task of this.live.values()) {
      assert(
        (task.phase === 'waiting') === this.#waiting.has(task.index),
        () => `${this.name}: ${task.index} is misfiled`,
      );
    }
  }
}

/** Epochs left when the next ballot is asked of the disk: more than a shard can offer before it answers. */
const EPOCHS_AHEAD = 2 ** 16;

/** What a coordinator says after a restart is news, however often it spoke before. */
export function firstVersion(ballot: number): number {
  return ballot * 2 ** 32;
}

export function noteStep(task: LiveTask, step: Step): void {
  task.path.push(step);
  if (task.path.length > PATH_STEPS_MAX) task.path.shift();
}

/** An offer under way is not yet an executor; an outcome not yet committed is not yet an outcome. */
export function shownState(task: LiveTask): TaskState {
  if (task.phase === 'queued' || task.phase === 'running') return task.phase;
  return task.phase === 'committing' ? 'running' : 'pending';
}
