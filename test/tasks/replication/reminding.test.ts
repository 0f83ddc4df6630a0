import { expect } from 'chai';
import { Prng } from '../../../src/kernel/prng.js';
import { Replication } from '../../../src/tasks/replication/replication.js';
import { node } from '../support/fixtures.js';

const [a, b, c] = ['a', 'b', 'c'].map(node) as [
  ReturnType<typeof node>,
  ReturnType<typeof node>,
  ReturnType<typeof node>,
];
const NOW = { monoMs: 1, wallMs: 1 };

/** A node that has handed a register over to b and d, and keeps a stub of it. */
function stub() {
  const replication = new Replication({
    ...{ self: a, prng: new Prng(1), isHere: () => true, isReachable: () => true, chooseSet: () => [a, b, c] },
    flock: { standingOf: () => 'here', candidates: () => [], staying: () => 4 },
  });
  const head = { set: [b, node('d')], generation: 1, createdAtMs: 1, digest: 7, bornAtMs: 1, before: [a, b, c] };
  const empty = { headAt: undefined, seal: undefined, sealAt: undefined, isGone: false, era: 0, doubt: undefined };
  const core = { ...empty, promised: { n: 3, node: b }, bornAtMs: 1, head, isStub: true };
  const registers = [{ id: 'job1', core, entries: [], isBad: false }];
  replication.step({ kind: 'restore', registers, before: undefined, loss: undefined }, NOW);
  replication.step({ kind: 'joined' }, NOW);
  const remindedBy = (from: typeof a) => {
    const message = { kind: 'register.remind' as const, ids: ['job1'] };
    const effects = replication.step({ kind: 'message', from, message }, NOW);
    return effects.flatMap((effect) => (effect.kind === 'send' ? [{ to: effect.to, message: effect.message }] : []));
  };
  return { head, remindedBy };
}

describe('a node that is reminded of what it has handed over', () => {
  it('should tell who has no part in it where it went', () => {
    const { head, remindedBy } = stub();
    const items = [{ kind: 'settled', id: 'job1', head }];
    expect(remindedBy(c)).to.deep.equal([{ to: c, message: { kind: 'register.ask', items } }]);
  });

  it('should have who is of the new set, and does not know it, take over himself', () => {
    expect(stub().remindedBy(b)).to.deep.equal([{ to: b, message: { kind: 'register.remind', ids: ['job1'] } }]);
  });
});
