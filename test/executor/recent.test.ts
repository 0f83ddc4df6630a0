import { expect } from 'chai';
import fc from 'fast-check';
import { taskId } from '../../src/kernel/ids.js';
import { RecentAttempts } from '../../src/executor/recent.js';
import { JOB } from './support.js';

const REMEMBERED_MS = 40_000;
const at = (monoMs: number) => ({ monoMs, wallMs: 0 });
const task = (index: number) => taskId(JOB, index);

describe('Recent attempts', () => {
  it('should keep the first word on an attempt, and take every earlier one for over', () => {
    const recent = new RecentAttempts();
    recent.note({ task: task(0), epoch: 5 }, 'taken', at(0));
    recent.note({ task: task(0), epoch: 5 }, 'refused', at(1));
    recent.note({ task: task(0), epoch: 4 }, 'taken', at(2));
    expect([3, 4, 5, 6].map((epoch) => recent.fateOf(task(0), epoch))).to.deep.equal([
      'refused',
      'refused',
      'taken',
      undefined,
    ]);
    expect(recent.fateOf(task(1), 5)).to.equal(undefined);
  });

  it('should remember each attempt for its time, whatever came between, and no longer', () => {
    const notes = fc.array(fc.record({ index: fc.nat(4), epoch: fc.nat(9), afterMs: fc.nat(15_000) }));
    fc.assert(
      fc.property(notes, (todo) => {
        const recent = new RecentAttempts();
        const twin = new Map<number, { epoch: number; atMs: number }>();
        let nowMs = 0;
        for (const { index, epoch, afterMs } of todo) {
          nowMs += afterMs;
          recent.forget(at(nowMs));
          for (const [i, { atMs }] of twin) if (nowMs - atMs >= REMEMBERED_MS) twin.delete(i);
          recent.note({ task: task(index), epoch }, 'taken', at(nowMs));
          if ((twin.get(index)?.epoch ?? -1) < epoch) twin.set(index, { epoch, atMs: nowMs });
          for (let i = 0; i <= 4; i++) {
            const known = twin.get(i);
            expect(recent.fateOf(task(i), known?.epoch ?? 0)).to.equal(known && 'taken');
            expect(recent.fateOf(task(i), (known?.epoch ?? -1) + 1)).to.equal(undefined);
          }
        }
      }),
    );
  });
});
