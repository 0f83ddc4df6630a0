import { expect } from 'chai';
import fc from 'fast-check';
import type { Assignment } from '../../src/executor/assignment.js';
import { FifoQueue } from '../../src/executor/queue.js';
import { assignmentOf } from './support.js';

describe('A FIFO queue', () => {
  it('should do what a plain array does', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('push' as const), ms: fc.nat(1_000) }),
        fc.record({ kind: fc.constant('remove' as const), index: fc.nat(20) }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (todo) => {
        const queue = new FifoQueue();
        let twin: Assignment[] = [];
        let next = 0;
        for (const step of todo) {
          if (step.kind === 'push') {
            const assignment = assignmentOf(next++, { estimateMs: step.ms });
            queue.push(assignment);
            twin.push(assignment);
          } else {
            const { id } = assignmentOf(step.index);
            expect(queue.remove(id)).to.equal(twin.find((one) => one.id === id));
            twin = twin.filter((one) => one.id !== id);
          }
          expect([...queue]).to.deep.equal(twin);
          expect(queue.newestFirst()).to.deep.equal(twin.toReversed());
          expect(queue.head()).to.equal(twin[0]);
          expect(queue.size).to.equal(twin.length);
          expect(queue.workMs).to.equal(twin.reduce((sum, { estimateMs }) => sum + estimateMs, 0));
        }
      }),
    );
  });

  it('should not carry the rounding of its sum over an empty queue', () => {
    const queue = new FifoQueue();
    for (const [index, estimateMs] of [0.1, 0.2, 0.3].entries()) queue.push(assignmentOf(index, { estimateMs }));
    for (const index of [0, 1, 2]) queue.remove(assignmentOf(index).id);
    expect(queue.workMs).to.equal(0);
  });
});
