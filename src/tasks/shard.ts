import { assert, known } from '../kernel/assert.js';
import { isTerminal, noCounts, type Counts, type TaskState } from '../kernel/states.js';
import { AttemptEpochs } from './attempt-epochs.js';
import type { ChangeSink } from './change.js';
import { newTask, shownState, tellChange, type LiveTask } from './live-task.js';
import { indexAt, ordinalOf } from './range.js';
import { firstVersion, type Progress } from './progress.js';
import type { TaskRecord } from './record.js';
import { SHARD, shardName, SPEC, TASK_PREFIX } from './replication/names.js';
import type { ShardPlace } from './shard-place.js';
import { wordOf, type ShardRecord } from './shard-record.js';
import type { JobSpec } from './spec.js';
import { assertStep, type Phase } from './states.js';
import { withTerms } from './terms.js';

/** In place of what shards that only wait, the most by far, have nothing to put into; nothing is ever added to them. */
const NONE = new Map<number, LiveTask>();
const NO_INDEXES = new Set<number>();

/**
 * The tasks of one shard as its coordinator sees them. An untouched task costs a byte at most; a touched one stands in `live`
 * until its outcome is committed; then only the counts remember it, and the store.
 */
export class Shard {
  /**
   * `recovering` until every member has said what it still holds of this shard; `open` places tasks; `done` is for ever;
   * `closed`: somebody else may coordinate it by now.
   */
  mode: 'recovering' | 'open' | 'done' | 'closed' = 'open';
  cancelled: boolean;
  /** What is stored, or being stored, of `cancelled`: its tasks count as cancelled no sooner than that is durable. */
  isCancelStored: boolean;
  /** What that ends is `expired`. */
  isExpired: boolean;
  /** Rises with every change that its job's coordinator should hear of, and with every ballot. */
  version: number;
  /** When the last of its tasks ended, as far as any has; wall clock. */
  endedAtMs = 0;
  /** Its job waits for something, and is kept in the same register: nothing starts before that job says so. */
  isGated: boolean;
  /** Somebody holds its job back. */
  isHeld: boolean;
  /** A new ballot has been asked for. */
  isRenewing = false;
  /** Tasks are being started again: it is not at its end before that is durable. */
  isRetrying = false;
  /** Refusals since the last rest, and until when the shard rests from offering (monotonic ms). */
  refusals = 0;
  restUntilMs = 0;
  /** It was refused of late, or nobody is known to have room for it. */
  isTurnedAway = false;
  /** Tasks that have begun since it was taken over. */
  startedSince = 0;
  onChange: ChangeSink | undefined;
  /** By index: the latest attempt that was handed back while it was not yet known who holds what. */
  #handedBack: Map<number, number> | undefined;
  #live = NONE;
  #waiting = NO_INDEXES;
  #resting = 0;
  /** By ordinal, from the first that is touched on: shards that only wait are many. */
  #touched: Uint8Array | undefined;
  readonly #ended = noCounts();
  readonly epochs: AttemptEpochs;
  /** Attempts up to this one were offered by a spec that was changed since. */
  staleEpoch = 0;
  /** Changes of its job that are durable here. */
  #changes: Pick<Progress, 'terms' | 'share'> | undefined;
  #untouched: number;
  #cursor = 0;

  constructor(
    public record: ShardRecord,
    /** What its tasks are offered by. */
    public spec: JobSpec,
    readonly place: ShardPlace,
  ) {
    this.cancelled = record.cancelled;
    this.isCancelStored = record.cancelled;
    this.isExpired = record.expired === true;
    this.isGated = (spec.start ?? spec.schedule) !== undefined && place.register === record.job;
    this.isHeld = record.held === true;
    this.version = firstVersion(place.ballot);
    this.epochs = new AttemptEpochs(this.name, place.ballot, place.degraded?.place);
    this.renew();
    this.#untouched = record.range.count;
  }

