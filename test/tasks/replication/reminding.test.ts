import { expect } from 'chai';
import { Prng } from '../../../src/kernel/prng.js';
import { Registers } from '../../../src/tasks/register/registers.js';
import { Replication } from '../../../src/tasks/replication/replication.js';
import { Upkeep } from '../../../src/tasks/replication/upkeep.js';
import { node } from '../support/fixtures.js';

const [a, b, c] = ['a', 'b', 'c'].map(node) as [
  ReturnType<typeof node>,
  ReturnType<typeof node>,
  ReturnType<typeof node>,
];
const NOW = { monoMs: 1, wallMs: 1 };

/** A node with one register that it has handed over to b and d. */
function stub() {
  const replication = new Replication({
    ...{
      self: a,
      prng: new Prng(1),
      isHere: () => true,
      isReachable: () => true,
      isGone: () => false,
      chooseSet: () => [a, b, c],
    },
    flock: { standingOf: () => 'here', candidates: () => [], staying: () => 4 },
  });
  const head = { set: [b, node('d')], generation: 1, createdAtMs: 1, digest: 7, bornAtMs: 1, before: [a, b, c] };
  const empty = { headAt: undefined, seal: undefined, sealAt: undefined, isGone: false, era: 0, doubt: undefined };
  const core = { ...empty, promised: { n: 3, node: b }, bornAtMs: 1, head, isStub: true };
  const registers = [{ id: 'job1', core, entries: [], isBad: false }];
  replication.step({ kind: 'restore', registers, degraded: [], before: undefined, loss: undefined }, NOW);
  replication.step({ kind: 'joined' }, NOW);
  const sentAfter = (kind: 'register.remind' | 'register.not-mine', from: typeof a, id = 'job1') => {
    const effects = replication.step({ kind: 'message', from, message: { kind, ids: [id] } }, NOW);
    return effects.flatMap((effect) => (effect.kind === 'send' ? [{ to: effect.to, message: effect.message }] : []));
  };
  return { head, sentAfter };
}

/** Its finished register is to move off the last of its set. */
function chores(self: typeof a, last: 'leaving' | 'left') {
  const registers = new Registers({ self, prng: new Prng(1) });
  const { replica } = registers;
  const about = { id: 'job1', generation: 0, createdAtMs: 1, digest: 7, bornAtMs: 1 };
  const head = { ...about, set: [a, b, c] };
  const votes = { puts: [], vouched: [], atOnce: [] };
  const accept = { kind: 'accept' as const, ...about, n: 1, seq: 1, entries: [{ key: 'x', value: 1 }], committed: 0 };
  replica.asked(a, { ...accept, head }, NOW, votes);
  replica.finish('job1', { bytes: 1 }, []);
  const upkeep = new Upkeep(self, registers, {
    standingOf: (one) => (one === c ? last : 'here'),
    candidates: () => [node('d')],
    staying: () => 3,
  });
  const { takeOvers, reminders } = upkeep.due(new Set(), { monoMs: 1_000, wallMs: 1_000 });
  return { takeOvers, reminders: [...reminders] };
}

describe('a node that is reminded', () => {
  it('should tell who has no part in what it has handed over where that went', () => {
    const { head, sentAfter } = stub();
    const items = [{ kind: 'settled', id: 'job1', head }];
    expect(sentAfter('register.remind', c)).to.deep.equal([{ to: c, message: { kind: 'register.ask', items } }]);
  });

  it('should leave what it cannot bring to whoever reminds it: a move that he missed, what it never knew', () => {
    const { sentAfter } = stub();
    const leave = (id: string) => [{ to: b, message: { kind: 'register.not-mine', ids: [id] } }];
    expect(sentAfter('register.remind', b)).to.deep.equal(leave('job1'));
    expect(sentAfter('register.remind', b, 'job2')).to.deep.equal(leave('job2'));
  });

  it('should take nothing of that back: two that can bring nothing would go on for ever', () => {
    const { sentAfter } = stub();
    expect(sentAfter('register.not-mine', b)).to.deep.equal([]);
    expect(sentAfter('register.not-mine', b, 'job2')).to.deep.equal([]);
  });
});

describe('a finished register whose set is to change', () => {
  const takesOver = { takeOvers: ['job1'], reminders: [] };
  const reminds = (to: typeof a) => ({ takeOvers: [], reminders: [[to, ['job1']]] });

  it('should be moved by who leaves, of whom the others think that it may not know it', () => {
    expect(chores(c, 'leaving')).to.deep.equal(takesOver);
    for (const other of [a, b]) expect(chores(other, 'leaving')).to.deep.equal(reminds(c));
  });

  it('should else be moved by the first of the set', () => {
    expect(chores(a, 'left')).to.deep.equal(takesOver);
    for (const other of [b, c]) expect(chores(other, 'left')).to.deep.equal(reminds(a));
  });
});
