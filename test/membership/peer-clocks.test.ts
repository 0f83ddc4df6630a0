import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
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

  it('should hold the own clock against the median', () => {
    expect(clocks(-7_000).aheadMs(at(5))).to.equal(7_000);
    expect(clocks(100, 90_000, -50).aheadMs(at(5))).to.equal(-100);
    expect(clocks(60_000, 60_010, 59_990).aheadMs(at(5))).to.equal(-60_000);
  });

  it('should take the nearer of two medians: one wrong clock of three throws no doubt on the others', () => {
    expect(clocks(0, 90_000).aheadMs(at(5))).to.equal(0);
    expect(clocks(3_000, 90_000).aheadMs(at(5))).to.equal(-3_000);
    expect(clocks(-9_000, -3_000).aheadMs(at(5))).to.equal(3_000);
  });

  it('should notice a jump of the own clock at once', () => {
    const known = clocks(0, 0, 0);
    expect(known.isOff(at(1_000))).to.equal(false);
    expect(known.isOff(at(1_000, CLOCK_OFF_MAX_MS))).to.equal(false);
    expect(known.isOff(at(1_001, CLOCK_OFF_MAX_MS + 1))).to.equal(true);
    expect(known.isOff(at(1_001, -3_600_000))).to.equal(true);
  });

  it('should pass over an answer that was heard long after it was asked for', () => {
    const known = clocks(0);
    known.heard(nodeId('n0'), WALL_MS + 10, 0, 8_000);
    expect(known.aheadMs(at(8_000))).to.equal(0);
  });

  it('should forget those that are gone', () => {
    const known = clocks(9_000);
    known.forget(nodeId('n0'));
    expect(known.aheadMs(at(5))).to.equal(0);
  });
});
