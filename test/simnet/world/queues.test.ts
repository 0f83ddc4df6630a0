import { expect } from 'chai';
import { Flock } from '../../../simnet/world/flock.js';

describe('queues of the flock, in a simulated one', () => {
  it('should be known everywhere, limit what runs, and survive a restart of all', () => {
    const flock = Flock.warm(3, { cpus: 4, discipline: 'capacity' });
    flock.request('n0', { op: 'queue-set', name: 'nightly', settings: { weight: 1, limit: 0.25 } }, 1_000);
    flock.world.run(1_000);
    const names = (at: string) => flock.request(at, { op: 'queues' }, 1_000).map(({ name }) => name);
    expect(['n0', 'n1', 'n2'].map(names)).to.deep.equal([['nightly'], ['nightly'], ['nightly']]);
    const job = flock.submit('n1', 'sleep 1000', { tasks: 12, queue: { name: 'nightly' } });
    flock.finish('n2', job, 20_000);
    const { attempts } = flock.history;
    for (const { startMs, node } of attempts) {
      const beside = attempts.filter(
        (one) => one.node === node && one.startMs <= startMs && (one.endMs ?? 0) > startMs,
      );
      expect(beside).to.have.length(1);
    }
    for (const id of ['n0', 'n1', 'n2'] as const) flock.keepAway(id);
    for (const id of ['n0', 'n1', 'n2'] as const) flock.comeBack(id);
    flock.world.run(5_000);
    expect(names('n2')).to.deep.equal(['nightly']);
  });

  it('should refuse a job for a queue that nobody knows', () => {
    const flock = Flock.warm(1);
    expect(() => flock.submit('n0', 'sleep 1', { queue: { name: 'nightly' } })).to.throw('no queue "nightly"');
  });
});
