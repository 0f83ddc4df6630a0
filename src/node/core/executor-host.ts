import type { NodeId } from '../../kernel/ids.js';
import { taskId } from '../../kernel/ids.js';
import type { LoadVector } from '../../kernel/load.js';
import { shortage } from '../../kernel/resources.js';
import type { Now } from '../../kernel/time.js';
import type { Executor } from '../../executor/executor.js';
import type { Assignment } from '../../executor/assignment.js';
import type { ExecutorEffect, ExecutorEvent } from '../../executor/events.js';
import type { AttemptId, OutputChunk } from '../../executor/runner.js';
import type { FlockView } from '../../placement/flock-view.js';
import { STEALS_MAX } from '../../tasks/task-round.js';
import type { TaskMessages } from '../../tasks/messages.js';
import type { QueryMessages } from '../../tasks/queries.js';
import type { Request } from '../../kernel/effects.js';
import type { Outlet } from './outlet.js';
import type { Message } from './wire.js';

export type ToExecutor = TaskMessages['task.offer' | 'task.revoke' | 'held.ask'] | QueryMessages['query.output'];

/** The request behind a read of output. */
export interface OutputTag {
  readonly to: NodeId;
  readonly re: number;
}

interface Wires {
  readonly outlet: Pick<Outlet<unknown, unknown>, 'push' | 'send'>;
  /** A number under which the core finds the request behind a read again. */
  readonly readFor: (tag: OutputTag) => number;
  readonly ownLoad: () => LoadVector;
  readonly bound: () => number;
  ask(to: NodeId, message: Request<Message>, attempt: AttemptId | undefined): void;
}

/** Speaks for the executor: turns messages of coordinators into its calls, and what it does into messages. */
export class ExecutorHost {
  constructor(
    private readonly executor: Executor,
    private readonly view: FlockView,
    private readonly wires: Wires,
  ) {}

  message(from: NodeId, message: ToExecutor, now: Now): void {
    switch (message.kind) {
      case 'task.offer':
        return this.#offer(from, message, now);
      case 'task.revoke': {
        const { unknown, effects } = this.executor.revoke(message, now);
        this.#perform(effects);
        return this.#reply(from, { kind: 'task.revoked', re: message.ask, unknown });
      }
      case 'held.ask': {
        const held = this.executor
          .held(from, message.boot)
          .map(({ assignment: { job, shard, index, epoch }, state }) => {
            return { job, shard, index, epoch, state };
          });
        return this.#reply(from, { kind: 'held.tell', re: message.ask, boot: this.wires.ownLoad().boot, held });
      }
      case 'query.output':
        return this.#readOutput(from, message);
    }
  }

  step(event: ExecutorEvent, now: Now): void {
    this.#perform(this.executor.step(event, now));
  }

  /** Gives a thief up to `n` queued tasks; they go back to their coordinators, which offer them to it. */
  giveTo(thief: NodeId, n: number, now: Now): number {
    const capacity = this.view.member(thief)?.profile.capacity;
    const mayTake = ({ steals, work }: Assignment) => {
      return steals < STEALS_MAX && capacity !== undefined && shortage(work.needs, capacity) === undefined;
    };
    const { given, effects } = this.executor.giveTo(thief, n, mayTake, now);
    this.#perform(effects);
    return given;
  }

  /** What a read of output brought. */
  output({ to, re }: OutputTag, chunk: OutputChunk | undefined): void {
    this.#reply(to, { kind: 'query.output-told', re, ...(chunk ? { found: { ...chunk } } : {}) });
  }

  #offer(from: NodeId, message: TaskMessages['task.offer'], now: Now): void {
    const { job, shard, boot, spec: work, tasks } = message;
    const isMeant = message.executorBoot === this.wires.ownLoad().boot;
    const { accepted, reason, effects } = isMeant
      ? this.executor.offer({ from, boot, job, shard, work, tasks }, now)
      : { accepted: [], reason: 'it has restarted since', effects: [] };
    this.#reply(from, {
      kind: 'task.offered',
      re: message.ask,
      accepted,
      ...(reason === undefined ? {} : { reason }),
      bound: this.wires.bound(),
      load: this.wires.ownLoad(),
    });
    this.#perform(effects);
  }

  #readOutput(from: NodeId, message: QueryMessages['query.output']): void {
    const { job, index, epoch, stream, offset, limit, waitMs } = message;
    this.wires.outlet.push({
      kind: 'read-output',
      read: this.wires.readFor({ to: from, re: message.ask }),
      attempt: { task: taskId(job, index), epoch },
      stream,
      range: { offset, limit, waitMs },
    });
  }

  #perform(effects: readonly ExecutorEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'start':
        case 'signal':
        case 'arm':
        case 'disarm':
          this.wires.outlet.push(effect);
          break;
        case 'started': {
          const tasks = effect.tasks.map((task) => ({ ...task, atMs: effect.atMs }));
          this.wires.outlet.send(effect.to, { kind: 'task.started', job: effect.job, shard: effect.shard, tasks });
          break;
        }
        case 'result': {
          const { id, job, shard, index, epoch, coordinator } = effect.assignment;
          const message = { kind: 'task.result' as const, job, shard, index, epoch, outcome: effect.outcome };
          this.wires.ask(coordinator, message, { task: id, epoch });
          break;
        }
        case 'handback': {
          const { to, job, shard, tasks, thief } = effect;
          const message = { kind: 'task.handback' as const, job, shard, tasks: [...tasks] };
          this.wires.ask(to, thief === undefined ? message : { ...message, to: thief }, undefined);
          break;
        }
      }
    }
  }

  #reply(to: NodeId, message: Message): void {
    this.wires.outlet.send(to, message);
  }
}
