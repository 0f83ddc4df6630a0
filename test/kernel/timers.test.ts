import { expect } from 'chai';
import { TimerBook, type TimerEffect } from '../../src/kernel/timers.js';

const tokenOf = ({ timer }: TimerEffect) => timer;

describe('timer book', () => {
  let book: TimerBook;
  beforeEach(() => (book = new TimerBook('swim')));

  it('should arm with a token of its own', () => {
    const effect = book.arm('probe', 500);
    expect(effect).to.deep.equal({ kind: 'arm', timer: { owner: 'swim', name: 'probe', serial: 1 }, afterMs: 500 });
    expect(book.isArmed('probe')).to.equal(true);
    expect(book.isArmed('other')).to.equal(false);
  });

  it('should take a token once', () => {
    const token = tokenOf(book.arm('probe', 1));
    expect(book.fired(token)).to.equal(true);
    expect(book.isArmed('probe')).to.equal(false);
    expect(book.fired(token)).to.equal(false);
  });

  it('should take the latest token of a name only', () => {
    const first = tokenOf(book.arm('probe', 1));
    const second = tokenOf(book.arm('probe', 1));
    expect(book.fired(first)).to.equal(false);
    expect(book.isArmed('probe')).to.equal(true);
    expect(book.fired(second)).to.equal(true);
  });

  it('should not take what was disarmed, nor what was armed before that', () => {
    const token = tokenOf(book.arm('probe', 1));
    expect(book.disarm('probe')).to.deep.equal([{ kind: 'disarm', timer: token }]);
    expect(book.disarm('probe')).to.deep.equal([]);
    expect(book.fired(token)).to.equal(false);
    const later = tokenOf(book.arm('probe', 1));
    expect(book.fired(token)).to.equal(false);
    expect(book.fired(later)).to.equal(true);
  });

  it('should keep names apart, and take no token of another owner', () => {
    const [a, b] = [tokenOf(book.arm('a', 1)), tokenOf(book.arm('b', 1))];
    expect(book.fired({ ...a, name: 'b' })).to.equal(false);
    expect(book.fired({ ...a, owner: 'jobs' })).to.equal(false);
    expect(new TimerBook('jobs').fired(a)).to.equal(false);
    expect([book.fired(b), book.fired(a)]).to.deep.equal([true, true]);
  });
});
