import type { Put } from '../../src/kernel/effects.js';
import { taskId, type JobId, type NodeId, type TaskId } from '../../src/kernel/ids.js';
import { isBounded } from '../../src/kernel/policies.js';
import type { NodeEffect, NodeEvent } from '../../src/node/core/events.js';
import type { TaskMessages } from '../../src/tasks/messages.js';
import type { TaskRecord } from '../../src/tasks/record.js';
import { TASK_PREFIX } from '../../src/tasks/replication/names.js';
import { CancelWrites } from './cancel-writes.js';
import type { History } from './history.js';
import { entryIn } from './register-writes.js';

/** What a node's word is to be compared with: of the whole flock, as it truly is. */
export interface Truth {
  /** Tasks that run, are queued or wait at any node. */
  readonly total: number;
  /** The node's part of the CPUs of all nodes that it believes there. */
  readonly share: number;
}

type Send = Extract<NodeEffect, { readonly kind: 'send' }>;

/** Fills a history's message log from what nodes say to each other; what a node says to itself nobody sees. */
export class Tap {
  /** Requests that were answered: the answer to a repeat says nothing new. */
  readonly #answered = new Set<string>();
  /** Attempts whose task some node wrote down as cancelled: other replicas, and later coordinators, only copy that. */
  readonly #cancelled = new Set<string>();
  /** Of tasks that were cancelled when nobody was known to have them: the nodes that were given up for dead then. */
  readonly #awayAtCancel = new Map<TaskId, ReadonlySet<NodeId>>();
  readonly #nodes = new Set<NodeId>();
  readonly #cancels: CancelWrites;

  constructor(
    private readonly history: History,
    private readonly truthAt: (node: NodeId) => Truth,
    private readonly cpusOf: (node: NodeId) => number = () => Infinity,
    private readonly isGone: (node: NodeId, by: NodeId) => boolean = () => false,
  ) {
    this.#cancels = new CancelWrites(history.durables.sets);
  }

  readonly watch = (node: NodeId, event: NodeEvent, effects: readonly NodeEffect[], atMs: number): void => {
    this.#nodes.add(node);
    if (event.kind === 'ended' && event.end.lost !== true) {
      const attempt = this.history.attempt(event.attempt.task, event.attempt.epoch);
      if (attempt) attempt.exitCode = event.end.exitCode;
    }
    this.history.messages.cancelNotes.push(...this.#cancels.step(node, event, effects, atMs));
    for (const effect of effects) {
      if (effect.kind === 'send') this.#sent(node, effect, effects, event, atMs);
      else if (effect.kind === 'start') this.#started(node, effect, atMs);
      else if (effect.kind === 'persist') this.#written(effect.puts, atMs);
    }
  };

  /** It is its coordinator's belief that counts, also where another replica's disk is the first to take it. */
  #written(puts: readonly Put[], atMs: number): void {
    for (const put of puts) {
      const entry = entryIn(put);
      if (!entry?.key.startsWith(TASK_PREFIX)) continue;
      const { state, index, epoch, executor } = entry.value as TaskRecord;
      if (state !== 'cancelled') continue;
      const task = taskId(entry.register.split('#', 1)[0] as JobId, index);
      const name = `${task} ${epoch}`;
      if (this.#cancelled.has(name)) continue;
      this.#cancelled.add(name);
      const by = entry.version.node;
      if (executor === undefined) this.#awayAtCancel.set(task, this.#away(by));
      else if (this.isGone(executor, by)) this.history.messages.givenUp.push({ atMs, task, epoch });
    }
  }

  #away(by: NodeId): ReadonlySet<NodeId> {
    return new Set([...this.#nodes].filter((node) => this.isGone(node, by)));
  }

  #started(node: NodeId, { attempt, command: { env } }: Extract<NodeEffect, { kind: 'start' }>, atMs: number): void {
    if (this.#awayAtCancel.get(attempt.task)?.has(node) === true)
      this.history.messages.givenUp.push({ atMs, ...attempt });
    const cpus = this.cpusOf(node);
    const said = { saidEpoch: env['COVEY_EPOCH'], saidItem: env['COVEY_ITEM'] };
    this.history.messages.starts.push({ atMs, node, ...attempt, ...said, cpus });
  }

  #sent(from: NodeId, { to, message }: Send, effects: readonly NodeEffect[], event: NodeEvent, atMs: number): void {
    const { messages } = this.history;
    switch (message.kind) {
      case 'task.offer':
        for (const { index, epoch, steals } of message.tasks) {
          messages.offers.push({ atMs, from, to, task: taskId(message.job, index), epoch, steals });
        }
        return;
      case 'task.offered':
        if (event.kind !== 'message' || event.message.kind !== 'task.offer') return;
        if (!this.#isFirst(from, to, message.re) || message.accepted.length === 0) return;
        // Of others a node takes what its queue holds.
        if (!isBounded(event.message.spec.policy)) return;
        return this.#accepted(from, event.message.job, message, atMs);
      case 'task.handback':
        for (const { index, epoch } of message.tasks) {
          const task = taskId(message.job, index);
          messages.handbacks.push({ atMs, node: from, coordinator: to, task, epoch, thief: message.to });
        }
        return;
      case 'steal.tell': {
        if (event.kind !== 'message' || event.message.kind !== 'steal.ask') return;
        const { free } = event.message.load;
        const handedBack = handedBackTo(to, effects);
        messages.steals.push({ atMs, victim: from, thief: to, free, given: message.given, handedBack });
        return;
      }
      default:
        return;
    }
  }

  #accepted(node: NodeId, job: JobId, { load, bound }: TaskMessages['task.offered'], atMs: number): void {
    const { running, queued } = load;
    this.history.messages.accepts.push({ atMs, node, job, running, queued, bound, ...this.truthAt(node) });
  }

  #isFirst(from: NodeId, to: NodeId, re: number): boolean {
    const name = `${from} ${to} ${re}`;
    if (this.#answered.has(name)) return false;
    this.#answered.add(name);
    return true;
  }
}

function handedBackTo(thief: NodeId, effects: readonly NodeEffect[]): number {
  let tasks = 0;
  for (const effect of effects) {
    if (effect.kind !== 'send' || effect.message.kind !== 'task.handback') continue;
    if (effect.message.to === thief) tasks += effect.message.tasks.length;
  }
  return tasks;
}
