import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';
import { CLOCK_OFF_MAX_MS, PeerClocks } from '../../src/membership/peer-clocks.js';

const WALL_MS = 1_790_000_000_000;
/** The own clock is right and has run for `monoMs`. */
const at = (monoMs: number, byMs = 0) => ({ monoMs, wallMs: WALL_MS + monoMs + byMs });

function clocks(...byMs: readonly number[]): PeerClocks {
  const known = new PeerClocks();
  for (const [i, by] of byMs.entries()) known.heard(nodeId(`n${i}`), WALL_MS + i + by, i - 20, i + 20);
  return known;
}

describe('the clocks of the others', () => {
  it('should say nothing against a clock alone', () => {
    expect(clocks().aheadMs(at(5))).to.equal(0);
  });

  it('should hold the own clock against the median of all, its own included', () => {
    expect(clocks(100, 90_000).aheadMs(at(5))).to.equal(-100);
    expect(clocks(0, 90_000).aheadMs(at(5)), 'one wrong clock of three').to.equal(0);
    expect(clocks(60_000, 60_010).aheadMs(at(5))).to.equal(-60_000);
    expect(clocks(0, 0, 0).aheadMs(at(5, 3_600_000))).to.equal(3_600_000);
    expect(clocks(0, 0, 10, 3_600_000).aheadMs(at(5, -20))).to.equal(-20);
  });

  it('should lie in the middle where there are two medians: for each of the nodes the same', () => {
    expect(clocks(-7_000).aheadMs(at(5))).to.equal(3_500);
    expect(clocks(7_000).aheadMs(at(5))).to.equal(-3_500);
    expect(clocks(0, 8_000, 9_000).aheadMs(at(5))).to.equal(-4_000);
    expect(clocks(0, 0, 9_000).aheadMs(at(5, 8_000))).to.equal(4_000);
    expect(clocks(-9_000, 1_000, 2_000).aheadMs(at(5))).to.equal(-500);
  });

  it('should agree with the definition', () => {
    const prng = new Prng(5);
    for (let round = 0; round < 500; round++) {
      const peers = Array.from({ length: prng.below(6) }, () => prng.below(10_000));
      const own = prng.below(10_000);
      const all = [...peers, own].sort((a, b) => a - b);
      const median = (all[(all.length - 1) >> 1]! + all[all.length >> 1]!) / 2;
      expect(clocks(...peers).aheadMs(at(5, own)), String(all)).to.equal(own - median);
    }
  });

  it('should go by the own clock while it is near, else by the median, and notice a jump at once', () => {
    const known = clocks(0, 0, 0);
    expect(known.flockTime(at(1_000))).to.deep.equal(at(1_000));
    expect(known.flockTime(at(1_000, CLOCK_OFF_MAX_MS))).to.deep.equal(at(1_000, CLOCK_OFF_MAX_MS));
    expect(known.flockTime(at(1_001, CLOCK_OFF_MAX_MS + 1))).to.deep.equal(at(1_001));
    expect(known.flockTime(at(1_001, -3_600_000))).to.deep.equal(at(1_001));
  });

  it('should pass over an answer that was heard long after it was asked for', () => {
    const known = clocks(0, 0);
    known.heard(nodeId('n0'), WALL_MS + 10, 0, 8_000);
    known.heard(nodeId('n1'), WALL_MS + 10, 0, 8_000);
    expect(known.aheadMs(at(8_000))).to.equal(0);
  });

  it('should go by the last that were heard, each once', () => {
    const known = clocks(...Array.from({ length: 100 }, (_, i) => (i < 60 ? 3_600_000 : 0)));
    expect(known.aheadMs(at(5)), 'of a hundred').to.equal(0);
    for (let i = 0; i < 100; i++) known.heard(nodeId('n99'), WALL_MS + 7_000, -20, 20);
    expect(known.aheadMs(at(5)), 'one that is heard often').to.equal(0);
  });

  it('should forget those that are gone', () => {
    const known = clocks(9_000);
    known.forget(nodeId('n0'));
    expect(known.aheadMs(at(5))).to.equal(0);
  });
});
