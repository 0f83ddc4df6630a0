import { expect } from 'chai';
import { EXECUTOR_DEFAULTS } from '../../../src/executor/config.js';
import { Executor } from '../../../src/executor/executor.js';
import type { DisciplineName } from '../../../src/kernel/disciplines.js';
import { nodeId } from '../../../src/kernel/ids.js';
import { ExecutorHost, type ExecutorTag } from '../../../src/node/core/executor-host.js';
import type { Message } from '../../../src/node/core/wire.js';
import { FlockView } from '../../../src/placement/flock-view.js';
import { RingCache } from '../../../src/ring/ring-cache.js';
import type { TellOf } from '../../../src/tasks/register/messages.js';
import { EPOCHS_PER_BALLOT } from '../../../src/tasks/register/epochs.js';
import { endOf, indexOf, JOB, resources } from '../../executor/support.js';
import { vectorOf } from '../../placement/support.js';
import { specOf } from '../../tasks/support/fixtures.js';

const SELF = nodeId('self');
const SET = ['a', 'b', 'c'].map(nodeId);
const NOW = { monoMs: 0, wallMs: 0 };

/** An executor of one CPU behind its host, and in short what it asks and replies. */
class Rig {
  readonly asked: { readonly to: string; readonly tag: ExecutorTag }[] = [];
  readonly executor: Executor;
  readonly host: ExecutorHost;
  /** Indexes of the tasks that were started. */
  readonly started: number[] = [];
  refusals: TellOf<'refused'>[] = [];
  #said: string[] = [];

  constructor(discipline: DisciplineName = 'fifo') {
    const admission = { bound: () => 9, workBoundMs: () => Infinity };
    this.executor = new Executor(SELF, resources(1), {}, admission, { ...EXECUTOR_DEFAULTS, discipline });
    this.host = new ExecutorHost(SELF, this.executor, new FlockView(new RingCache(() => 0)), {
      outlet: {
        push: (effect) => {
          if (effect.kind === 'start') this.started.push(indexOf(effect.attempt.task));
        },
        send: (to, message: Message) => {
          const more =
            'accepted' in message
              ? ` ${message.accepted.join()}`
              : message.kind === 'held.tell'
                ? ` ${message.held.length}`
                : '';
          this.#said.push(`${message.kind}${more} to ${to}`);
        },
      },
      readFor: () => 0,
      ownLoad: () => vectorOf(SELF, { boot: 3 }),
      bound: () => 9,
      provisional: () => [],
      refusals: () => this.refusals,
      ask: (to, message, tag, { delayMs = 0 }) => {
        this.asked.push({ to, tag });
        this.#said.push(`${message.kind} to ${to}${delayMs > 0 ? ` in ${delayMs} ms` : ''}`);
      },
    });
  }

  /** What was said in the meantime. */
  said(run: () => void): string[] {
    this.#said = [];
    run();
    return this.#said;
  }

  offer(from: string, epoch: number, given: { executorBoot?: number; index?: number; dueMs?: number } = {}): string[] {
    const { executorBoot = 3, index = 0, dueMs } = given;
    const tasks = [{ index, epoch, attempt: 1, steals: 0 }];
    const spec = { ...specOf(), needs: resources(1) };
    const due = dueMs === undefined ? {} : { dueMs };
    const about = { job: JOB, shard: 0, set: SET, executorBoot, spec, tasks, ...due };
    const message = { kind: 'task.offer' as const, ask: 1, ...about };
    return this.said(() => this.host.message(nodeId(from), message, NOW));
  }

  end(epoch: number, index = 0): string[] {
    const attempt = { task: `${JOB}/${index}` as never, epoch };
    return this.said(() => this.host.step({ kind: 'ended', attempt, end: endOf() }, NOW));
  }

  /** The node that was asked last answers, or does not. */
  answer(message?: object): string[] {
    const { to, tag } = this.asked.at(-1)!;
    return this.said(() => this.host.answered(tag, nodeId(to), message as never, NOW));
  }

  ask(from: string, ballot: number): string[] {
    const shards = [{ job: JOB, shard: 0, ballot, set: SET }];
    return this.said(() => this.host.message(nodeId(from), { kind: 'held.ask', ask: 9, shards }, NOW));
  }
}

const FIRST = EPOCHS_PER_BALLOT + 1;
const elsewhere = (...nodes: string[]) => ({ kind: 'elsewhere', nodes });

