import { expect } from 'chai';
import { nodeId } from '../../../src/kernel/ids.js';
import { Prng } from '../../../src/kernel/prng.js';
import { Registers } from '../../../src/tasks/register/registers.js';
import { FinalMoves } from '../../../src/tasks/replication/final-moves.js';
import { Relocation, type Standing } from '../../../src/tasks/replication/relocation.js';

const a = nodeId('a');
const b = nodeId('b');
const c = nodeId('c');
const d = nodeId('d');
const NOW = { monoMs: 0, wallMs: 1_000 };
const MAX = 8;

/** What node `a` holds: so many finished registers, each of which names c as the third of its set. */
function holding(count: number, standings: Record<string, Standing> = {}) {
  const registers = new Registers({ self: a, prng: new Prng(1) });
  for (let i = 0; i < count; i++) {
    const about = { id: `job${i}`, generation: 0, createdAtMs: 1, digest: 7, bornAtMs: 1 };
    const accept = { kind: 'accept' as const, ...about, n: 1, seq: 1, entries: [{ key: 'x', value: 1 }], committed: 0 };
    const votes = { puts: [], vouched: [], atOnce: [] };
    registers.replica.asked(a, { ...accept, head: { ...about, set: [a, b, c] } }, NOW, votes);
    registers.replica.finish(about.id, { bytes: 1 }, []);
  }
  const relocation = new Relocation({
    standingOf: (one) => standings[one] ?? 'here',
    candidates: () => [d],
    staying: () => 3,
  });
  relocation.look();
  return new FinalMoves(a, registers, relocation, MAX);
}

describe('moves of finished registers', () => {
  it('should be so many at one time, and more once half of them are over', () => {
    const moves = holding(MAX + 3, { [c]: 'left' });
    const { takeOvers } = moves.next(0, true);
    expect(takeOvers).to.have.length(MAX);
    expect(moves.wantsMore).to.equal(false);
    for (const id of takeOvers.slice(0, MAX / 2)) moves.ended(id);
    expect(moves.wantsMore).to.equal(true);
    expect(moves.next(0, false).takeOvers).to.deep.equal(['job8', 'job9', 'job10']);
    for (const id of takeOvers) moves.ended(id);
    expect(moves.wantsMore, 'that was the last of them').to.equal(false);
  });

  it('should rest where there is nothing to move, but not after somebody has come or gone', () => {
    const moves = holding(4_500);
    moves.next(0, true);
    expect([moves.wantsMore, moves.isBusy]).to.deep.equal([false, false]);
    moves.membersChanged(1_000);
    moves.next(1_000, true);
    expect([moves.wantsMore, moves.isBusy]).to.deep.equal([true, true]);
    moves.next(1_000, false);
    expect(moves.wantsMore, 'all have been looked at').to.equal(false);
    moves.next(40_000, true);
    expect([moves.wantsMore, moves.isBusy]).to.deep.equal([false, false]);
  });

  it('should remind others of theirs with a look only', () => {
    const moves = holding(2, { [a]: 'leaving', [b]: 'left' });
    expect(moves.next(0, false).takeOvers).to.deep.equal(['job0', 'job1']);
    const others = holding(2, { [c]: 'leaving' });
    expect(others.next(0, false)).to.deep.equal({ takeOvers: [], reminders: new Map() });
    expect([...others.next(0, true).reminders]).to.deep.equal([[c, ['job0', 'job1']]]);
  });

  it('should not be tried without a majority to commit them', () => {
    const moves = holding(2, { [b]: 'dead', [c]: 'left' });
    expect(moves.next(0, true)).to.deep.equal({ takeOvers: [], reminders: new Map() });
  });
});
