import { expect } from 'chai';
import fc from 'fast-check';
import { nodeId } from '../../../src/kernel/ids.js';
import { better, compareOutcomes, type Outcome } from '../../../src/tasks/register/provisional.js';

const outcomes: fc.Arbitrary<Outcome> = fc
  .record({
    isCommitted: fc.boolean(),
    version: fc.record({
      generation: fc.integer({ min: 0, max: 2 }),
      n: fc.integer({ min: 1, max: 3 }),
      node: fc.constantFrom(nodeId('a'), nodeId('b')),
      seq: fc.integer({ min: 1, max: 2 }),
    }),
    value: fc.constantFrom('succeeded', 'failed'),
  })
  .map((outcome) => ({ ...outcome, digest: outcome.value }));

describe('the rule that ranks outcomes', () => {
  it('should be total', () => {
    fc.assert(
      fc.property(outcomes, outcomes, (a, b) => {
        expect(Math.sign(compareOutcomes(a, b)) + Math.sign(compareOutcomes(b, a))).to.equal(0);
        if (compareOutcomes(a, b) === 0) expect(a).to.deep.equal(b);
      }),
    );
  });

  it('should be commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(outcomes, outcomes, outcomes, (a, b, c) => {
        expect(better(a, b)).to.deep.equal(better(b, a));
        expect(better(better(a, b), c)).to.deep.equal(better(a, better(b, c)));
        expect(better(a, a)).to.deep.equal(a);
      }),
    );
  });

  it('should never let a provisional outcome beat a committed one', () => {
    fc.assert(
      fc.property(outcomes, outcomes, (a, b) => {
        expect(better({ ...a, isCommitted: true }, { ...b, isCommitted: false }).isCommitted).to.equal(true);
      }),
    );
  });
});
