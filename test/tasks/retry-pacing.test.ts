import { expect } from 'chai';
import { jobId, nodeId } from '../../src/kernel/ids.js';
import { TimerBook, type TimerToken } from '../../src/kernel/timers.js';
import type { LiveTask } from '../../src/tasks/live-task.js';
import { RetryPacing } from '../../src/tasks/retry-pacing.js';
import { Shard } from '../../src/tasks/shard.js';

import { specOf } from './support/fixtures.js';

/** A coordinator's tasks that have failed, and a clock that goes on by hand. */
class Rig {
  nowMs = 0;
  /** Index and time of each that went on. */
  readonly woken: [index: number, atMs: number][] = [];
  readonly shard: Shard;
  readonly pacing: RetryPacing;
  #timer: { readonly token: TimerToken; readonly atMs: number } | undefined;
  readonly #timers = new TimerBook('shards');

  constructor(tasks: number) {
    const place = { register: 'job1#0', set: [nodeId('a')], ballot: 1 } as unknown as Shard['place'];
    const record = { job: jobId('job1'), shard: 0, range: { first: 0, step: 1, count: tasks }, cancelled: false };
    this.shard = new Shard(record as unknown as Shard['record'], specOf(), place);
    const emit = (effect: { readonly kind: string }) => {
      if (effect.kind !== 'arm') return;
      const { timer, afterMs } = effect as unknown as { readonly timer: TimerToken; readonly afterMs: number };
      this.#timer = { token: timer, atMs: this.nowMs + afterMs };
    };
    this.pacing = new RetryPacing(this.#timers, emit, () => this.#look());
  }

  fail(index: number, failures: number): LiveTask {
    const task = this.shard.live.get(index) ?? this.shard.touch(index);
    this.shard.move(task, 'committing');
    task.failures = failures;
    task.epoch = this.shard.epochs.next();
    this.pacing.rest(this.shard, task, this.nowMs);
    return task;
  }

  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (let next = this.#timer; next && next.atMs <= untilMs; next = this.#timer) {
      this.#timer = undefined;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      if (this.#timers.fired(next.token)) this.pacing.onTimer(this.nowMs);
    }
    this.nowMs = untilMs;
  }

  get isArmed(): boolean {
    return this.#timer !== undefined;
  }

  #look(): void {
    for (const { index, phase } of this.shard.live.values()) {
      if (phase !== 'waiting' || this.woken.some(([one]) => one === index)) continue;
      this.woken.push([index, this.nowMs]);
    }
  }
}

describe('The pacing of retries', () => {
  it('should double with each failure, up to half a minute, each somewhat more or less', () => {
    for (const [failures, meanMs] of [
      [1, 200],
      [2, 400],
      [5, 3_200],
      [9, 30_000],
      [100, 30_000],
    ] as const) {
      const rig = new Rig(60);
      for (let index = 0; index < 60; index++) rig.fail(index, failures);
      rig.pass(120_000);
      const pauses = rig.woken.map(([, atMs]) => atMs).sort((a, b) => a - b);
      expect(pauses, `${failures} failures`).to.have.length(60);
      expect(pauses[0]).to.be.within(0.5 * meanMs, 0.7 * meanMs + 50);
      expect(pauses.at(-1)).to.be.within(1.3 * meanMs, 1.5 * meanMs + 50);
      expect(pauses[30]).to.be.within(0.75 * meanMs, 1.25 * meanMs + 50);
      expect(rig.isArmed, 'nothing is left over').to.equal(false);
      rig.shard.validate();
    }
  });

  it('should let through no more than is saved up, then ten a second, the oldest first, and lose none', () => {
    const rig = new Rig(300);
    for (let index = 0; index < 300; index++) rig.fail(index, 1);
    rig.pass(400);
    expect(rig.woken).to.have.length.within(100, 105);
    rig.pass(10_000);
    expect(rig.woken).to.have.length.within(198, 206);
    rig.pass(10_000);
    expect(rig.woken).to.have.length(300);
    expect(rig.shard.waiting).to.equal(300);
    expect(rig.isArmed).to.equal(false);
  });

  it('should let through one more for each five tasks that end their first attempt', () => {
    const rig = new Rig(400);
    for (let index = 0; index < 400; index++) rig.fail(index, 1);
    rig.pass(400);
    const before = rig.woken.length;
    for (let i = 0; i < 500; i++) rig.pacing.attempted();
    rig.pass(200);
    expect(rig.woken.length - before).to.be.within(99, 104);
  });

  it('should leave alone what came to its end meanwhile, at no cost', () => {
    const rig = new Rig(120);
    const tasks = Array.from({ length: 120 }, (_, index) => rig.fail(index, 1));
    for (const task of tasks.slice(0, 40)) rig.shard.move(task, 'committing');
    rig.pass(400);
    expect(rig.woken.map(([index]) => index)).to.have.members(tasks.slice(40).map(({ index }) => index));
  });

  it('should not count against how many of a job may run at a time', () => {
    const rig = new Rig(4);
    rig.shard.record = { ...rig.shard.record, share: 1 };
    rig.fail(0, 5);
    expect(rig.shard.waiting).to.equal(1);
    rig.pass(10_000);
    expect(rig.shard.waiting).to.equal(1);
    expect(rig.shard.take(9).map(({ index }) => index)).to.deep.equal([0]);
  });
});
