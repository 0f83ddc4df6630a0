import { expect } from 'chai';
import type { StoredCore } from '../../../src/tasks/register/stored.js';
import { coreKey } from '../../../src/tasks/register/stored.js';
import { Flock } from '../../../simnet/world/flock.js';

const HOUR_MS = 3_600_000;
const PROBED_MS = 5_000;

/** A flock in which all have probed all, and the wall clock of n0 is off. */
function skewed(nodes: number, byMs: number): Flock {
  const flock = Flock.warm(nodes);
  flock.machine('n0').skewMs = byMs;
  flock.world.run(PROBED_MS);
  return flock;
}

/** When the register of a job was born by the disk of a node, before now by a right clock; in ms. */
function age(flock: Flock, at: string, job: string): number {
  const { head } = flock.disk(at).get(coreKey(job)) as StoredCore;
  return flock.machine('n1').now().wallMs - head!.bornAtMs;
}

describe('a node whose wall clock is off', () => {
  for (const byMs of [HOUR_MS, -30 * HOUR_MS]) {
    it(`should go by the flock's, off by ${byMs / HOUR_MS} h: what it makes is new to the others`, () => {
      const flock = skewed(4, byMs);
      const job = flock.submit('n0', 'sleep 5');
      flock.finish('n0', job, 20_000);
      const holders = flock.ids.filter((id) => flock.disk(id).get(coreKey(job)) !== undefined);
      expect(holders).to.have.length(3);
      for (const holder of holders) expect(age(flock, holder, job)).to.be.within(0, 5_000);
    });
  }

  it('should meet the other in the middle where there are two', () => {
    const flock = skewed(2, 60_000);
    for (const at of ['n0', 'n1']) flock.finish(at, flock.submit(at, 'sleep 5'), 20_000);
    const { clocks } = flock.node('n0').core.membership;
    expect(clocks.aheadMs(flock.machine('n0').now())).to.be.closeTo(30_000, 100);
  });
});
