import { expect } from 'chai';
import { expectQuiet } from './support/checks.js';
import { Flock } from '../../../simnet/world/flock.js';

/** What is sent and stepped in a minute of virtual time, per node and second. */
function pulse(flock: Flock): { kinds: string[]; messages: number; steps: number } {
  flock.network.sent.clear();
  const before = flock.up.reduce((sum, { steps }) => sum + steps, 0);
  flock.world.run(60_000);
  const per = flock.up.length * 60;
  const messages = [...flock.network.sent.values()].reduce((sum, n) => sum + n, 0) / per;
  const steps = (flock.up.reduce((sum, node) => sum + node.steps, 0) - before) / per;
  return { kinds: [...flock.network.sent.keys()].filter((kind) => !kind.startsWith('swim.')), messages, steps };
}

describe('an idle flock', () => {
  it('should do nothing but watch over its members', () => {
    const flock = Flock.formed(5);
    flock.world.run(10_000);
    expectQuiet(flock);
    const { kinds, messages, steps } = pulse(flock);
    expect(kinds).to.deep.equal([]);
    expect(messages).to.be.below(2.5);
    expect(steps).to.be.below(7);
  });

  it('should come to rest after its jobs', () => {
    const flock = Flock.formed(5);
    const jobs = flock.ids.flatMap((id) => [
      flock.submit(id, 'sleep 10-300', { tasks: 60 }),
      flock.submit(id, 'fail-first 1 20', { tasks: 20, retries: 1, key: 'hot' }),
      flock.submit(id, 'sleep 5000', { tasks: 20 }),
    ]);
    for (const job of jobs.slice(-3)) flock.request('n0', { op: 'cancel', job });
    for (const job of jobs) flock.finish('n0', job, 120_000);
    flock.world.run(15_000);
    expectQuiet(flock);
    const { kinds, messages, steps } = pulse(flock);
    expect(kinds).to.deep.equal([]);
    expect(messages).to.be.below(2.5);
    expect(steps).to.be.below(7);
  });

  it('should come to rest after a node died with work in its queue', () => {
    const flock = Flock.formed(4);
    const job = flock.submit('n0', 'sleep 200', { tasks: 100 });
    flock.start('late');
    flock.world.run(3_000);
    flock.node('late').die(true);
    flock.finish('n0', job, 120_000);
    flock.world.run(60_000);
    expectQuiet(flock);
    const { kinds, messages } = pulse(flock);
    expect(kinds).to.deep.equal([]);
    expect(messages).to.be.below(3);
  });

  it('should not ask for work while every task has a slot', () => {
    const flock = Flock.warm(20, { cpus: 4 });
    for (let i = 0; i < 200; i++) {
      flock.world.run(40);
      flock.ask(`n${i % 20}`, flock.submission('sleep 500'));
    }
    flock.world.run(2_000);
    expect(flock.history.attempts).to.have.length(200);
    expect(flock.network.sent.get('steal.ask')).to.equal(undefined);
  });

  it('should not spin while it has more to do than it can', () => {
    const flock = Flock.formed(3);
    flock.submit('n0', 'sleep 600000', { tasks: 3_000 });
    flock.world.run(10_000);
    const { messages, steps } = pulse(flock);
    expect(messages).to.be.below(40);
    expect(steps).to.be.below(80);
  });
});
