import { expect } from 'chai';
import fc from 'fast-check';
import { nodeId } from '../../src/kernel/ids.js';
import { compareStates, isOnRing, mergeStates, type MemberState } from '../../src/membership/member.js';
import { Solo } from './support/solo.js';
import { profileOf, state } from './support/states.js';

/** States of one member, some of them of a clone that says otherwise in the same incarnation. */
const anyState = fc
  .record({
    boot: fc.integer({ min: 1, max: 3 }),
    n: fc.integer({ min: 0, max: 2 }),
    state: fc.constantFrom<MemberState['state']>('alive', 'suspect', 'dead', 'left'),
    draining: fc.boolean(),
    zone: fc.constantFrom('a', 'b'),
  })
  .map(({ zone, ...rest }): MemberState => ({ id: nodeId('x'), profile: { ...profileOf('x'), zone }, ...rest }));

describe('states of a member', () => {
  it('should merge commutatively, associatively and idempotently', () => {
    fc.assert(
      fc.property(anyState, anyState, anyState, (a, b, c) => {
        expect(mergeStates(a, b)).to.deep.equal(mergeStates(b, a));
        expect(mergeStates(mergeStates(a, b), c)).to.deep.equal(mergeStates(a, mergeStates(b, c)));
        expect(mergeStates(a, a)).to.equal(a);
      }),
    );
  });

  it('should be in a total order', () => {
    fc.assert(
      fc.property(anyState, anyState, (a, b) => {
        expect(Math.sign(compareStates(a, b)) + Math.sign(compareStates(b, a))).to.equal(0);
        if (compareStates(a, b) === 0) expect(a).to.deep.equal(b);
      }),
    );
  });

  it('should rank boot over incarnation over liveness', () => {
    const rising = [
      state('x', 'left', 1, 9),
      state('x', 'alive', 2, 0),
      state('x', 'suspect', 2, 0),
      state('x', 'dead', 2, 0),
      state('x', 'left', 2, 0),
      state('x', 'alive', 2, 1),
    ];
    for (const [i, lower] of rising.entries()) {
      for (const higher of rising.slice(i + 1)) expect(mergeStates(lower, higher)).to.equal(higher);
    }
  });

  it('should end at the same belief in whatever order rumours come', () => {
    fc.assert(
      fc.property(fc.array(anyState, { minLength: 1, maxLength: 6 }), fc.integer(), (states, shift) => {
        const believe = (order: readonly MemberState[]) => {
          const solo = new Solo();
          solo.step({ kind: 'start' });
          for (const member of order) solo.gossip({ member, slot: 0 });
          return solo.machine.get(nodeId('x'));
        };
        const turn = Math.abs(shift) % states.length;
        const turned = [...states.slice(turn), ...states.slice(0, turn)].reverse();
        expect(believe(turned)).to.deep.equal(states.reduce(mergeStates));
        expect(believe(states)).to.deep.equal(believe(turned));
      }),
    );
  });

  it('should keep suspects on the ring, and nobody who is draining or gone', () => {
    expect((['alive', 'suspect', 'dead', 'left'] as const).map((s) => isOnRing(state('x', s)))).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
    expect(isOnRing({ ...state('x'), draining: true })).to.equal(false);
  });
});
