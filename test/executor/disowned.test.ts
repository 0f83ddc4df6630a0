import { expect } from 'chai';
import { Disowned } from '../../src/executor/disowned.js';

const at = (monoMs: number) => ({ monoMs, wallMs: 0 });

describe('what an executor has disowned', () => {
  it('should be offers of a shard under lower ballots than that under which it was asked', () => {
    const disowned = new Disowned();
    disowned.note('job#0', 3, at(0));
    expect([2, 3, 4].map((ballot) => disowned.isBelow('job#0', ballot))).to.deep.equal([true, false, false]);
    expect(disowned.isBelow('job#1', 1)).to.equal(false);
  });

  it('should not be given back to who asks late', () => {
    const disowned = new Disowned();
    disowned.note('job#0', 3, at(0));
    disowned.note('job#0', 2, at(1));
    expect(disowned.isBelow('job#0', 2)).to.equal(true);
  });

  it('should be forgotten long after the last word of it', () => {
    const disowned = new Disowned();
    disowned.note('old', 3, at(0));
    disowned.note('asked again', 3, at(1));
    disowned.note('young', 3, at(300_000));
    disowned.note('asked again', 4, at(300_000));
    disowned.forget(at(599_999));
    expect(disowned.isBelow('old', 2)).to.equal(true);
    disowned.forget(at(600_000));
    const names = ['old', 'asked again', 'young'];
    expect(names.map((name) => disowned.isBelow(name, 2))).to.deep.equal([false, true, true]);
  });
});
