import type { NodeId } from '../../kernel/ids.js';
import { taskId } from '../../kernel/ids.js';
import type { LoadVector } from '../../kernel/load.js';
import { shortage } from '../../kernel/resources.js';
import type { Now } from '../../kernel/time.js';
import type { Executor } from '../../executor/executor.js';
import type { Assignment } from '../../executor/assignment.js';
import type { Result } from '../../executor/results.js';
import type { ExecutorEffect, ExecutorEvent } from '../../executor/events.js';
import type { AttemptId, OutputChunk } from '../../executor/runner.js';
import type { FlockView } from '../../placement/flock-view.js';
import { STEALS_MAX } from '../../tasks/task-round.js';
import type { TaskMessages } from '../../tasks/messages.js';
import type { QueryMessages } from '../../tasks/queries.js';
import type { Reply, Request } from '../../kernel/effects.js';
import { nextAsked } from '../../tasks/asking.js';
import { GRANT_MS } from '../../executor/asking.js';
import { ballotOf } from '../../tasks/register/epochs.js';
import type { TellOf } from '../../tasks/register/messages.js';
import type { Manner } from './exchange.js';
import type { Outlet } from './outlet.js';
import type { Message } from './wire.js';

export type ToExecutor =
  | TaskMessages['task.offer' | 'task.revoke' | 'task.recall' | 'held.ask']
  | QueryMessages['query.output' | 'query.progress'];

/** The request behind a read of output. */
export interface OutputTag {
  readonly to: NodeId;
  readonly re: number;
}

/** What an executor is waiting to hear from a coordinator, and how often it has asked another in vain. */
export type ExecutorTag =
  | { readonly what: 'result'; readonly attempt: AttemptId; readonly hops: number }
  | { readonly what: 'grant'; readonly attempt: AttemptId; readonly nonce: number; readonly hops: number }
  | {
      readonly what: 'handback';
      readonly message: Request<TaskMessages['task.handback']>;
      readonly set: readonly NodeId[];
      readonly hops: number;
    };

type ShardName = Pick<TaskMessages['task.revoke'], 'job' | 'shard'>;

interface Wires {
  readonly outlet: Pick<Outlet<unknown, unknown>, 'push' | 'send'>;
  /** A number under which the core finds the request behind a read again. */
  readonly readFor: (tag: OutputTag) => number;
  readonly ownLoad: () => LoadVector;
  readonly bound: () => number;
  /** Outcomes that this node has recorded alone: it still holds them for a coordinator with a majority. */
  readonly provisional: (from: NodeId, shards: readonly ShardName[]) => TaskMessages['held.tell']['held'];
  /** To a coordinator of a ballot that is no good any more, for all that this node knows. */
  readonly refusals: (shards: TaskMessages['held.ask']['shards']) => TellOf<'refused'>[];
  ask(to: NodeId, message: Request<Message>, tag: ExecutorTag, how: Manner): void;
}

/** Coordinators that are remembered: with more of them waiting than this a node is not idle soon. */
const TURNED_AWAY_MAX = 16;

/** Speaks for the executor: turns messages of coordinators into its calls, and what it does into messages. */
export class ExecutorHost {
  /** Coordinators whose tasks were refused since this node was last idle. */
  readonly #turnedAway = new Set<NodeId>();

