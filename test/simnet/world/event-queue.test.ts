import { expect } from 'chai';
import fc from 'fast-check';
import { EventQueue } from '../../../simnet/world/event-queue.js';

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ addMs: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ untilMs: fc.nat(24) }) },
);

describe('The event queue', () => {
  it('should give events in order of time, at one instant in that of addition, and none before its time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const queue = new EventQueue();
        let naive: { atMs: number; serial: number }[] = [];
        let serial = 0;
        let ran = -1;
        for (const one of steps) {
          if ('addMs' in one) {
            const added = serial++;
            naive.push({ atMs: one.addMs, serial: added });
            queue.add(one.addMs, () => (ran = added));
          } else {
            const [first] = naive.toSorted((a, b) => a.atMs - b.atMs || a.serial - b.serial);
            const due = queue.next(one.untilMs);
            const isDue = first !== undefined && first.atMs <= one.untilMs;
            expect(due?.atMs).to.equal(isDue ? first.atMs : undefined);
            if (!isDue) continue;
            due?.run();
            expect(ran).to.equal(first.serial);
            naive = naive.filter((each) => each !== first);
          }
          expect(queue.size).to.equal(naive.length);
        }
      }),
      { numRuns: 300 },
    );
  });
});
