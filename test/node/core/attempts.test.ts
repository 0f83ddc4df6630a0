import { expect } from 'chai';
import { expectQuiet } from './support/checks.js';
import { Flock } from '../../../simnet/world/flock.js';

describe('attempts', () => {
  it('should be ended when they run longer than they may', () => {
    const flock = Flock.formed(3);
    const job = flock.submit('n0', 'sleep 5000', { tasks: 12, timeoutMs: 300 });
    expect(flock.finish('n0', job, 10_000).counts['timed-out']).to.equal(12);
    const { task } = flock.request('n1', { op: 'task', job, index: 5 });
    expect(task).to.deep.include({ state: 'timed-out', attempts: 1, reason: 'ran longer than 300ms' });
    for (const { startMs, endMs } of flock.history.attempts) expect(endMs! - startMs).to.be.within(300, 310);
  });

  it('should be killed after the grace where they do not end', () => {
    const flock = Flock.formed(3);
    const job = flock.submit('n0', 'stubborn 60000', { timeoutMs: 300 });
    expect(flock.finish('n0', job, 10_000).counts['timed-out']).to.equal(1);
    const [{ startMs, endMs }] = flock.history.attempts as [(typeof flock.history.attempts)[number]];
    expect(endMs! - startMs).to.be.within(5_300, 5_310);
  });

  it('should be made again as often as the job allows', () => {
    const flock = Flock.formed(3);
    const enough = flock.submit('n0', 'fail-first 2 20', { tasks: 20, retries: 2 });
    const tooFew = flock.submit('n1', 'fail-first 2 20', { tasks: 20, retries: 1 });
    expect(flock.finish('n0', enough, 10_000).counts.succeeded).to.equal(20);
    expect(flock.finish('n0', tooFew, 10_000).counts.failed).to.equal(20);
    expect(flock.history.attempts).to.have.length(20 * 3 + 20 * 2);
    const { task } = flock.request('n2', { op: 'task', job: tooFew, index: 0 });
    expect(task).to.include({ state: 'failed', attempts: 2, exitCode: 1 });
    for (const each of flock.history.starts().keys()) {
      const epochs = flock.history.of(each).map(({ epoch }) => epoch);
      expect(epochs).to.deep.equal([...new Set(epochs)].toSorted((a, b) => a - b));
    }
  });

  it('should count timeouts among what is tried again', () => {
    const flock = Flock.formed(3);
    const job = flock.submit('n0', 'sleep 5000', { tasks: 3, timeoutMs: 100, retries: 2 });
    expect(flock.finish('n0', job, 10_000).counts['timed-out']).to.equal(3);
    expect(flock.history.attempts).to.have.length(9);
    flock.world.run(5_000);
    expectQuiet(flock);
  });
});
