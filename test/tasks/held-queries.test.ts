import { expect } from 'chai';
import { TimerBook, type TimerEffect } from '../../src/kernel/timers.js';
import { HeldQueries } from '../../src/tasks/held-queries.js';
import { node } from './support/fixtures.js';

const now = (monoMs: number) => ({ monoMs, wallMs: 0 });
const query = (re: number, topic: string, untilMs: number) => ({ from: node('x'), re, topic, untilMs });
const waits = (effects: readonly TimerEffect[]) =>
  effects.map((effect) => (effect.kind === 'arm' ? effect.afterMs : -1));

describe('queries that wait', () => {
  it('should be let go with their topic', () => {
    const held = new HeldQueries(new TimerBook('t'));
    held.hold(query(1, 'a', 10), now(0));
    held.hold(query(2, 'b', 10), now(0));
    expect(held.release('a').map(({ re }) => re)).to.deep.equal([1]);
    expect(held.release('a')).to.deep.equal([]);
  });

  it('should be served by one timer, set to the first that is due', () => {
    const held = new HeldQueries(new TimerBook('t'));
    expect(waits(held.hold(query(1, 'a', 50), now(0)))).to.deep.equal([50]);
    expect(waits(held.hold(query(2, 'a', 30), now(10)))).to.deep.equal([20]);
    const { due, effects } = held.expire(now(30));
    expect(due.map(({ re }) => re)).to.deep.equal([2]);
    expect(waits(effects)).to.deep.equal([20]);
    expect(held.expire(now(50)).due.map(({ re }) => re)).to.deep.equal([1]);
    expect(held.release('a')).to.deep.equal([]);
  });

  it('should be held once, however often they are sent', () => {
    const held = new HeldQueries(new TimerBook('t'));
    held.hold(query(1, 'a', 50), now(0));
    expect(held.hold(query(1, 'a', 90), now(40)), 'nor any longer').to.deep.equal([]);
    expect(held.expire(now(50)).due).to.have.length(1);
  });
});
