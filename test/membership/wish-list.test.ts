import { expect } from 'chai';
import fc from 'fast-check';
import { nodeId, type NodeId } from '../../src/kernel/ids.js';
import { WishList } from '../../src/membership/wish-list.js';

const node = fc.nat(6).map((i) => nodeId(`n${i}`));
const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), id: node, atMs: fc.oneof(fc.constant(-Infinity), fc.nat(8)) }),
  fc.record({ kind: fc.constant('delete' as const), id: node }),
  fc.record({ kind: fc.constant('take' as const), atMs: fc.nat(9) }),
  fc.record({ kind: fc.constant('clear' as const) }),
);

/** All wishes in order of addition; the next is the first of the earliest. */
class Naive {
  #wishes: { id: NodeId; atMs: number }[] = [];

  add(id: NodeId, atMs: number): void {
    this.delete(id);
    this.#wishes.push({ id, atMs });
  }

  delete(id: NodeId): void {
    this.#wishes = this.#wishes.filter((wish) => wish.id !== id);
  }

  clear(): void {
    this.#wishes = [];
  }

  next(): { id: NodeId; atMs: number } | undefined {
    return this.#wishes.toSorted((a, b) => (a.atMs === b.atMs ? 0 : a.atMs - b.atMs))[0];
  }
}

describe('wish list', () => {
  it('should give those at once first, then by time, among equals by order of wishing', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const list = new WishList();
        const naive = new Naive();
        for (const one of steps) {
          if (one.kind === 'add') {
            list.add(one.id, one.atMs);
            naive.add(one.id, one.atMs);
          } else if (one.kind === 'delete') {
            list.delete(one.id);
            naive.delete(one.id);
          } else if (one.kind === 'clear') {
            list.clear();
            naive.clear();
          } else {
            const next = naive.next();
            const isDue = next !== undefined && next.atMs <= one.atMs;
            expect(list.take(one.atMs)).to.equal(isDue ? next.id : undefined);
            if (isDue) naive.delete(next.id);
          }
          expect(list.nextMs()).to.equal(naive.next()?.atMs);
        }
      }),
      { numRuns: 500 },
    );
  });
});
