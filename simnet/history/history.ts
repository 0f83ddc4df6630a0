import type { Put } from '../../src/kernel/effects.js';
import type { JobId, NodeId, TaskId } from '../../src/kernel/ids.js';
import type { AttemptId } from '../../src/executor/runner.js';
import type { RegisterId } from '../../src/tasks/register/head.js';
import type { NodeEffect, NodeEvent } from '../../src/node/core/events.js';
import { Durables, jobOf } from './durables.js';
import type { ClientLog, MessageLog, Phases, Sample } from './log.js';

/** One attempt that really ran. */
export interface Attempt {
  readonly task: TaskId;
  readonly epoch: number;
  readonly node: NodeId;
  readonly startMs: number;
  endMs: number | undefined;
  how: 'runs' | 'ended' | 'died';
  /** Of its own end, where somebody watched. */
  exitCode?: number | undefined;
}

/** A node left of its own will. */
export interface Departure {
  readonly node: NodeId;
  readonly atMs: number;
  /** Registers of which it is a replica still, by the last set that any disk names, and a majority of that set. */
  readonly kept: readonly RegisterId[];
  /** How many it says that nobody took in time. */
  readonly told: number;
}

/** Sees each step of each node: what happened to it, and what of its wishes comes to pass. */
export type Watcher = (node: NodeId, event: NodeEvent, effects: readonly NodeEffect[], atMs: number) => void;

/**
 * What happened, seen from outside: a plain record, which judges nothing (simnet/checks does). Attempts, deaths and what
 * became durable are always noted; the logs are filled by those who watch.
 */
export class History {
  readonly attempts: Attempt[] = [];
  readonly deaths: { readonly node: NodeId; readonly atMs: number }[] = [];
  /** First starts of nodes that the flock did not begin with. */
  readonly arrivals: { readonly node: NodeId; readonly atMs: number }[] = [];
  readonly departures: Departure[] = [];
  readonly durables = new Durables();
  readonly clients: ClientLog = { submissions: [], cancels: [], reads: [] };
  readonly messages: MessageLog = {
    ...{ starts: [], cancelNotes: [], givenUp: [], offers: [], accepts: [], handbacks: [], steals: [] },
  };
  readonly samples: Sample[] = [];
  /** Jobs whose only copy was on a disk that lied. */
  readonly lost = new Set<JobId>();
  readonly phases: Phases = { healedMs: undefined, restMs: undefined };
  watcher: Watcher | undefined;
  readonly #running = new Set<Attempt>();
  readonly #byName = new Map<string, Attempt>();

  started(node: NodeId, { task, epoch }: AttemptId, startMs: number): void {
    const attempt: Attempt = { task, epoch, node, startMs, endMs: undefined, how: 'runs' };
    this.attempts.push(attempt);
    this.#running.add(attempt);
    this.#byName.set(`${task} ${epoch}`, attempt);
  }

  ended({ task, epoch }: AttemptId, endMs: number): void {
    const attempt = this.attempt(task, epoch);
    if (attempt) this.#end(attempt, 'ended', endMs);
  }

  /** All that ran there is gone. */
  died(node: NodeId, endMs: number): void {
    this.deaths.push({ node, atMs: endMs });
    for (const attempt of this.#running) if (attempt.node === node) this.#end(attempt, 'died', endMs);
  }

  /** A write is on disk. */
  recorded(put: Put, before: unknown, node: NodeId, atMs: number): void {
    this.durables.note(node, put, before, atMs);
  }

  /** The last attempt under this epoch. */
  attempt(task: TaskId, epoch: number): Attempt | undefined {
    return this.#byName.get(`${task} ${epoch}`);
  }

  running(): Attempt[] {
    return [...this.#running];
  }

  of(task: TaskId): Attempt[] {
    return this.attempts.filter((attempt) => attempt.task === task);
  }

  /** How often each task was started. */
  starts(): ReadonlyMap<TaskId, number> {
    const counts = new Map<TaskId, number>();
    for (const { task } of this.attempts) counts.set(task, (counts.get(task) ?? 0) + 1);
    return counts;
  }

  /** Tasks that were started more than once. */
  reruns(): TaskId[] {
    return [...this.starts()].filter(([, starts]) => starts > 1).map(([task]) => task);
  }

  /** The same of all other jobs. */
  without(jobs: ReadonlySet<JobId>): History {
    const rest = new History();
    const isOther = ({ job }: { readonly job: JobId }) => !jobs.has(job);
    const isOtherTask = ({ task }: { readonly task: TaskId }) => isOther(partsOf(task));
    for (const attempt of this.attempts.filter(isOtherTask)) {
      rest.attempts.push(attempt);
      rest.#byName.set(`${attempt.task} ${attempt.epoch}`, attempt);
      if (attempt.how === 'runs') rest.#running.add(attempt);
    }
    rest.deaths.push(...this.deaths);
    rest.arrivals.push(...this.arrivals);
    rest.departures.push(...this.departures);
    rest.durables.records.push(...this.durables.records.filter(isOtherTask));
    rest.durables.rewrites.push(...this.durables.rewrites.filter(isOtherTask));
    rest.durables.created.push(...this.durables.created.filter(isOther));
    rest.durables.contests.push(...this.durables.contests.filter(isOther));
    rest.durables.breaches.push(...this.durables.breaches.filter(({ register }) => !jobs.has(jobOf(register))));
    rest.clients.submissions.push(...this.clients.submissions.filter(isOther));
    rest.clients.cancels.push(...this.clients.cancels.filter(isOther));
    rest.clients.reads.push(...this.clients.reads.filter(isOther));
    rest.messages.starts.push(...this.messages.starts.filter(isOtherTask));
    rest.messages.cancelNotes.push(...this.messages.cancelNotes.filter(isOther));
    rest.messages.givenUp.push(...this.messages.givenUp.filter(isOtherTask));
    rest.messages.offers.push(...this.messages.offers.filter(isOtherTask));
    rest.messages.accepts.push(...this.messages.accepts.filter(isOther));
    rest.messages.handbacks.push(...this.messages.handbacks.filter(isOtherTask));
    // Not spread: the arguments of a call are bounded, these are many.
    for (const steal of this.messages.steals) rest.messages.steals.push(steal);
    for (const one of this.samples) rest.samples.push(one);
    Object.assign(rest.phases, this.phases);
    return rest;
  }

  #end(attempt: Attempt, how: 'ended' | 'died', endMs: number): void {
    this.#running.delete(attempt);
    attempt.endMs = endMs;
    attempt.how = how;
  }
}

/** The two halves of a task's id. */
export function partsOf(task: TaskId): { readonly job: JobId; readonly index: number } {
  const slash = task.lastIndexOf('/');
  return { job: task.slice(0, slash) as JobId, index: Number(task.slice(slash + 1)) };
}
