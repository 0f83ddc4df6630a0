import { expect } from 'chai';
import { Prng } from '../../../src/kernel/prng.js';
import { Registers } from '../../../src/tasks/register/registers.js';
import { Missed } from '../../../src/tasks/replication/missed.js';
import { sortHeld } from '../../../src/tasks/replication/reminding.js';
import { node } from '../support/fixtures.js';

const [a, b, c, d] = [node('a'), node('b'), node('c'), node('d')];
const NOW = { monoMs: 1, wallMs: 1 };
const HOUR_MS = 3_600_000;

/** Of so many registers that node a holds, of generation 2; all of them but the last are finished. */
function replicaOf(count: number, set = [a, b, c]) {
  const { replica } = new Registers({ self: a, prng: new Prng(1) });
  for (let i = 0; i < count; i++) {
    const about = { id: `job${i}`, generation: 2, createdAtMs: 1, digest: 7, bornAtMs: 1 };
    const accept = { kind: 'accept' as const, ...about, n: 1, seq: 1, entries: [{ key: 'x', value: 1 }], committed: 0 };
    replica.asked(a, { ...accept, head: { ...about, set } }, NOW, { puts: [], vouched: [], atOnce: [] });
    if (i < count - 1) replica.finish(about.id, { bytes: 1 }, []);
  }
  return replica;
}

const asked = (missed: Missed, wallMs = 1) =>
  [...missed.due(wallMs)].map(([to, finished]) => [to, finished.map(({ id }) => id)]);

describe('what passed a node by that was away', () => {
  it('should be asked of it once it is back, and once more, what is finished and should be there', () => {
    const missed = new Missed(a, replicaOf(3));
    expect([missed.isBusy, asked(missed)]).to.deep.equal([false, []]);
    missed.back(c);
    missed.back(d);
    expect(missed.isBusy).to.equal(true);
    expect([...missed.due(1)]).to.deep.equal([
      [
        c,
        [
          { id: 'job0', generation: 2 },
          { id: 'job1', generation: 2 },
        ],
      ],
    ]);
    const all = [[c, ['job0', 'job1']]];
    expect([asked(missed), asked(missed), missed.isBusy]).to.deep.equal([[], [], true]);
    expect(asked(missed), 'it may not have joined before').to.deep.equal(all);
    expect([missed.isBusy, asked(missed)]).to.deep.equal([false, []]);
  });

  it('should be asked of it in portions, all of it, and of who comes meanwhile afterwards', () => {
    const missed = new Missed(a, replicaOf(601));
    missed.back(b);
    const [first, second, third] = [asked(missed), (missed.back(c), asked(missed)), asked(missed)];
    for (const [portion, size] of [[first, 256] as const, [second, 256] as const, [third, 88] as const]) {
      expect(portion.map(([to, ids]) => [to, ids?.length])).to.deep.equal([[b, size]]);
    }
    expect(new Set([first, second, third].flatMap((portion) => portion[0]?.[1] ?? [])).size).to.equal(600);
    const later = Array.from({ length: 6 }, () => asked(missed).map(([to]) => to));
    expect(later, 'b once more, then c').to.deep.equal([[b], [b], [b], [c], [c], [c]]);
  });

  it('should not be asked where it is older than what a replica may come to know', () => {
    const missed = new Missed(a, replicaOf(2));
    missed.back(b);
    expect(asked(missed, 25 * HOUR_MS)).to.deep.equal([]);
    missed.back(b);
    expect(asked(missed, 20 * HOUR_MS)).to.deep.equal([[b, ['job0']]]);
  });

  it('should be named by who is asked: what it has not heard of, or of an earlier generation only', () => {
    const finished = [
      { id: 'job0', generation: 2 },
      { id: 'job0', generation: 1 },
      { id: 'job1', generation: 3 },
      { id: 'unheard-of', generation: 0 },
    ];
    const { takeOver, settle, notMine } = sortHeld(replicaOf(3), () => false, b, { kind: 'register.check', finished });
    expect({ takeOver, settle, notMine }).to.deep.equal({ takeOver: [], settle: [], notMine: ['job1', 'unheard-of'] });
  });

  it('should be asked of it again and again where it was not known to have it at the end', () => {
    const missed = new Missed(a, replicaOf(1));
    missed.owed(b, { id: 'job9', generation: 0 });
    const looks = Array.from({ length: 30 }, () => asked(missed).length);
    expect(looks.flatMap((count, i) => (count > 0 ? [i + 1] : []))).to.deep.equal([1, 4, 12, 30]);
    expect([missed.isBusy, asked(missed)]).to.deep.equal([false, []]);
  });

  it('should be left to the others, where this node is reminded of what it has lost itself', () => {
    const replica = replicaOf(2);
    const remind = { kind: 'register.remind' as const, ids: ['job1'] };
    expect(sortHeld(replica, () => false, b, remind)).to.deep.include({ takeOver: ['job1'], notMine: [] });
    replica.failed(['job1']);
    expect(sortHeld(replica, () => false, b, remind)).to.deep.include({ takeOver: [], notMine: ['job1'] });
  });

  it('should be brought by who has it', () => {
    const told = { kind: 'register.not-mine' as const, ids: ['job0', 'unheard-of'] };
    expect(sortHeld(replicaOf(1), () => false, b, told)).to.deep.equal({ takeOver: ['job0'], settle: [], notMine: [] });
  });
});
