import type { NodeId } from '../../../src/kernel/ids.js';
import type { Prng } from '../../../src/kernel/prng.js';
import type { Now } from '../../../src/kernel/time.js';
import type { TimerToken } from '../../../src/kernel/timers.js';
import { Executor } from '../../../src/executor/executor.js';
import type { AttemptEnd, AttemptId } from '../../../src/executor/runner.js';
import { ExecutorHost, type ToExecutor } from '../../../src/node/core/executor-host.js';
import type { NodeEffect } from '../../../src/node/core/events.js';
import type { FlockView } from '../../../src/placement/flock-view.js';
import type { Pool } from './pool.js';

const TAIL = new Uint8Array(0);

/** A node that runs attempts: the real executor and its host, over processes that end when the driver says so. */
export class ExecutorNode {
  boot = 0;
  executor!: Executor;
  host!: ExecutorHost;
  readonly running = new Map<string, { attempt: AttemptId; isTermed: boolean }>();
  readonly timers = new Map<string, TimerToken>();

  constructor(
    readonly id: NodeId,
    private readonly view: FlockView,
    private readonly pool: Pool,
    private readonly onStart: (attempt: AttemptId) => void,
  ) {
    this.restart();
  }

  /** Everything that was held is gone. */
  restart(): void {
    this.boot += 1;
    this.running.clear();
    this.timers.clear();
    this.pool.died(this.id);
    const capacity = { cpus: 2, memBytes: 0, gpus: 0, custom: {} };
    this.executor = new Executor(this.id, capacity, {}, { bound: () => 4, workBoundMs: () => Infinity });
    this.host = new ExecutorHost(this.id, this.executor, this.view, {
      outlet: { push: (effect) => this.#perform(effect), send: (to, message) => this.pool.send(this.id, to, message) },
      readFor: () => 0,
      ownLoad: () => this.load(),
      bound: () => 4,
      provisional: () => [],
      refusals: () => [],
      ask: (to, message, tag, { patience, delayMs }) => this.pool.ask(this.id, to, message, tag, patience, delayMs),
    });
  }

  load() {
    const { running, queued, free, workMs } = this.executor;
    const counts = { running, queued, waiting: 0, slots: 2, free: free.cpus, workMs, draining: false };
    return { node: this.id, boot: this.boot, seq: 1, ...counts };
  }

  message(from: NodeId, message: ToExecutor, now: Now): void {
    this.host.message(from, message, now);
  }

  fire(timer: TimerToken, now: Now): void {
    this.timers.delete(timer.name);
    this.host.step({ kind: 'timer', timer }, now);
  }

  /** Ends any attempt: well, badly, or through no fault of its own. */
  endAny(prng: Prng, isCalm: boolean, now: Now): void {
    const ended = prng.pick([...this.running.values()]);
    if (!ended) return;
    this.running.delete(ended.attempt.task);
    this.host.step({ kind: 'ended', attempt: ended.attempt, end: endOf(ended.isTermed, prng, isCalm, now) }, now);
  }

  #perform(effect: NodeEffect): void {
    if (effect.kind === 'start') {
      this.onStart(effect.attempt);
      this.running.set(effect.attempt.task, { attempt: effect.attempt, isTermed: false });
    } else if (effect.kind === 'signal') {
      const running = this.running.get(effect.attempt.task);
      if (running?.attempt.epoch === effect.attempt.epoch) running.isTermed = true;
    } else if (effect.kind === 'arm') this.timers.set(effect.timer.name, effect.timer);
    else if (effect.kind === 'disarm') this.timers.delete(effect.timer.name);
  }
}

function endOf(isTermed: boolean, prng: Prng, isCalm: boolean, { wallMs }: Now): AttemptEnd {
  const output = { stdoutTail: TAIL, stderrTail: TAIL, stdoutBytes: 0, stderrBytes: 0 };
  const times = { startedAtMs: wallMs, finishedAtMs: wallMs };
  if (isTermed && prng.chance(0.8)) return { exitCode: 143, ...times, ...output };
  if (isCalm || prng.chance(0.6)) return { exitCode: 0, ...times, ...output };
  return prng.chance(0.7)
    ? { exitCode: 1, ...times, ...output }
    : { exitCode: 137, failure: 'its shell died', lost: true, ...times, ...output };
}
