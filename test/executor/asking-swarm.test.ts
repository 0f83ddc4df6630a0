import { expect } from 'chai';
import fc from 'fast-check';
import { nodeId, taskId } from '../../src/kernel/ids.js';
import { GRANT_MS } from '../../src/executor/asking.js';
import { HOME, indexOf, JOB, offerOf, resources, Rig, workOf } from './support.js';

const TASKS = 5;
const CPUS = 2;
const index = fc.nat(TASKS - 1);

const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('offer' as const), index, isOnce: fc.boolean() }) },
  /** Any answer to any ask that there ever was: late, a second time, to one that is closed. */
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('answer' as const), which: fc.nat(9), isGranted: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: GRANT_MS }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('timer' as const), which: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const), index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('steal' as const), n: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('takeover' as const), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'leave' as const }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

interface Ask {
  readonly index: number;
  readonly epoch: number;
  readonly nonce: number;
  readonly atMs: number;
  isOpen: boolean;
}

/** Coordinators and a runner that remember every ask, and look whether each start was granted to one that is open. */
class Witness {
  readonly rig = new Rig(resources(CPUS));
  readonly asks: Ask[] = [];
  readonly timers: Extract<Rig['effects'][number], { kind: 'arm' }>[] = [];
  readonly running = new Map<number, number>();
  readonly begun = new Set<string>();
  readonly over = new Set<string>();
  readonly needsGrant = new Set<string>();
  /** What the executor is being told in this very step. */
  granted: Ask | undefined;
  #epoch = 0;
  #ballot = 1;

  act(action: Action): void {
    const { rig } = this;
    rig.effects = [];
    this.granted = undefined;
    switch (action.do) {
      case 'offer': {
        const epoch = ++this.#epoch;
        const work = workOf({ contract: action.isOnce ? 'at-most-once' : 'at-least-once' });
        if (action.isOnce) this.needsGrant.add(`${action.index}@${epoch}`);
        rig.offer(offerOf([{ index: action.index, epoch }], { work, ballot: this.#ballot }));
        break;
      }
      case 'answer': {
        const ask = this.asks.at(-1 - action.which);
        if (ask) this.answer(ask, action.isGranted);
        break;
      }
      case 'pass':
        rig.monoMs += action.ms;
        break;
      case 'timer': {
        const armed = this.timers[action.which];
        if (armed) rig.step({ kind: 'timer', timer: armed.timer });
        break;
      }
      case 'end': {
        const epoch = this.running.get(action.index);
        if (epoch === undefined) break;
        this.running.delete(action.index);
        rig.end(action.index, {}, epoch);
        break;
      }
      case 'revoke':
        rig.revoke({ index: action.index, epoch: this.#epoch });
        break;
      case 'steal':
        rig.giveTo(action.n);
        break;
      case 'takeover': {
        this.#ballot += 1;
        const shard = { job: JOB, shard: 0, ballot: this.#ballot, set: [HOME] };
        for (const ask of this.asks) ask.isOpen = false;
        rig.effects = rig.executor.held(nodeId(`c${action.who}`), [shard], rig.now).effects;
        break;
      }
      case 'leave':
        rig.step({ kind: 'leave' });
        break;
    }
    this.#witness();
  }

  answer(ask: Ask, isGranted: boolean): void {
    this.granted = isGranted ? ask : undefined;
    const attempt = { task: taskId(JOB, ask.index), epoch: ask.epoch };
    this.rig.step({ kind: 'answered', attempt, nonce: ask.nonce, isGranted });
  }

  #witness(): void {
    const { rig } = this;
    for (const effect of rig.effects) {
      if (effect.kind === 'arm') this.timers.unshift(effect);
      if (effect.kind === 'start') this.#begin(indexOf(effect.attempt.task), effect.attempt.epoch);
      if (effect.kind === 'next' && effect.next) {
        const { task, epoch } = effect.next.attempt;
        expect(this.needsGrant.has(`${indexOf(task)}@${epoch}`), 'follows without a grant').to.equal(false);
      }
      if (effect.kind === 'result') this.#end(effect.assignment.index, effect.assignment.epoch);
      if (effect.kind === 'handback') for (const task of effect.tasks) this.#end(task.index, task.epoch);
      if (effect.kind === 'ask') {
        const { assignment, nonce } = effect;
        for (const ask of this.asks) if (ask.index === assignment.index) ask.isOpen = false;
        this.asks.push({ index: assignment.index, epoch: assignment.epoch, nonce, atMs: rig.monoMs, isOpen: true });
      }
    }
    const held = rig.executor.running;
    expect(rig.executor.free.cpus, 'what runs or asks has its place').to.equal(CPUS - held);
    expect(held).to.be.at.least(this.running.size).and.at.most(CPUS);
  }

  #begin(index: number, epoch: number): void {
    const key = `${index}@${epoch}`;
    expect(this.begun.has(key), `${key} starts a second time`).to.equal(false);
    expect(this.over.has(key), `${key} starts after it was given up`).to.equal(false);
    this.begun.add(key);
    this.running.set(index, epoch);
    if (!this.needsGrant.has(key)) return;
    const { granted } = this;
    expect(granted && `${granted.index}@${granted.epoch}`, 'what is granted').to.equal(key);
    expect(granted?.isOpen, `the ask of ${key} is open`).to.equal(true);
    expect(this.rig.monoMs - (granted?.atMs ?? 0), `the age of the ask of ${key}`).to.be.at.most(GRANT_MS);
  }

  #end(index: number, epoch: number): void {
    this.over.add(`${index}@${epoch}`);
    for (const ask of this.asks) if (ask.index === index && ask.epoch === epoch) ask.isOpen = false;
  }

  /** Answers what asks and ends what runs, until nothing is left. */
  drain(): void {
    for (let rounds = 0; this.rig.executor.running + this.rig.executor.queued > 0; rounds++) {
      expect(rounds).to.be.below(200);
      const open = this.asks.findLast(({ isOpen }) => isOpen);
      if (open) {
        this.rig.effects = [];
        this.answer(open, true);
        open.isOpen = open.isOpen && this.rig.started.includes(open.index);
        this.#witness();
        open.isOpen = false;
      }
      for (let at = 0; at < TASKS; at++) this.act({ do: 'end', index: at });
    }
  }
}

describe('an executor of both contracts to which anything happens', () => {
  it('should start what needs a grant only under one that is in time, and of the ask that is open', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const witness = new Witness();
        for (const action of actions) witness.act(action);
        witness.drain();
        expect([witness.rig.executor.free, witness.rig.executor.workMs]).to.deep.equal([resources(CPUS), 0]);
      }),
      { numRuns: 500 },
    );
  });
});