  constructor(
    private readonly self: NodeId,
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
        const { boot } = this.wires.ownLoad();
        const gone = unknown.filter((index) => !this.#isProposed(from, message, index));
        return this.#reply(from, { kind: 'task.revoked', re: message.ask, boot, unknown: gone });
      }
      case 'task.recall': {
        const { job, shard, tasks, ask: re } = message;
        const isMeant = (one: Assignment) =>
          one.job === job &&
          one.shard === shard &&
          tasks.some((task) => task.index === one.index && task.epoch === one.epoch);
        this.#perform(this.executor.giveTo(undefined, tasks.length, isMeant, now).effects);
        return this.#reply(from, { kind: 'task.recalled', re });
      }
      case 'held.ask': {
        const { held, effects } = this.executor.held(from, message.shards, now);
        const told: TaskMessages['held.tell']['held'] = held.map(
          ({ assignment: { job, shard, index, epoch }, state }) => ({
            job,
            shard,
            index,
            epoch,
            state,
          }),
        );
        told.push(...this.wires.provisional(from, message.shards));
        // First of all, or the answer would be leave to place something.
        const refused = from === this.self ? [] : this.wires.refusals(message.shards);
        if (refused.length > 0) this.#reply(from, { kind: 'register.tell', items: refused });
        this.#reply(from, { kind: 'held.tell', re: message.ask, boot: this.wires.ownLoad().boot, held: told });
        return this.#perform(effects);
      }
      case 'query.output':
        return this.#readOutput(from, message);
      case 'query.progress': {
        const { ask: re, job, index, epoch } = message;
        const attempt = { task: taskId(job, index), epoch };
        const { fraction, text } = this.executor.progress(attempt) ?? {};
        const queue = this.executor.queuePlace(attempt);
        const progress = { ...(fraction === undefined ? {} : { fraction }), ...(text === undefined ? {} : { text }) };
        return this.#reply(from, { kind: 'query.progress-told', re, progress, ...(queue ? { queue } : {}) });
      }
    }
  }

  step(event: ExecutorEvent, now: Now): void {
    this.#perform(this.executor.step(event, now));
  }

  /** Gives a thief up to `n` queued tasks; they go back to their coordinators, which offer them to it. */
  giveTo(thief: NodeId, n: number, now: Now): number {
    const capacity = this.view.member(thief)?.profile.capacity;
    const mayTake = ({ steals, work }: Assignment) => {
      return (
        steals < STEALS_MAX &&
        work.perNode !== true &&
        capacity !== undefined &&
        shortage(work.needs, capacity) === undefined
      );
    };
    const { given, effects } = this.executor.giveTo(thief, n, mayTake, now);
    this.#perform(effects);
    return given;
  }

  /**
   * This node has a free slot: coordinators that it turned away hear of it at once, for their tasks may wait still. As late
   * binding does (Ousterhout, Wendell, Zaharia, Stoica: Sparrow, SOSP 2013), this has the first of several nodes that is free run
   * a task, whatever was believed of their loads.
   */
  tellTurnedAway(): void {
    for (const node of this.#turnedAway) {
      this.wires.outlet.send(node, { kind: 'load.vector', vector: this.wires.ownLoad() });
    }
    this.#turnedAway.clear();
  }

  /** An attempt that has ended, and whose outcome this node is about to propose, is not unknown to it. */
  #isProposed(from: NodeId, { job, shard, tasks }: TaskMessages['task.revoke'], index: number): boolean {
    const epoch = tasks.find((task) => task.index === index)?.epoch;
    return this.wires.provisional(from, [{ job, shard }]).some((held) => held.index === index && held.epoch === epoch);
  }

  /** What a read of output brought. */
  output({ to, re }: OutputTag, chunk: OutputChunk | undefined): void {
    this.#reply(to, { kind: 'query.output-told', re, ...(chunk ? { found: { ...chunk } } : {}) });
  }

  #offer(from: NodeId, message: TaskMessages['task.offer'], now: Now): void {
    const { job, shard, set, spec: work, tasks, dueMs, startsNow = false } = message;
    const ballot = ballotOf(tasks[0]?.epoch ?? 0);
    const isMeant = message.executorBoot === this.wires.ownLoad().boot;
    const { accepted, reason, effects } = isMeant
      ? this.executor.offer({ from, ballot, startsNow, set, job, shard, dueMs, work, tasks }, now)
      : { accepted: [], reason: 'it has restarted since', effects: [] };
    if (accepted.length < tasks.length) this.#turnAway(from);
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

  /**
   * A coordinator has taken a result or a handback down, or somebody else must hear it.
   *
   * @param message - undefined where no answer came
   */
  answered(tag: ExecutorTag, from: NodeId, message: Reply<Message> | undefined, now: Now): void {
    if (message?.kind === 'task.takenback') {
      const isDeposed = tag.what === 'handback' && this.executor.isDeposed(tag.message, message.ballot);
      if (!isDeposed) return;
    }
    const hints = message?.kind === 'elsewhere' ? message.nodes : [];
    if (tag.what === 'handback') {
      const { to, delayMs } = nextAsked([...tag.set, this.self], from, hints, tag.hops);
      return this.wires.ask(to, tag.message, { ...tag, hops: tag.hops + 1 }, { patience: 'alive', delayMs });
    }
    if (tag.what === 'grant') return this.#grantAnswered(tag, from, message, hints, now);
    if (message?.kind === 'task.recorded') return this.step({ kind: 'recorded', attempt: tag.attempt }, now);
    const result = this.executor.results.get(tag.attempt);
    // A new coordinator has asked for it in between, and is told already.
    if (result?.assignment.coordinator !== from) return;
    const { to, delayMs } = nextAsked([...result.assignment.set, this.self], from, hints, tag.hops);
    result.assignment.coordinator = to;
    this.#tell(result, delayMs, tag.hops + 1);
  }

  /** An ask of which nobody knows is made of the next; one that is not open any more needs no answer. */
  #grantAnswered(
    tag: Extract<ExecutorTag, { readonly what: 'grant' }>,
    from: NodeId,
    message: Reply<Message> | undefined,
    hints: readonly NodeId[],
    now: Now,
  ): void {
    const { attempt, nonce, hops } = tag;
    if (message?.kind === 'task.granted') {
      return this.step({ kind: 'answered', attempt, nonce, isGranted: message.isGranted }, now);
    }
    const assignment = this.executor.asking(attempt, nonce);
    if (!assignment) return;
    const { to, delayMs } = nextAsked([...assignment.set, this.self], from, hints, hops);
    assignment.coordinator = to;
    this.#ask(assignment, nonce, delayMs, hops + 1);
  }

  #ask({ id, job, shard, index, epoch, coordinator }: Assignment, nonce: number, delayMs: number, hops: number): void {
    const { boot } = this.wires.ownLoad();
    const message = { kind: 'task.ask' as const, job, shard, index, epoch, boot, nonce };
    const tag = { what: 'grant' as const, attempt: { task: id, epoch }, nonce, hops };
    this.wires.ask(coordinator, message, tag, { patience: GRANT_MS, delayMs });
  }

  #tell({ assignment, outcome }: Result, delayMs: number, hops: number): void {
    const { id, job, shard, index, epoch, coordinator } = assignment;
    const message = { kind: 'task.result' as const, job, shard, index, epoch, outcome };
    const how = { patience: 'alive' as const, delayMs };
    this.wires.ask(coordinator, message, { what: 'result', attempt: { task: id, epoch }, hops }, how);
  }

  #turnAway(coordinator: NodeId): void {
    if (coordinator !== this.self && this.#turnedAway.size < TURNED_AWAY_MAX) this.#turnedAway.add(coordinator);
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
        case 'start-together':
        case 'next':
        case 'signal':
        case 'arm':
        case 'disarm':
          this.wires.outlet.push(effect);
          break;
        case 'started': {
          const tasks = effect.tasks.map((task) => ({ atMs: effect.atMs, ...task }));
          this.wires.outlet.send(effect.to, { kind: 'task.started', job: effect.job, shard: effect.shard, tasks });
          break;
        }
        case 'ask':
          this.#ask(effect.assignment, effect.nonce, 0, 0);
          break;
        case 'result':
          this.#tell(effect, 0, 0);
          break;
        case 'handback': {
          const { to, set, job, shard, tasks, thief, preempted } = effect;
          const stopped = preempted === undefined ? {} : { preempted };
          const message = { kind: 'task.handback' as const, job, shard, tasks: [...tasks], ...stopped };
          const handback = thief === undefined ? message : { ...message, to: thief };
          const tag = { what: 'handback' as const, message: handback, set, hops: 0 };
          this.wires.ask(to, handback, tag, { patience: 'alive' });
          break;
        }
      }
    }
  }

  #reply(to: NodeId, message: Message): void {
    this.wires.outlet.send(to, message);
  }
}
