import { expect } from 'chai';
import { Flock } from '../../../simnet/world/flock.js';

describe('a flock that starts formed', () => {
  it('should know all its members from the start, hold one ring, and keep no list for each', () => {
    const flock = Flock.warm(20);
    expect(flock.isWhole()).to.equal(true);
    expect(new Set(flock.up.map(({ core }) => core.view.ring)).size).to.equal(1);
    flock.world.run(30_000);
    for (const { core } of flock.up) core.validate();
    expect(flock.isWhole()).to.equal(true);
  });

  it('should agree on one ring again after a death', () => {
    const flock = Flock.warm(12);
    flock.node('n3').die(true);
    flock.world.runUntil('all hold it dead', 30_000, () => flock.isWhole());
    const rings = new Set(flock.up.map(({ core }) => core.view.ring));
    expect([...rings].map(({ size }) => size)).to.deep.equal([11]);
    for (const { core } of flock.up) core.validate();
  });

  it('should run what it is given', () => {
    const flock = Flock.warm(5);
    const info = flock.finish('n1', flock.submit('n2', 'sleep 10', { tasks: 40 }), 10_000);
    expect(info.counts.succeeded).to.equal(40);
  });
});
