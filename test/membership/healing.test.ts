import { expect } from 'chai';
import type { NodeId } from '../../src/kernel/ids.js';
import { Flock } from './support/flock.js';

function halves(n: number, seed: number, validateEvery = 1) {
  const flock = new Flock({ seed, validateEvery });
  const ids = flock.startMany(n);
  const count = (side: readonly NodeId[], alive: number) => () =>
    side.every((id) => flock.machine(id).counts.alive === alive && flock.machine(id).counts.suspect === 0);
  flock.runUntil('all joined', 2000, count(ids, n));
  flock.run(2000);
  const [left, right] = [ids.slice(0, n >> 1), ids.slice(n >> 1)];
  flock.split(left, right);
  const apart = () => count(left, left.length)() && count(right, right.length)();
  return { flock, ids, left, right, apart, together: count(ids, n) };
}

const deaths = (flock: Flock, sinceMs: number) =>
  flock.changes.filter(
    ({ atMs, before, after }) => atMs >= sinceMs && after.state === 'dead' && before?.state !== 'dead',
  );

describe('a split flock', () => {
  for (const seed of [1, 2, 3]) {
    for (const n of [2, 5, 8]) {
      it(`should heal by itself (${n} nodes, seed ${seed})`, () => {
        const { flock, apart, together } = halves(n, seed);
        flock.runUntil('each half has buried the other', 60_000, apart);
        flock.run(60_000);
        flock.heal();
        const healedMs = flock.nowMs;
        flock.runUntil('all are alive to all', 20_000, together);
        flock.run(60_000);
        expect(together()).to.equal(true);
        expect(deaths(flock, healedMs)).to.deep.equal([]);
      });
    }
  }

  it('should heal in halves of fifty without burying anybody again', () => {
    const { flock, ids, apart, together } = halves(100, 4, 1000);
    flock.runUntil('each half has buried the other', 120_000, apart);
    flock.run(60_000);
    flock.heal();
    const healedMs = flock.nowMs;
    flock.runUntil('all are alive to all', 20_000, together);
    flock.run(60_000);
    expect(deaths(flock, healedMs)).to.deep.equal([]);
    expect(new Set(ids.map((id) => flock.machine(id).viewDigest)).size).to.equal(1);
  });

  it('should tell whoever was away for less than a suspicion what it missed', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const flock = new Flock({ seed, config: { retransmit: 1 } });
      const [away, accused, ...others] = flock.startMany(5) as [NodeId, NodeId, ...NodeId[]];
      flock.run(10_000);
      flock.split([away], [accused, ...others]);
      flock.give(accused, {
        kind: 'message',
        from: others[0]!,
        message: { kind: 'swim.accused', boot: 1, n: 0, state: 'suspect' },
      });
      flock.run(900);
      flock.heal();
      const views = () => new Set(flock.ids.map((id) => flock.machine(id).viewDigest)).size;
      flock.runUntil(`all agree (seed ${seed})`, 10_000, () => views() === 1);
    }
  });

  it('should heal where the old connections outlived the split', () => {
    const flock = new Flock({ seed: 6 });
    const ids = flock.startMany(2);
    flock.run(1000);
    flock.loss = 1;
    flock.runUntil('both are alone', 30_000, () => ids.every((id) => flock.machine(id).counts.dead === 1));
    flock.loss = 0;
    expect(flock.node(ids[0]!).connected.size).to.equal(1);
    flock.runUntil('both are together', 10_000, () => ids.every((id) => flock.machine(id).counts.alive === 2));
  });

  it('should not split over a link that one pair lacks', () => {
    const flock = new Flock({ seed: 8 });
    const ids = flock.startMany(4);
    flock.run(2000);
    flock.cut(ids[1]!, ids[2]!);
    flock.run(120_000);
    expect(deaths(flock, 0)).to.deep.equal([]);
    for (const id of ids) expect(flock.machine(id).counts.alive).to.equal(4);
  });
});