describe('an executor to its coordinators', () => {
  it('should tell a result to one replica after the other, until it is recorded', () => {
    const rig = new Rig();
    rig.offer('a', FIRST);
    expect(rig.end(FIRST)).to.deep.equal(['task.result to a']);
    expect(rig.answer(), 'no answer').to.deep.equal(['task.result to b in 250 ms']);
    expect(rig.answer(elsewhere()), 'nobody coordinates it').to.deep.equal(['task.result to c in 250 ms']);
    expect(rig.answer(elsewhere('b')), 'that one does').to.deep.equal(['task.result to b']);
    expect(rig.executor.isIdle).to.equal(false);
    expect(rig.answer({ kind: 'task.recorded' })).to.deep.equal([]);
    expect(rig.executor.isIdle).to.equal(true);
  });

  it('should know by when their jobs are to have ended', () => {
    const rig = new Rig('edf');
    for (const [index, dueMs] of [undefined, undefined, 900, 800].entries()) {
      rig.offer('a', FIRST + index, dueMs === undefined ? { index } : { index, dueMs });
    }
    for (const index of [0, 3, 2]) rig.end(FIRST + index, index);
    expect(rig.started).to.deep.equal([0, 3, 2, 1]);
  });

  it('should tell whom it turned away, once, when it is idle', () => {
    const rig = new Rig();
    for (let index = 0; index < 9; index++) rig.offer('a', FIRST + index, { index });
    expect(rig.offer('b', FIRST, { index: 10 })).to.deep.equal(['task.offered  to b']);
    rig.offer('c', FIRST, { index: 11 });
    rig.offer('self', FIRST, { index: 12 });
    expect(rig.said(() => rig.host.tellTurnedAway())).to.deep.equal(['load.vector to b', 'load.vector to c']);
    expect(rig.said(() => rig.host.tellTurnedAway())).to.deep.equal([]);
  });

  it('should refuse a ballot below one of its own before it says what it holds', () => {
    const rig = new Rig();
    const head = { set: SET, generation: 0, createdAtMs: 1, digest: 7, bornAtMs: 1 };
    rig.refusals = [{ kind: 'refused', id: JOB, n: 2, promised: 3, head }];
    expect(rig.ask('b', 2)).to.deep.equal(['register.tell to b', 'held.tell 0 to b']);
    expect(rig.ask('self', 2), 'that is its own').to.deep.equal(['held.tell 0 to self']);
  });

  it('should not tell it once more where a new coordinator has asked for it in between', () => {
    const rig = new Rig();
    rig.offer('a', FIRST);
    rig.end(FIRST);
    const first = rig.asked.at(-1)!;
    expect(rig.ask('b', 2)).to.deep.equal(['held.tell 1 to b', 'task.result to b']);
    expect(rig.said(() => rig.host.answered(first.tag, nodeId('a'), undefined, NOW))).to.deep.equal([]);
  });

  it('should hand tasks back to whoever coordinates them', () => {
    const rig = new Rig();
    rig.offer('a', FIRST);
    rig.offer('a', FIRST + 1, { index: 1 });
    expect(rig.said(() => rig.host.step({ kind: 'leave' }, NOW))).to.deep.equal(['task.handback to a']);
    expect(rig.answer(elsewhere('c'))).to.deep.equal(['task.handback to c']);
    expect(rig.answer()).to.deep.equal(['task.handback to self in 250 ms']);
    expect(rig.answer({ kind: 'task.takenback' })).to.deep.equal([]);
  });

  it('should hand tasks back to no coordinator that another one has deposed', () => {
    const rig = new Rig();
    rig.offer('a', FIRST);
    rig.offer('a', FIRST + 1, { index: 1 });
    rig.ask('b', 2);
    expect(rig.said(() => rig.host.step({ kind: 'leave' }, NOW))).to.deep.equal(['task.handback to b']);
    expect(rig.answer(), 'it is taken for dead').to.deep.equal(['task.handback to c in 250 ms']);
    rig.answer(elsewhere('a'));
    expect(rig.answer({ kind: 'task.takenback', ballot: 1 })).to.deep.equal(['task.handback to b in 250 ms']);
    expect(rig.answer({ kind: 'task.takenback', ballot: 2 })).to.deep.equal([]);
  });

  it('should refuse an offer that was meant for its earlier boot, or is of a coordinator of old', () => {
    const rig = new Rig();
    expect(rig.offer('a', FIRST, { executorBoot: 2 })).to.deep.equal(['task.offered  to a']);
    rig.ask('b', 2);
    expect(rig.offer('a', FIRST)).to.deep.equal(['task.offered  to a']);
    expect(rig.offer('b', 2 * EPOCHS_PER_BALLOT + 1)[0]).to.equal('task.offered 0 to b');
  });

  it('should keep telling what it knows though the attempt is forgotten meanwhile', () => {
    const rig = new Rig();
    rig.offer('a', FIRST);
    rig.end(FIRST);
    rig.host.step({ kind: 'recorded', attempt: { task: `${JOB}/0` as never, epoch: FIRST } }, NOW);
    expect(rig.answer(), 'there is nothing to tell').to.deep.equal([]);
  });
});
