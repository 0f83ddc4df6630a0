import { expect } from 'chai';
import { StagedItems } from '../../src/tasks/staged-items.js';
import { JOB } from './support/fixtures.js';

const now = (monoMs: number) => ({ monoMs, wallMs: 0 });
const sizes = (...of: number[]) => [(shard: number) => of[shard] ?? 0, of.length] as const;

describe('items that come ahead of their job', () => {
  it('should be taken once, when all are there', () => {
    const staged = new StagedItems();
    staged.put(JOB, 1, ['c'], now(0));
    expect(staged.take(JOB, ...sizes(2, 1))).to.equal(undefined);
    staged.put(JOB, 0, ['a', 'b'], now(1));
    expect([...(staged.take(JOB, ...sizes(2, 1)) ?? [])]).to.deep.equal([
      [0, ['a', 'b']],
      [1, ['c']],
    ]);
    expect(staged.take(JOB, ...sizes(2, 1))).to.equal(undefined);
  });

  it('should not be mixed with those of a try under another plan', () => {
    const staged = new StagedItems();
    for (const shard of [0, 1, 2]) staged.put(JOB, shard, [`old ${shard}`], now(0));
    expect(staged.take(JOB, ...sizes(2, 1)), 'shards of other sizes').to.equal(undefined);
    staged.put(JOB, 0, ['a', 'b'], now(1));
    staged.put(JOB, 1, ['c'], now(1));
    expect(staged.take(JOB, ...sizes(2, 1))?.get(0), 'though a third shard was left behind').to.deep.equal(['a', 'b']);
  });

  it('should be forgotten where no create follows within a minute', () => {
    const staged = new StagedItems();
    staged.put(JOB, 0, ['a'], now(0));
    staged.put('other' as never, 0, ['b'], now(60_001));
    expect(staged.take(JOB, ...sizes(1))).to.equal(undefined);
  });
});
