import { expect } from 'chai';
import { nextAsked } from '../../src/tasks/asking.js';
import { node } from './support/fixtures.js';

const SET = ['a', 'b', 'c'].map(node);
const next = (asked: string, hints: string[] = [], hops = 0) => nextAsked(SET, node(asked), hints.map(node), hops);

describe('whom to ask next', () => {
  it('should be the next of the set, round and round, after a pause', () => {
    expect(['a', 'b', 'c'].map((asked) => next(asked))).to.deep.equal(
      ['b', 'c', 'a'].map((to) => ({ to, delayMs: 250 })),
    );
  });

  it('should be whom the one asked points at, at once, though it be outside the set', () => {
    expect(next('a', ['c'])).to.deep.equal({ to: 'c', delayMs: 0 });
    expect(next('a', ['z', 'c'])).to.deep.equal({ to: 'z', delayMs: 0 });
  });

  it('should not be the one asked again because it points at itself', () => {
    expect(next('a', ['a'])).to.deep.equal({ to: 'b', delayMs: 250 });
    expect(next('a', ['a', 'c'])).to.deep.equal({ to: 'c', delayMs: 0 });
  });

  it('should come after a pause where nodes only point at each other', () => {
    expect([0, 1, 2, 3, 4].map((hops) => next('a', ['b'], hops).delayMs)).to.deep.equal([0, 0, 0, 250, 250]);
  });

  it('should be the first of the set after a node outside it', () => {
    expect(next('z')).to.deep.equal({ to: 'a', delayMs: 250 });
    expect(() => nextAsked([], node('a'), [], 0)).to.throw(/empty replica set/);
  });
});
