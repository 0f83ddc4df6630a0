import { expect } from 'chai';
import { membershipConfig } from '../../src/membership/config.js';
import { Suspicion } from '../../src/membership/suspicion.js';

const lengthOf = (size: number, slots: readonly number[], lifeguard = true) => {
  const suspicion = new Suspicion(membershipConfig({ lifeguard }), 1000, size);
  for (const slot of slots) suspicion.confirm(slot);
  return suspicion.deadlineMs - 1000;
};

describe('suspicion', () => {
  it('should last the least where nobody is left to confirm', () => {
    expect(lengthOf(2, [0])).to.equal(4000);
  });

  it('should fall with independent confirmations as Lifeguard has it', () => {
    expect(lengthOf(5, [0])).to.equal(24_000);
    expect(lengthOf(5, [0, 1])).to.be.closeTo(24_000 - (20_000 * Math.log(2)) / Math.log(3), 0.001);
    expect(lengthOf(5, [0, 1, 2])).to.equal(4000);
    expect(lengthOf(3, [0, 1])).to.equal(4000);
  });

  it('should count one reporter once, and no more than are needed', () => {
    expect(lengthOf(5, [4, 4, 4])).to.equal(24_000);
    expect(lengthOf(5, [0, 1, 2, 3, 4])).to.equal(4000);
  });

  it('should grow with the logarithm of the flock', () => {
    expect(lengthOf(1000, [0, 1, 2])).to.be.closeTo(12_000, 0.001);
    expect(lengthOf(1000, [0])).to.be.closeTo(72_000, 0.001);
  });

  it('should have one length in plain SWIM', () => {
    expect(lengthOf(5, [0], false)).to.equal(4000);
  });
});
