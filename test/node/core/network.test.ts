import { expect } from 'chai';
import { nodeId, type NodeId } from '../../../src/kernel/ids.js';
import { expectQuiet, shardHomes } from './support/checks.js';
import { Flock } from '../../../simnet/world/flock.js';

function halves(flock: Flock): [NodeId[], NodeId[]] {
  const half = Math.ceil(flock.ids.length / 2);
  return [flock.ids.slice(0, half), flock.ids.slice(half)];
}

describe('a flock in a bad network', () => {
  for (const loss of [0.05, 0.1]) {
    it(`should finish what it accepted while ${100 * loss} % of all messages get lost`, () => {
      const flock = Flock.formed(5);
      flock.network.options.loss = loss;
      const pending = flock.ids.flatMap((id) =>
        [1, 40].map((tasks) => {
          const submission = flock.submission('sleep 20-300', { tasks, retries: 1 });
          return { submission, answer: flock.ask(id, submission) };
        }),
      );
      flock.world.runUntil('answers', 30_000, () => pending.every(({ answer }) => answer.result !== undefined));
      const accepted = pending.filter(({ answer: { result } }) => result !== 'node-died' && result?.isOk);
      expect(accepted).to.have.length.above(7);
      flock.world.run(60_000);
      flock.network.options.loss = 0;
      for (const { submission } of accepted) {
        const { counts } = flock.finish('n0', submission.job, 20_000);
        expect(counts.succeeded).to.equal(submission.range.count);
      }
      flock.world.run(20_000);
      expectQuiet(flock);
    });
  }

  it('should work on in both halves of a partition, and finish when it heals', () => {
    const flock = Flock.formed(6);
    const job = flock.submit('n0', 'sleep 200-600', { tasks: 240 });
    flock.untilStarted(60);
    flock.network.split(...halves(flock));
    flock.world.run(60_000);
    expect(flock.beliefsOf('n0').filter((state) => state === 'dead')).to.have.length(3);
    const fewer = flock.request('n0', flock.submission('sleep 100', { tasks: 20 }));
    expect(flock.finish('n1', fewer.job, 10_000).counts.succeeded).to.equal(20);
    flock.network.heal();
    flock.world.runUntil('the flock is whole again', 60_000, () => flock.isWhole());
    expect(flock.finish('n5', job, 60_000).counts.succeeded).to.equal(240);
    expect(flock.finish('n5', fewer.job, 1_000).counts.succeeded).to.equal(20);
    flock.world.run(20_000);
    expectQuiet(flock);
  });

  it('should end what was started again elsewhere, once those it was thought lost with are heard of again', () => {
    const flock = Flock.formed(5);
    const job = flock.submit('n0', 'sleep 300000', { tasks: 7 });
    flock.untilStarted(7);
    const homes = shardHomes(flock, job);
    const victim = flock.history.attempts.map(({ node }) => node).find((node) => !homes.includes(node)) ?? 'n4';
    flock.network.split([nodeId(victim)]);
    flock.world.runUntil('its tasks start again', 90_000, () => flock.history.reruns().length > 0);
    flock.network.heal();
    flock.world.runUntil('the flock is whole again', 60_000, () => flock.isWhole());
    flock.world.run(10_000);
    const running = flock.history.running().map(({ task }) => task);
    expect(running).to.have.length(new Set(running).size);
  });

  it('should not start anything again over a partition that is shorter than a suspicion', () => {
    const flock = Flock.formed(6);
    const job = flock.submit('n0', 'sleep 200-600', { tasks: 240 });
    flock.untilStarted(60);
    flock.network.split(...halves(flock));
    flock.world.run(3_000);
    flock.network.heal();
    expect(flock.finish('n0', job, 60_000).counts.succeeded).to.equal(240);
    expect(flock.beliefsOf('n0')).not.to.include('dead');
    expect(flock.history.reruns()).to.have.length.below(12);
  });

  it('should say how many nodes it could not ask', () => {
    const flock = Flock.formed(4);
    const job = flock.submit('n0', 'sleep 100', { tasks: 40 });
    flock.finish('n0', job, 20_000);
    flock.network.split(['n0'] as NodeId[], ['n1', 'n2', 'n3'] as NodeId[]);
    flock.world.run(60_000);
    const jobs = flock.request('n0', { op: 'jobs', prefix: '', limit: 10 });
    expect(jobs).to.include({ asked: 4, answered: 1 });
  });

  it('should count nodes, not questions, in what it says of a page of tasks', () => {
    const flock = Flock.formed(5);
    const job = flock.submit('n0', 'sleep 300000', { tasks: 40 });
    const page = () => flock.request('n0', { op: 'tasks', job, after: -1, limit: 40 });
    flock.world.run(2_000);
    const whole = page();
    expect(whole).to.include({ isWhole: true, answered: whole.asked });
    expect(whole.asked).to.be.within(1, 5);
    flock.network.split(['n0', 'n3', 'n4'] as NodeId[], ['n1', 'n2'] as NodeId[]);
    const partial = page();
    expect(partial.isWhole).to.equal(false);
    expect(partial.asked).to.equal(5);
    expect(partial.answered).to.be.within(1, 3);
  });
});
