import { expect } from 'chai';
import { at } from './support/brief.js';
import { node } from './support/fixtures.js';
import { Home, successor } from './support/home.js';
import { before, held, tell } from './support/taken-over.js';

describe('a coordinator that takes nodes for dead', () => {
  /** A coordinator of ballot 2 that gave x up, and whoever comes after it. */
  function gaveUp(): { home: Home; next: (dead: readonly string[], members?: readonly string[]) => Home } {
    const { home } = successor(before().stored(), ['y'], { y: 9 });
    home.dead = ['x'];
    expect(tell(home, 'y', held(1, at(1, 2), 'queued'))).to.deep.equal(['write shard -x@2']);
    const next = (dead: readonly string[], members: readonly string[] = ['x']) => {
      const made = successor(home.stored(), members, { y: 9 }).home;
      made.dead = dead;
      return made;
    };
    return { home, next };
  }

  it('should place nothing before that is on record, and take the last word on it', () => {
    const { home } = gaveUp();
    expect(home.pump()).to.deep.equal([]);
    home.dead = ['x', 'z'];
    home.step({ kind: 'peer-gone', node: node('z') });
    expect(home.sync()).to.deep.equal(['write shard -x@2 -z@2']);
    expect(home.pump()).to.deep.equal(['offer y 2@2.1 0@2.2 4@2.3']);
  });

  it('should write nothing where all have answered', () => {
    const { home } = successor(before().stored(), ['y'], { y: 9 });
    tell(home, 'y', held(1, at(1, 2), 'queued'));
    expect(home.pump()).to.deep.equal(['offer y 2@2.1 0@2.2 4@2.3']);
  });

  it('should take up itself what it has not started again', () => {
    const { home } = gaveUp();
    home.sync();
    home.members = ['x', 'y'];
    home.step({ kind: 'peer-here', node: node('x') });
    expect(tell(home, 'x', held(0, at(1, 1)))).to.deep.equal(['write 0 pending']);
  });

  it('should leave to no successor what they held of before, while they run or have ended', () => {
    const { home, next } = gaveUp();
    home.sync();
    const again = next([]);
    expect(tell(again, 'x', held(0, at(1, 1)), held(4, at(2, 7)))).to.deep.equal(['revoke x 0@1.1', 'write 4 pending']);
    expect(again.result('x', 0, at(1, 1), 'succeeded')).to.deep.equal(['task.recorded to x']);
    expect(again.record(0)).to.equal(undefined);
  });

  it('should keep that over any number of takeovers', () => {
    const { home, next } = gaveUp();
    home.sync();
    const third = next(['x', 'z'], ['y']);
    expect(tell(third, 'y')).to.deep.equal(['write shard -x@2 -x@3 -z@3']);
    third.step({ kind: 'peer-here', node: node('x') });
    expect(tell(third, 'x', held(0, at(1, 1))), 'given up before').to.deep.equal(['revoke x 0@1.1']);
    third.sync();
    const fourth = successor(third.stored(), ['x', 'z'], { y: 9 }).home;
    expect(tell(fourth, 'x', held(0, at(2, 1)))).to.deep.equal(['revoke x 0@2.1']);
    fourth.dead = ['y'];
    expect(tell(fourth, 'z')).to.deep.equal(['write shard -x@3 -z@3 -y@4']);
  });

  it('should take an outcome that a survivor recorded alone, of whichever attempt', () => {
    const { home, next } = gaveUp();
    home.sync();
    const again = next([], ['y']);
    expect(again.result('x', 0, at(1, 1), 'succeeded', { degraded: true })).to.deep.equal(['write 0 succeeded']);
  });

  it('should neither write nor call back what runs at most once, which is not started again', () => {
    const old = new Home({ x: 1 });
    old.open(1, { contract: 'at-most-once' });
    const { home } = successor(old.stored(), ['y'], { y: 9 });
    home.dead = ['x'];
    expect(tell(home, 'y')).to.deep.equal([]);
    expect(home.pump()).to.deep.equal(['offer y 0@2.1']);
  });
});
