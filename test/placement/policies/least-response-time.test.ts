import { expect } from 'chai';
import fc from 'fast-check';
import type { Placement } from '../../../src/placement/placement.js';
import { load, member, node } from '../support.js';
import { busy, picks, placementOf } from './support.js';

const POLICY = 'least-response-time';

interface Took {
  readonly at: number;
  readonly tookMs: number;
  /** Since the one before. */
  readonly afterMs: number;
}

/** Which nodes may be picked, all that was heard summed up anew. */
function leastOf(heard: readonly Took[], held: readonly number[], nowMs: number): number[] {
  let atMs = 0;
  const weighed = heard.map(({ at, tookMs, afterMs }) => {
    atMs += afterMs;
    return { at, tookMs, weight: 0.5 ** ((nowMs - atMs) / 10_000) };
  });
  const sums = (list: typeof weighed) => ({
    ms: list.reduce((sum, { tookMs, weight }) => sum + tookMs * weight, 0),
    weight: list.reduce((sum, { weight }) => sum + weight, 0),
  });
  const all = sums(weighed);
  const scores = held.map((tasks, i) => {
    const own = sums(weighed.filter(({ at }) => at === i));
    return ((own.ms + all.ms / all.weight) / (own.weight + 1)) * (1 + tasks);
  });
  const least = Math.min(...scores);
  return scores.flatMap((score, i) => (score <= least * (1 + 1e-9) ? [i] : []));
}

function tell(placement: Placement, clock: { nowMs: number }, { at, tookMs }: Took, isFailure = false): void {
  placement.ended({ node: node(at), name: 'work', isFailure, offeredAtMs: clock.nowMs - tookMs });
}

describe('The least response time', () => {
  it('should be what its definition says, whatever was heard and when', () => {
    const took = fc.record({
      at: fc.nat(3),
      tookMs: fc.integer({ min: 1, max: 5_000 }),
      afterMs: fc.oneof(fc.nat(3_000), fc.nat(900_000)),
    });
    const heards = fc.array(took, { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(heards, fc.array(fc.nat(5), { minLength: 4, maxLength: 4 }), (heard, held) => {
        const nodes = held.map((tasks) => ({ cpus: 1, load: busy(tasks, 0, { waiting: 50 }) }));
        const { placement, clock } = placementOf(nodes);
        picks(placement, POLICY, 1);
        for (const one of heard) {
          clock.nowMs += one.afterMs;
          tell(placement, clock, one);
        }
        expect(leastOf(heard, held, clock.nowMs)).to.include(picks(placement, POLICY, 1)[0]);
      }),
      { numRuns: 200 },
    );
  });

  it('should prefer the node that answered faster until it holds so much more, and forget what was long ago', () => {
    const { placement, clock, view } = placementOf([{ cpus: 1 }, { cpus: 1 }]);
    picks(placement, POLICY, 1);
    for (let i = 0; i < 50; i++) tell(placement, clock, { at: 0, tookMs: 400, afterMs: 0 });
    for (let i = 0; i < 50; i++) tell(placement, clock, { at: 1, tookMs: 100, afterMs: 0 });
    expect(picks(placement, POLICY, 5)).to.deep.equal([1, 1, 1, 0, 1]);
    load(view, node(1), busy(1, 1));
    expect(picks(placement, POLICY, 2)).to.deep.equal([1, 0]);
    clock.nowMs += 300_000;
    expect(picks(placement, POLICY, 1), 'both are as good as the mean').to.deep.equal([0]);
  });

  it('should not take a node for quick that fails at once, and keep what it knows when members come and go', () => {
    const { placement, clock, view } = placementOf([{ cpus: 1 }, { cpus: 1 }, { cpus: 1 }]);
    picks(placement, POLICY, 1);
    for (let i = 0; i < 5; i++) tell(placement, clock, { at: 0, tookMs: 1, afterMs: 0 }, true);
    for (let i = 0; i < 5; i++) tell(placement, clock, { at: 1, tookMs: 100, afterMs: 0 });
    for (let i = 0; i < 5; i++) tell(placement, clock, { at: 2, tookMs: 1_000, afterMs: 0 });
    expect(picks(placement, POLICY, 1)).to.deep.equal([1]);
    view.update(member(node(3), {}));
    view.forget(node(0));
    expect(picks(placement, POLICY, 4), '175, then 550 of which nothing is known').to.deep.equal([1, 1, 1, 3]);
  });
});
