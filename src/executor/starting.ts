import type { NodeId } from '../kernel/ids.js';
import { fitCount } from '../kernel/resources.js';
import type { Now } from '../kernel/time.js';
import type { OpenAsks } from './asking.js';
import { attemptOf, groupsOf, type Assignment, type FunctionWork } from './assignment.js';
import { callOf, commandOf } from './command.js';
import type { Ends } from './ends.js';
import type { Estimates } from './estimates.js';
import type { ExecutorEffect } from './events.js';
import type { Scene } from './queue/discipline.js';
import type { TaskQueue } from './queue/task-queue.js';
import type { Room } from './room.js';
import type { Bundle, RunningAttempts } from './running.js';

/** Calls that are expected to take no longer are started several at a time. */
const SHORT_MS = 1;
/** Such calls take about so long together: as long as one that is not short may keep the others waiting. */
const TOGETHER_MS = 4;
/** Even of calls that take no time at all. */
const TOGETHER_MAX = 64;
/** Calls that may be ended before have a place of their own: their time runs from the start. */
const TIMEOUT_MS = 1_000;

interface Parts {
  readonly self: NodeId;
  readonly baseEnv: Readonly<Record<string, string>>;
  readonly queue: TaskQueue;
  readonly running: RunningAttempts;
  readonly asks: OpenAsks;
  readonly ends: Ends;
  readonly room: Room;
  readonly estimates: Estimates;
  readonly emit: (effect: ExecutorEffect) => void;
  /** It can never be started. */
  readonly refuse: (assignment: Assignment, reason: string, now: Now) => void;
}

/** Starts what waits: commands and calls one by one, short calls several in one place (docs/adr/0036). */
export class Starting {
  readonly #scene: Scene;

  constructor(private readonly parts: Parts) {
    const { room, running, asks } = parts;
    this.#scene = {
      get free() {
        return running.free;
      },
      canStart: (needs) => room.canStart(needs),
      places: () => [...running.places(), ...asks.holders()],
    };
  }

  /** Starts what fits, as the queue has it. Due whenever that or what is free changes. */
  fill(now: Now): void {
    const { queue, asks, running, ends } = this.parts;
    for (let next = queue.next(this.#scene, now); next; next = queue.next(this.#scene, now)) {
      const together = next === queue.head() ? this.#together(next) : [next];
      const { function: called, contract } = next.work;
      for (const { id } of together) queue.begin(id);
      if (together.length > 1 && called) this.#startTogether(together, called, now);
      else if (contract === 'at-most-once') asks.open(next, now);
      else this.start(next, now);
    }
    for (const { assignment } of queue.preempted(this.#scene, now)) {
      const victim = running.get(assignment.id);
      if (victim) ends.end(victim, 'preempted');
    }
  }

  start(assignment: Assignment, now: Now): void {
    const { self, baseEnv, emit, refuse } = this.parts;
    const command = commandOf(assignment, self, baseEnv);
    if (typeof command === 'string') return refuse(assignment, command, now);
    emit({ kind: 'start', attempt: attemptOf(assignment), command });
    this.begin(assignment, now);
  }

  /** It runs. */
  begin(assignment: Assignment, now: Now): void {
    const { job, shard, index, epoch, coordinator: to } = assignment;
    this.parts.emit({ kind: 'started', to, job, shard, tasks: [{ index, epoch }], atMs: now.wallMs });
    this.#enter(assignment, now);
  }

  /** The head of the queue, and what comes behind it of the same job where all of that is short: a fair part for each place. */
  #together(head: Assignment): Assignment[] {
    const { queue, running, estimates } = this.parts;
    const { function: work, contract, timeoutMs = Infinity, name, needs, upload, outputs } = head.work;
    if (upload !== undefined || outputs !== undefined) return [head];
    if (!work || contract === 'at-most-once' || timeoutMs < TIMEOUT_MS || !estimates.knows(name)) return [head];
    const estimateMs = estimates.of(name);
    if (estimateMs > SHORT_MS) return [head];
    const places = Math.max(1, Math.min(queue.size, fitCount(needs, running.free)));
    const max = Math.min(TOGETHER_MAX, Math.ceil(TOGETHER_MS / estimateMs), Math.ceil(queue.size / places));
    const together: Assignment[] = [];
    for (const next of queue) {
      if (together.length >= max || next.job !== head.job) break;
      together.push(next);
    }
    return together;
  }

  #startTogether(assignments: readonly Assignment[], work: FunctionWork, now: Now): void {
    const { self, baseEnv, emit } = this.parts;
    const bundle: Bundle = { left: 0 };
    const starts = assignments.map((assignment) => {
      return { attempt: attemptOf(assignment), command: callOf(assignment, work, self, baseEnv) };
    });
    emit({ kind: 'start-together', starts });
    for (const { to, group } of groupsOf(assignments)) emit({ kind: 'started', to, ...group, atMs: now.wallMs });
    for (const assignment of assignments) this.#enter(assignment, now, bundle);
  }

  #enter(assignment: Assignment, now: Now, bundle?: Bundle): void {
    this.parts.running.add(assignment, now.monoMs, bundle);
    this.parts.ends.watch(assignment);
  }
}
