import { expect } from 'chai';
import fc from 'fast-check';
import type { NodeId } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';
import type { TimerFired } from '../../src/kernel/timers.js';
import type { FlockView } from '../../src/placement/flock-view.js';
import { fairLoot, Stealing, type StealingConfig, type StealingEffect } from '../../src/placement/stealing.js';
import { flockOf, load, member, node, vectorOf } from './support.js';

const SELF = node(0);
const CONFIG: StealingConfig = { sample: 8, pauseMs: 2, pauseMaxMs: 64, patienceMs: 1_000 };

function thiefIn(view: FlockView, seed = 1, isNear = (_: NodeId) => true): Stealing {
  return new Stealing(SELF, view, new Prng(seed), isNear, CONFIG);
}

function fired(effects: readonly StealingEffect[]): TimerFired {
  const armed = effects.find((effect) => effect.kind === 'arm')!;
  return { kind: 'timer', timer: armed.timer };
}

function pauseOf(effects: readonly StealingEffect[]): number {
  return effects.flatMap((effect) => (effect.kind === 'arm' ? [effect.afterMs] : []))[0]!;
}

function ask(i: number): StealingEffect {
  return { kind: 'steal', from: node(i), patienceMs: 1_000 };
}

describe('Stealing', () => {
  it('should ask the node with most waiting, then the next, then pause', () => {
    const { view } = flockOf(5);
    load(view, node(1), { queued: 2 });
    load(view, node(2), { queued: 1, waiting: 8 });
    load(view, node(3), { queued: 5 });
    const thief = thiefIn(view);
    expect(thief.fired(fired(thief.idle()), true)).to.deep.equal([ask(2)]);
    expect(thief.answered(0, true)).to.deep.equal([ask(3)]);
    const [pause, ...rest] = thief.answered(undefined, true);
    expect([pause!.kind, rest]).to.deep.equal(['arm', []]);
    expect(thief.stolen).to.equal(0);
  });

  it('should look at a sample only', () => {
    const { view } = flockOf(60);
    for (let i = 1; i < 60; i++) load(view, node(i), { queued: i });
    const firsts = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const thief = thiefIn(view, seed);
      const [first] = thief.fired(fired(thief.idle()), true);
      if (first?.kind === 'steal') firsts.add(first.from);
    }
    expect(firsts.size, 'victims of forty thieves').to.be.above(8);
  });

  it('should ask only those it may, however much waits elsewhere', () => {
    const { view } = flockOf(4);
    for (const i of [1, 2, 3]) load(view, node(i), { queued: i });
    const thief = thiefIn(view, 1, (id) => id === node(1));
    expect(thief.fired(fired(thief.idle()), true)).to.deep.equal([ask(1)]);
    expect(thief.answered(0, true).map(({ kind }) => kind)).to.deep.equal(['arm']);
  });

  it('should arm one timer and ask one victim at a time', () => {
    const { view } = flockOf(2);
    load(view, node(1), { queued: 2 });
    const thief = thiefIn(view);
    const armed = thief.idle();
    expect(thief.idle()).to.deep.equal([]);
    expect(thief.fired(fired(armed), true)).to.deep.equal([ask(1)]);
    expect(thief.idle()).to.deep.equal([]);
    expect(thief.fired(fired(armed), true), 'the timer a second time').to.deep.equal([]);
  });

  it('should ask nobody where it has got work meanwhile', () => {
    const { view } = flockOf(3);
    for (const i of [1, 2]) load(view, node(i), { queued: 2 });
    const thief = thiefIn(view);
    expect(thief.fired(fired(thief.idle()), false)).to.deep.equal([]);
    expect(thief.fired(fired(thief.idle()), true)).to.have.length(1);
    expect(thief.answered(0, false)).to.deep.equal([]);
    expect(thief.idle(), 'idle again').to.have.length(1);
  });

  it('should stop once nobody has work, and start when somebody has', () => {
    const { view } = flockOf(2);
    const thief = thiefIn(view);
    expect(thief.idle()).to.deep.equal([]);
    load(view, node(1), { queued: 1 });
    const armed = thief.idle();
    load(view, node(1), { running: 3 });
    expect(thief.fired(fired(armed), true)).to.deep.equal([]);
    expect(thief.idle()).to.deep.equal([]);
    load(view, node(1), { waiting: 1 });
    expect(thief.idle()).to.have.length(1);
  });

  it('should never ask itself, nor wake for what waits nowhere but here', () => {
    const { view } = flockOf(2);
    load(view, SELF, { waiting: 100 });
    const thief = thiefIn(view);
    expect(thief.idle()).to.deep.equal([]);
    load(view, node(1), { queued: 1 });
    expect(thief.fired(fired(thief.idle()), true)).to.deep.equal([ask(1)]);
    const paused = thief.answered(0, true);
    load(view, node(1), {});
    expect(thief.fired(fired(paused), true)).to.deep.equal([]);
  });

  it('should not ask nodes that died since they spoke', () => {
    const { view } = flockOf(3);
    for (const i of [1, 2]) load(view, node(i), { queued: i });
    const thief = thiefIn(view);
    const armed = thief.idle();
    view.update(member(node(2), { state: 'dead' }));
    expect(thief.fired(fired(armed), true)).to.deep.equal([ask(1)]);
  });

  it('should wait longer after each search in vain, within its bounds, and briefly after a success', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { view } = flockOf(2);
        load(view, node(1), { queued: 9 });
        const thief = thiefIn(view, seed);
        let effects = thief.idle();
        for (const usual of [2, 4, 8, 16, 32, 64, 64, 64]) {
          expect(pauseOf(effects)).to.be.within(usual / 2, 1.5 * usual);
          thief.fired(fired(effects), true);
          effects = thief.answered(0, true);
        }
        thief.fired(fired(effects), true);
        expect(thief.answered(3, true)).to.deep.equal([]);
        expect(thief.stolen).to.equal(3);
        expect(pauseOf(thief.idle())).to.be.within(1, 3);
      }),
    );
  });
});

describe('Fair loot', () => {
  const thief = (free: number) => vectorOf(node(0), { free });

  it('should be half of what waits, rounded up, and no more than the thief can start', () => {
    expect([0, 1, 2, 7].map((waiting) => fairLoot(waiting, thief(8)))).to.deep.equal([0, 1, 1, 4]);
    expect(fairLoot(100, thief(8))).to.equal(8);
    expect(fairLoot(100, thief(0))).to.equal(0);
    expect(fairLoot(100, thief(0.5))).to.equal(1);
  });
});
