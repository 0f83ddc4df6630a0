import { expect } from 'chai';
import { calibrate } from '../../../src/node/io/calibration.js';

describe('the calibration of a node', () => {
  /** A clock by which each run takes the next of these times, in ms. */
  const clockOf = (...times: number[]) => {
    let [nowMs, calls] = [0, 0];
    return () => {
      if (calls++ % 2 === 1) nowMs += times[(calls / 2 - 1) % times.length] ?? 0;
      return nowMs;
    };
  };

  it('should be the best of its runs, with two digits', () => {
    expect(calibrate(clockOf(2.5))).to.equal(1);
    expect(calibrate(clockOf(100, 1.2345, 3))).to.equal(2);
    expect(calibrate(clockOf(7.3))).to.equal(0.34);
  });

  it('should stay within what a profile may say, whatever the clock does', () => {
    expect(calibrate(clockOf(0))).to.equal(0.01);
    expect(calibrate(clockOf(1e9))).to.equal(0.01);
    expect(calibrate(clockOf(1e-9))).to.equal(1000);
  });

  it('should say much the same of one machine twice, and not take long', () => {
    const sinceMs = performance.now();
    const [first, second] = [calibrate(), calibrate()];
    expect(performance.now() - sinceMs).to.be.below(2_000);
    expect(first / second).to.be.within(0.5, 2);
  });
});
