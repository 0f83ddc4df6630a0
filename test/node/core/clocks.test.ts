import { expect } from 'chai';
import { CoveyError } from '../../../src/kernel/errors.js';
import { coreKey } from '../../../src/tasks/register/stored.js';
import { Flock } from '../../../simnet/world/flock.js';

const PROBED_MS = 5_000;

/** A flock in which all have probed all, and the wall clock of n0 is an hour ahead. */
function skewed(nodes: number): Flock {
  const flock = Flock.warm(nodes);
  flock.machine('n0').skewMs = 3_600_000;
  flock.world.run(PROBED_MS);
  return flock;
}

const offs = (flock: Flock) =>
  flock.ids.map((id) => flock.node(id).core.membership.clocks.isOff(flock.machine(id).now()));

describe('a node whose wall clock is off', () => {
  it('should know it, and no other should be in doubt', () => {
    expect(offs(skewed(3))).to.deep.equal([true, false, false]);
    expect(offs(skewed(4))).to.deep.equal([true, false, false, false]);
  });

  it('should not vote on what is new, which the others accept without it', () => {
    const flock = skewed(3);
    const job = flock.submit('n1', 'sleep 5');
    flock.finish('n1', job, 20_000);
    const holders = flock.ids.filter((id) => flock.disk(id).get(coreKey(job)) !== undefined);
    expect(holders).to.deep.equal(['n1', 'n2']);
  });

  it('should refuse a submission that needs its vote, until the clock is set', () => {
    const flock = skewed(2);
    const submission = flock.submission('sleep 5');
    expect(() => flock.request('n0', submission)).to.throw(CoveyError, /clock is 3600\.0 s off the flock's/);
    flock.machine('n0').skewMs = 0;
    flock.finish('n0', flock.request('n0', submission).job, 20_000);
  });
});
