import { expect } from 'chai';
import type { NodeId } from '../../../src/kernel/ids.js';
import { Prng } from '../../../src/kernel/prng.js';
import { Registers, type RegisterEvent } from '../../../src/tasks/register/registers.js';
import { digestOf } from '../../../src/tasks/register/replica-set.js';
import { JOB, SHARD, SPEC } from '../../../src/tasks/replication/names.js';
import { listedOf, Resting, type Gist } from '../../../src/tasks/replication/resting.js';
import { node } from '../support/fixtures.js';

const [a, b, c] = ['a', 'b', 'c'].map(node) as [NodeId, NodeId, NodeId];
const NOW = { monoMs: 1, wallMs: 1 };
const RANGE = { first: 0, step: 1, count: 1 };
const VALUES = { [SPEC]: { name: 'demo' }, [JOB]: { job: 'job1', range: RANGE }, [SHARD]: { job: 'job1' } };
const set = [a, b, c];
const about = { id: 'job1', generation: 0, createdAtMs: 1, digest: digestOf(set), bornAtMs: 1, n: 1 };

/** Node b, a replica of a job that a coordinates, and what it says of everything to be done. */
function replica({ committed = 1, isHere = (): boolean => true } = {}) {
  const registers = new Registers({ self: b, prng: new Prng(1) });
  const resting = new Resting(b, registers.replica, isHere);
  const step = (event: RegisterEvent) => registers.step(event, NOW);
  const ask = (item: object) =>
    step({ kind: 'message', from: a, message: { kind: 'register.ask', items: [{ ...about, ...item } as never] } });
  const entries = Object.entries(VALUES).map(([key, value]) => ({ key, value }));
  const head = { set, generation: 0, createdAtMs: 1, digest: about.digest, bornAtMs: 1 };
  const stored = ask({ kind: 'accept', seq: 1, entries, head, committed: 0 }).flatMap((effect) => {
    if (effect.kind !== 'commit') return [];
    step({ kind: 'committed', tag: effect.tag });
    return effect.puts.filter(({ key }) => key.startsWith('entry/'));
  });
  const { sum } = registers.replica.get('job1')!.entries;
  ask({ kind: 'committed', committed, sum });
  const rest = () => {
    resting.touched('job1', 0);
    for (const event of resting.due(10_000)) step(event);
    return registers.replica.get('job1')!;
  };
  return {
    rest,
    ask,
    step,
    stored,
    sum,
    isHeld: () => registers.replica.get('job1')!.entries.size > 0,
  };
}

const toldBy = (effects: readonly object[]) => JSON.stringify(effects);

describe('what only waits', () => {
  it('should leave the memory of a replica, which still says what it is and whether it has missed something', () => {
    const { rest, ask, sum, isHeld } = replica();
    const acceptor = rest();
    expect(isHeld()).to.equal(false);
    const gist: Gist = { job: { range: RANGE }, name: 'demo', hasShard: true };
    expect(acceptor.gist).to.deep.equal(gist);
    expect(listedOf(acceptor)).to.deep.equal({ record: { job: 'job1', range: RANGE, createdAtMs: 1 }, name: 'demo' });
    expect(ask({ kind: 'committed', committed: 1, sum })).to.deep.equal([]);
    expect(toldBy(ask({ kind: 'committed', committed: 1, sum: sum + 1 }))).to.include('"behind"');
  });

  it('should stay where nobody is seen to coordinate it, or not all of it is known to be committed', () => {
    const orphaned = replica({ isHere: () => false });
    orphaned.rest();
    expect(orphaned.isHeld()).to.equal(true);
    const uncommitted = replica({ committed: 0 });
    uncommitted.rest();
    expect(uncommitted.isHeld()).to.equal(true);
  });

  it('should be read again before it is promised', () => {
    const { rest, ask, step, stored, isHeld } = replica();
    rest();
    expect(ask({ kind: 'prepare', n: 2 }).map(({ kind }) => kind)).to.deep.equal(['load']);
    const effects = step({ kind: 'loaded', tag: 'job1', entries: stored });
    expect(isHeld()).to.equal(true);
    expect(effects.map(({ kind }) => kind)).to.deep.equal(['commit']);
    expect(toldBy(effects)).to.include('"promise"').and.to.include('"demo"');
  });

  it('should not be voted on where it has gone bad, and the doubt is stored', () => {
    const { rest, ask, step, stored } = replica();
    rest();
    ask({ kind: 'prepare', n: 2 });
    const effects = step({ kind: 'loaded', tag: 'job1', entries: stored.slice(1), isBad: true });
    expect(toldBy(effects)).to.include('"abstains"').and.not.to.include('"promise"');
    expect(effects.some((effect) => effect.kind === 'commit' && toldBy([...effect.puts]).includes('"doubt"'))).to.equal(
      true,
    );
  });
});
