import { expect } from 'chai';
import { nodeId } from '../../../src/kernel/ids.js';
import { Prng } from '../../../src/kernel/prng.js';
import { claimAfter, isShutOut } from '../../../src/tasks/register/claim.js';
import { Registers, type RegisterEffect, type RegisterEvent } from '../../../src/tasks/register/registers.js';
import { readRegisters } from '../../../src/tasks/register/stored.js';
import { Tale } from './explorer/tale.js';

type Commit = Extract<RegisterEffect, { kind: 'commit' }>;

const [a, b, c] = ['a', 'b', 'c'].map(nodeId);
const now = { monoMs: 5, wallMs: 5 };
const mine = { createdAtMs: 1, digest: 7, rank: 1 };
const other = { createdAtMs: 2, digest: 8, rank: 2 };

function registers(): Registers {
  return new Registers({ self: c!, prng: new Prng(1) });
}

function claimed(replica: Registers, lineage: typeof mine): RegisterEffect[] {
  return replica.step({ kind: 'claim', id: 'r', tag: 't', ...lineage }, now);
}

/** The write that must be durable before anything is said. */
function commitOf(effects: readonly RegisterEffect[]) {
  const [commit, ...more] = effects;
  expect(more).to.deep.equal([]);
  if (commit?.kind !== 'commit') throw new Error(`${commit?.kind} in place of a write`);
  return commit;
}

function answerTo(replica: Registers, lineage: typeof mine) {
  const { tag } = commitOf(claimed(replica, lineage));
  const [said] = replica.step({ kind: 'committed', tag }, now);
  return said?.kind === 'register' && said.news.kind === 'claimed' ? said.news.answer : undefined;
}

function accept({ createdAtMs, digest, rank }: typeof mine, committed = 0): RegisterEvent {
  const about = { id: 'r', generation: 0, createdAtMs, digest, rank, bornAtMs: createdAtMs, n: 1 };
  const head = { set: [a!, b!, c!], generation: 0, createdAtMs, digest, rank, bornAtMs: createdAtMs };
  const ask = { kind: 'accept' as const, ...about, seq: 1, entries: [{ key: 'x', value: 1 }], head, committed };
  return { kind: 'message', from: a!, message: { kind: 'register.ask', items: [ask] } };
}

describe('a claim', () => {
  it('should shut out what is of a lower rank, or was claimed before another set was', () => {
    const first = claimAfter(undefined, mine);
    expect(isShutOut(other, first)).to.equal(false);
    const second = claimAfter(first, other);
    expect(isShutOut(mine, second)).to.equal(true);
    const again = claimAfter(second, { ...mine, rank: 3 });
    expect([mine, other, { ...mine, rank: 3 }].map((one) => isShutOut(one, again))).to.deep.equal([true, true, false]);
    const more = claimAfter(again, { ...mine, rank: 5 });
    expect(isShutOut({ ...mine, rank: 3 }, more), 'claims for one set are one').to.equal(false);
    expect(isShutOut({ ...other, rank: 4 }, more)).to.equal(true);
  });

  it('should be answered once the promise is durable, and outlive a restart', () => {
    const replica = registers();
    const { puts, tag } = commitOf(claimed(replica, other));
    const answer = { isGranted: true };
    expect(replica.step({ kind: 'committed', tag }, now)).to.deep.equal([
      { kind: 'register', news: { kind: 'claimed', id: 'r', tag: 't', answer } },
    ]);
    const restarted = registers();
    const stored = readRegisters(puts, []);
    restarted.step({ kind: 'restore', registers: stored, before: undefined, loss: undefined }, now);
    expect(answerTo(restarted, mine)).to.deep.equal({ isGranted: false, outdone: 2 });
  });

  it('should not be answered where the write failed', () => {
    const replica = registers();
    const { tag } = commitOf(claimed(replica, other));
    replica.step({ kind: 'commit-failed', tag }, now);
    expect(claimed(replica, other)).to.deep.equal([]);
  });

  it('should have what is shut out left without an answer, until a majority has it', () => {
    const replica = registers();
    answerTo(replica, other);
    expect(replica.step(accept(mine), now)).to.deep.equal([]);
    expect(replica.replica.get('r')!.head).to.equal(undefined);
    commitOf(replica.step(accept(mine, 1), now));
    expect(replica.replica.get('r')!.head).to.include(mine);
  });

  it('should let a register be taken over of which somebody knows that a majority had it', () => {
    const knowing = registers();
    const { puts } = commitOf(knowing.step(accept(mine, 1), now));
    const restarted = registers();
    restarted.step({ kind: 'restore', registers: readRegisters(puts, []), before: undefined, loss: undefined }, now);
    const { tag } = restarted.step({ kind: 'take-over', id: 'r' }, now).find(({ kind }) => kind === 'commit') as Commit;
    const [asked] = restarted.step({ kind: 'committed', tag }, now).flatMap((effect) => {
      return effect.kind === 'send' && effect.message.kind === 'register.ask' ? effect.message.items : [];
    });
    expect(asked).to.include({ kind: 'prepare', isMade: true, rank: 1 });
    const shut = registers();
    answerTo(shut, other);
    const prepare = { kind: 'prepare' as const, id: 'r', generation: 0, bornAtMs: 1, n: 2, ...mine };
    const ask = (more: object): RegisterEvent => {
      return { kind: 'message', from: a!, message: { kind: 'register.ask', items: [{ ...prepare, ...more }] } };
    };
    expect(shut.step(ask({}), now)).to.deep.equal([]);
    commitOf(shut.step(ask({ isMade: true }), now));
  });

  it('should be told what is there, and shut out all but that', () => {
    const replica = registers();
    replica.step(accept(mine), now);
    expect(answerTo(replica, other)).to.deep.include({ isGranted: true, head: replica.replica.get('r')!.head });
    expect(replica.step(accept({ createdAtMs: 1, digest: 6, rank: 1 }), now)).to.deep.equal([]);
    expect(replica.replica.get('r')!.isShutTo(mine)).to.equal(false);
  });

  it('should not be granted below the rank of a register that is there', () => {
    const replica = registers();
    replica.step(accept(other), now);
    expect(answerTo(replica, mine)).to.deep.include({ isGranted: false, outdone: 2 });
  });
});

describe('whoever holds a register that is void', () => {
  it('should hold nothing of it any more, once one that knows another at a majority has told him', () => {
    const [old, young] = [
      { set: 'abc', rank: 1 },
      { set: 'cde', rank: 2 },
    ] as const;
    const tale = new Tale().claim(old, 'a', 'b', 'c', 'd').make('a', 'one', old).store('a');
    tale.claim(young, 'b', 'c', 'd', 'e').make('c', 'two', young).flow('c', 'd');
    const a0 = tale.world.node(0);
    tale.world.fresh.length = 0;
    tale.on('take-over', 'a').flow('a', 'c');
    expect(tale.world.core(a0), 'c has not heard yet that d has it, too').to.include({ isStub: false });
    tale.write('c', 'x').flow('c', 'd');
    tale.on('take-over', 'a').flow('a', 'c');
    expect(tale.world.core(a0)).to.include({ isStub: true });
    expect(tale.world.core(a0)?.head).to.include({ rank: 2 });
  });
});
