import { expect } from 'chai';
import fc from 'fast-check';
import { RecentAttempts } from '../../src/executor/recent.js';
import { JOB } from './support.js';

const REMEMBERED_MS = 40_000;
const at = (monoMs: number) => ({ monoMs, wallMs: 0 });
const SHARD = { job: JOB, shard: 3 };

describe('Recent attempts', () => {
  it('should keep the first word on an attempt, and take every earlier one for over', () => {
    const recent = new RecentAttempts();
    recent.note(SHARD, { index: 0, epoch: 5 }, 'taken', at(0));
    recent.note(SHARD, { index: 0, epoch: 5 }, 'refused', at(1));
    recent.note(SHARD, { index: 0, epoch: 4 }, 'taken', at(2));
    expect([3, 4, 5, 6].map((epoch) => recent.fateOf(SHARD, 0, epoch))).to.deep.equal([
      'refused',
      'refused',
      'taken',
      undefined,
    ]);
    expect(recent.fateOf(SHARD, 1, 5)).to.equal(undefined);
    expect(recent.fateOf({ ...SHARD, shard: 4 }, 0, 5)).to.equal(undefined);
    recent.note(SHARD, { index: 1, epoch: 5 }, 'refused', at(3));
    expect(recent.fateOf(SHARD, 1, 5)).to.equal('refused');
  });

  it('should remember each attempt for its time, whatever came between, and a shard no longer than that', () => {
    const notes = fc.array(
      fc.record({ index: fc.nat(4), epoch: fc.integer({ min: 1, max: 9 }), afterMs: fc.nat(50_000) }),
    );
    fc.assert(
      fc.property(notes, (todo) => {
        const recent = new RecentAttempts();
        let twin = new Map<number, number>();
        let [nowMs, notedAtMs] = [0, 0];
        for (const { index, epoch, afterMs } of todo) {
          nowMs += afterMs;
          recent.forget(at(nowMs));
          if (nowMs - notedAtMs >= REMEMBERED_MS + 1_000) twin = new Map();
          if (nowMs - notedAtMs >= REMEMBERED_MS && recent.fateOf(SHARD, index, 1) === undefined) twin = new Map();
          notedAtMs = nowMs;
          recent.note(SHARD, { index, epoch }, 'taken', at(nowMs));
          twin.set(index, Math.max(twin.get(index) ?? 0, epoch));
          for (let i = 0; i <= 4; i++) {
            expect(recent.fateOf(SHARD, i, twin.get(i) ?? 1)).to.equal(twin.has(i) ? 'taken' : undefined);
            expect(recent.fateOf(SHARD, i, (twin.get(i) ?? 0) + 1)).to.equal(undefined);
          }
        }
      }),
    );
  });
});
