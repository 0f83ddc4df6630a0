import { expect } from 'chai';
import fc from 'fast-check';
import { taskId } from '../../src/kernel/ids.js';
import { addResources, type Resources } from '../../src/kernel/resources.js';
import type { ExecutorEffect } from '../../src/executor/events.js';
import { DISCIPLINE_NAMES, type DisciplineName } from '../../src/kernel/disciplines.js';
import type { AttemptId } from '../../src/executor/runner.js';
import { endOf, indexOf, JOB, offerOf, resources, Rig, workOf } from './support.js';

const TASKS = 8;
const CAPACITY = resources(1, { gpus: 1 });
const SIZES: readonly Resources[] = [0, 0.1, 0.3, 0.7, 1].map((cpus) =>
  resources(cpus, { gpus: cpus === 0.7 ? 1 : 0 }),
);

const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('offer' as const), index: fc.nat(TASKS - 1), size: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), index: fc.nat(TASKS - 1) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), index: fc.nat(TASKS - 1), code: fc.nat(1) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('follow' as const), index: fc.nat(TASKS - 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const), index: fc.nat(TASKS - 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('steal' as const), n: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('timer' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'leave' as const }) },
);
const discipline = fc.constantFrom(...DISCIPLINE_NAMES);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** A coordinator and a runner that remember everything, and look after each step whether it can be so. */
class Witness {
  readonly rig: Rig;
  readonly offers = new Map<number, { epoch: number; size: Resources; accepted: boolean }>();
  /** What the runner runs now: the attempt's needs, by task and epoch. */
  readonly running = new Map<string, Resources>();
  readonly begun = new Set<string>();
  /** What the runner starts by itself when something ends. */
  next: AttemptId | undefined;
  readonly open = new Set<string>();
  readonly timers: Extract<ExecutorEffect, { kind: 'arm' }>[] = [];
  /** Results that the coordinator has and has not yet said so. */
  readonly told: { readonly index: number; readonly epoch: number }[] = [];
  #epoch = 0;

  constructor(discipline: DisciplineName) {
    this.rig = new Rig(CAPACITY, { queueMax: 4, runningMax: 5, discipline });
  }

  act(action: Action): void {
    const { rig } = this;
    rig.effects = [];
    switch (action.do) {
      case 'offer':
        this.#offer(action.index, ++this.#epoch, SIZES[action.size]!);
        break;
      case 'repeat': {
        const before = this.offers.get(action.index);
        if (!before) return;
        this.#offer(action.index, before.epoch, before.size);
        expect(this.offers.get(action.index), 'a repeat gets the same answer').to.deep.equal(before);
        break;
      }
      case 'end':
        for (const key of this.running.keys()) {
          const [index, epoch] = key.split('@').map(Number) as [number, number];
          if (index === action.index) rig.end(index, { exitCode: action.code }, epoch);
        }
        break;
      case 'follow':
        this.#follow(action.index);
        break;
      case 'revoke':
        rig.revoke({ index: action.index, epoch: this.offers.get(action.index)?.epoch ?? 1 });
        break;
      case 'steal':
        rig.giveTo(action.n);
        break;
      case 'timer': {
        const armed = this.timers[action.which];
        if (armed) rig.step({ kind: 'timer', timer: armed.timer });
        break;
      }
      case 'leave':
        rig.step({ kind: 'leave' });
        break;
    }
    this.#witness();
  }

  /** Ends the attempt at `index` as a runner does that has a slot to spare. */
  #follow(index: number): void {
    const key = [...this.running.keys()].find((key) => key.startsWith(`${index}@`));
    const follower = this.next;
    if (key === undefined || follower === undefined) return;
    const attempt = { task: taskId(JOB, index), epoch: Number(key.split('@')[1]) };
    this.running.delete(key);
    this.#begin(follower);
    this.next = undefined;
    this.rig.step({ kind: 'ended', attempt, end: endOf(), follower });
  }

  #begin({ task, epoch }: AttemptId): void {
    const index = indexOf(task);
    const key = `${index}@${epoch}`;
    expect(this.begun.has(key), `${key} starts a second time`).to.equal(false);
    expect(
      [...this.running.keys()].some((other) => other.startsWith(`${index}@`)),
      `${key} runs twice`,
    ).to.equal(false);
    this.begun.add(key);
    this.running.set(key, this.offers.get(index)!.size);
  }

  #offer(index: number, epoch: number, size: Resources): void {
    const work = workOf({ needs: size, timeoutMs: 1_000 });
    const accepted = this.rig.offer(offerOf([{ index, epoch }], { work })).accepted.includes(index);
    if (accepted && this.offers.get(index)?.epoch !== epoch) this.open.add(`${index}@${epoch}`);
    this.offers.set(index, { epoch, size, accepted });
  }

  #witness(): void {
    const { rig } = this;
    for (const effect of rig.effects) {
      if (effect.kind === 'arm') this.timers.unshift(effect);
      if (effect.kind === 'start') this.#begin(effect.attempt);
      if (effect.kind === 'next') this.next = effect.next?.attempt;
      if (effect.kind === 'result') this.#close(effect.assignment.index, effect.assignment.epoch);
      if (effect.kind === 'handback') for (const { index, epoch } of effect.tasks) this.#close(index, epoch);
    }
    const used = [...this.running.values()].reduce((sum, size) => addResources(sum, size), resources(0));
    expect(rig.executor.free).to.deep.equal(addResources(CAPACITY, used, -1));
    expect(Math.min(rig.executor.free.cpus, rig.executor.free.gpus)).to.be.at.least(0);
    expect(rig.executor.running).to.equal(this.running.size).and.be.at.most(5);
    expect(rig.executor.queued).to.be.at.most(4);
    expect(rig.executor.queued === 0 || this.running.size > 0, 'all wait for nothing').to.equal(true);
  }

  /** Each accepted attempt is told of once: by its result, or by being handed back. */
  #close(index: number, epoch: number): void {
    const key = `${index}@${epoch}`;
    expect(this.open.delete(key), `${key} is told of, but is not open`).to.equal(true);
    this.running.delete(key);
    if (this.rig.effects.some(({ kind }) => kind === 'result')) this.told.push({ index, epoch });
  }

  record(): void {
    for (const { index, epoch } of this.told.splice(0)) this.rig.record(index, epoch);
  }

  /** Ends whatever runs until nothing does. */
  drain(): void {
    for (let rounds = 0; this.running.size > 0; rounds++) {
      expect(rounds).to.be.below(1_000);
      for (let index = 0; index < TASKS; index++) this.act({ do: 'end', index, code: 0 });
      this.record();
    }
  }
}

describe('An executor to which anything happens', () => {
  it('should run nothing twice, leak nothing, and owe nobody an answer', () => {
    fc.assert(
      fc.property(discipline, fc.array(fc.tuple(action, fc.boolean()), { maxLength: 60 }), (discipline, actions) => {
        const witness = new Witness(discipline);
        for (const [action, isRecorded] of actions) {
          witness.act(action);
          if (isRecorded) witness.record();
        }
        witness.drain();
        witness.record();
        const { executor } = witness.rig;
        expect(executor.isIdle, 'idle in the end').to.equal(true);
        expect([executor.free, executor.workMs]).to.deep.equal([CAPACITY, 0]);
        expect(witness.rig.held(1)).to.deep.equal([]);
      }),
      { numRuns: 500 },
    );
  });
});