  /** From the entries of its register. */
  static of(entries: ReadonlyMap<string, unknown>, place: ShardPlace): Shard {
    const shard = new Shard(entries.get(SHARD) as ShardRecord, entries.get(SPEC) as JobSpec, place);
    for (const [key, value] of entries) if (key.startsWith(TASK_PREFIX)) shard.restore(value as TaskRecord);
    if (shard.record.done) shard.endedAtMs = Math.max(shard.endedAtMs, shard.record.done.atMs);
    return shard;
  }

  /** What its register says of it where each of its tasks has ended; undefined where one has not. */
  static ended(entries: ReadonlyMap<string, unknown>, place: ShardPlace): Progress | undefined {
    const shard = Shard.of(entries, place);
    return shard.isComplete && (shard.isAllOnRecord || shard.record.done) ? shard.progress() : undefined;
  }

  get name(): string {
    return shardName(this.record.job, this.record.shard);
  }

  /** The tasks that are touched and have no committed outcome. */
  get live(): ReadonlyMap<number, LiveTask> {
    return this.#live;
  }

  get ballot(): number {
    return this.place.ballot;
  }

  /** Tasks that wait here for an executor, and may have one. */
  get waiting(): number {
    if (this.cancelled || this.isGated || this.isHeld) return 0;
    return Math.min(this.#waiting.size + this.#untouched, this.#room);
  }

  /** How many more of its tasks may be placed now. */
  get #room(): number {
    return Math.max(0, (this.record.share ?? Infinity) - (this.#live.size - this.#waiting.size - this.#resting));
  }

  /** What may have started must not be started again. */
  get runsAtMostOnce(): boolean {
    return this.spec.contract === 'at-most-once';
  }

  get isComplete(): boolean {
    return !this.isRetrying && this.live.size === 0 && (this.#untouched === 0 || this.cancelled);
  }

  /** Each task has a record of its own. */
  get isAllOnRecord(): boolean {
    return this.#untouched === 0;
  }

  has(index: number): boolean {
    return ordinalOf(this.record.range, index) !== undefined;
  }

  isTouched(index: number): boolean {
    return this.#touched?.[known(ordinalOf(this.record.range, index), `task ${index} of ${this.name}`)] === 1;
  }

  isEnded(index: number): boolean {
    return this.isTouched(index) ? !this.live.has(index) : isTerminal(this.untouchedState);
  }

  item(index: number): string | undefined {
    const ordinal = known(ordinalOf(this.record.range, index), `task ${index} of ${this.name}`);
    return this.record.items?.[ordinal];
  }

  progress(): Progress {
    const { version, endedAtMs, record, place } = this;
    return {
      ...{ version, counts: this.counts(), endedAtMs },
      ...(record.retried ? { retried: record.retried } : {}),
      ...(this.isHeld ? { held: true } : {}),
      ...this.#changes,
      ...(place.degraded ? { degraded: true } : {}),
    };
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
    const isKnown = this.mode === 'open' || this.mode === 'done';
    return wordOf({ cancelled: this.cancelled && isKnown, expired: this.isExpired });
  }

  /** Up to `max` tasks to offer next: those that were here before, then, if of all, untouched ones in order. */
  take(max: number, of: 'all' | 'touched' = 'all'): LiveTask[] {
    const n = Math.min(max, this.#room);
    const taken: LiveTask[] = [];
    for (const index of this.#waiting) {
      if (taken.length >= n) return taken;
      taken.push(known(this.live.get(index), `waiting task ${index} of ${this.name}`));
    }
    while (of === 'all' && taken.length < n && this.#untouched > 0) {
      if (this.#touched?.[this.#cursor] !== 1) taken.push(this.touch(indexAt(this.record.range, this.#cursor)));
      this.#cursor += 1;
    }
    return taken;
  }

  /** What its record says is durable: what has not begun goes by its terms. */
  renew(): void {
    const { terms, share } = this.record;
    if (!terms) return;
    this.#changes = { terms: terms.version, ...(share === undefined ? {} : { share }) };
    this.spec = withTerms(this.spec, terms);
    this.staleEpoch = this.epochs.last;
    this.version += 1;
  }

  /** The whole shard is cancelled, durably. */
  cancel(): void {
    this.cancelled = true;
    this.version += 1;
  }

  /** Makes an untouched task live, waiting. */
  touch(index: number): LiveTask {
    const ordinal = known(ordinalOf(this.record.range, index), `task ${index} of ${this.name}`);
    this.#touched ??= new Uint8Array(this.record.range.count);
    assert(this.#touched[ordinal] === 0, () => `${this.name}: task ${index} was touched before`);
    this.#touched[ordinal] = 1;
    this.#untouched -= 1;
    const task = newTask(index);
    this.#enlist(task);
    this.#waiting.add(index);
    return task;
  }

  /** Makes a task that has ended live again; it waits once its next run is durable. */
  revive({ index, state, epoch }: TaskRecord): LiveTask {
    assert(isTerminal(state) && !this.live.has(index), () => `${this.name}: task ${index} has not ended`);
    const task: LiveTask = { ...newTask(index), phase: 'committing', epoch };
    this.#ended[state] -= 1;
    this.#enlist(task);
    this.version += 1;
    return task;
  }

  /** Takes up a stored record, when the coordinator starts again. */
  restore(record: TaskRecord): void {
    const task = this.touch(record.index);
    Object.assign(task, {
      epoch: record.epoch,
      // One that ran at the last coordinator may run there still, if that is not dead but deposed; one that was granted as well.
      isSpent: record.cancelled !== true && record.running !== true && record.grant === undefined,
      attempts: record.attempts,
      failures: record.failures,
      losses: record.losses,
      cancelled: record.cancelled === true,
      isNoted: record.running === true,
      path: [...record.path],
      run: record.run ?? 1,
      runs: record.runs ?? [],
      retry: record.retry ?? 0,
    });
    if (record.grant) {
      const { grant, executor } = record;
      Object.assign(task, { grant: { ...grant, re: 0, sinceMs: 0, isOwn: false }, executor, executorBoot: grant.boot });
      this.move(task, 'doubted');
    }
    if (isTerminal(record.state)) {
      this.move(task, 'committing');
      this.end(task, record.state, record.outcome?.finishedAtMs ?? 0);
    }
  }

  move(task: LiveTask, phase: Exclude<Phase, 'terminal'>): void {
    assertStep(this.record.job, task, phase);
    const before = shownState(task);
    this.#resting += Number(phase === 'resting') - Number(task.phase === 'resting');
    task.phase = phase;
    tellChange(this.onChange, this.record.job, task, before, shownState(task));
    if (phase === 'waiting') this.#waiting.add(task.index);
    else this.#waiting.delete(task.index);
    this.version += 1;
  }

  /** @param atMs - when it ended, where an attempt did */
  end(task: LiveTask, state: TaskState, atMs: number): void {
    assertStep(this.record.job, task, 'terminal');
    assert(isTerminal(state), () => `${this.name}: ${state} is no outcome`);
    this.#live.delete(task.index);
    this.#waiting.delete(task.index);
    this.#ended[state] += 1;
    this.endedAtMs = Math.max(this.endedAtMs, atMs);
    this.version += 1;
    tellChange(this.onChange, this.record.job, task, 'pending', state);
  }

  /** Word that an attempt is held may come later than the attempt itself comes back. */
  noteHandedBack(index: number, epoch: number): void {
    this.#handedBack ??= new Map();
    this.#handedBack.set(index, Math.max(epoch, this.#handedBack.get(index) ?? 0));
  }

  /** The latest attempt that came back so; 0 where none did. */
  handedBack(index: number): number {
    return this.#handedBack?.get(index) ?? 0;
  }

  #enlist(task: LiveTask): void {
    if (this.#live === NONE) {
      this.#live = new Map();
      this.#waiting = new Set();
    }
    this.#live.set(task.index, task);
  }

  /** Re-checks what must hold of the collections; for tests and the simulator. */
  validate(): void {
    for (const index of this.#waiting) {
      assert(this.live.get(index)?.phase === 'waiting', () => `${this.name}: ${index} waits in the wrong phase`);
    }
    for (const task of this.live.values()) {
      const isWaiting = task.phase === 'waiting';
      assert(isWaiting === this.#waiting.has(task.index), () => `${this.name}: ${task.index} is misfiled`);
    }
  }
}
