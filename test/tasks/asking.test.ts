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

  it('should be a member of the set in its turn where nodes only point at each other', () => {
    const asked: unknown[] = [];
    let to = node('y');
    for (let hops = 0; hops < 12; hops++) {
      const found = nextAsked(SET, to, [node(to === 'z' ? 'y' : 'z')], hops);
      asked.push(found.delayMs > 0 ? `${found.to} after a pause` : found.to);
      to = found.to;
    }
    const turns = [
      'z',
      'y',
      'z',
      'a after a pause',
      'z',
      'y',
      'z',
      'b after a pause',
      'z',
      'y',
      'z',
      'c after a pause',
    ];
    expect(asked).to.deep.equal(turns);
  });

  it('should be each of the hints in its turn: not all of a set that is named know of it yet', () => {
    expect([0, 4, 8, 12].map((hops) => next('a', ['x', 'y', 'z'], hops).to)).to.deep.equal(['x', 'y', 'z', 'x']);
  });

  it('should be each of the set in its turn after nodes outside it', () => {
    expect([1, 5, 9].map((hops) => next('z', [], hops).to)).to.deep.equal(['a', 'b', 'c']);
  });

  it('should be the first of the set after a node outside it', () => {
    expect(next('z')).to.deep.equal({ to: 'a', delayMs: 250 });
    expect(() => nextAsked([], node('a'), [], 0)).to.throw(/empty replica set/);
  });
});
