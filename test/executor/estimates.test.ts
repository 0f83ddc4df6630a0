import { expect } from 'chai';
import fc from 'fast-check';
import { Estimates } from '../../src/executor/estimates.js';

describe('Estimates', () => {
  it('should know nothing of names that never ran', () => {
    expect(new Estimates().of('true')).to.equal(0);
  });

  it('should believe the first duration, and move a tenth of the way with each after it', () => {
    const estimates = new Estimates();
    estimates.note('a', 1_000);
    expect(estimates.of('a')).to.equal(1_000);
    estimates.note('a', 2_000);
    expect(estimates.of('a')).to.equal(1_100);
    expect(estimates.of('b')).to.equal(0);
  });

  it('should stay between the shortest and the longest', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 }), (durations) => {
        const estimates = new Estimates();
        for (const ms of durations) estimates.note('a', ms);
        const slack = 1e-6 * Math.max(...durations);
        expect(estimates.of('a')).to.be.within(Math.min(...durations) - slack, Math.max(...durations) + slack);
      }),
    );
  });

  it('should forget the name that was longest unused, of more than a thousand', () => {
    const estimates = new Estimates();
    for (let i = 0; i < 1_000; i++) estimates.note(`name ${i}`, 5);
    estimates.note('name 0', 5);
    estimates.note('one more', 5);
    expect(['name 0', 'name 1', 'name 2', 'one more'].map((name) => estimates.of(name))).to.deep.equal([5, 0, 5, 5]);
  });
});
