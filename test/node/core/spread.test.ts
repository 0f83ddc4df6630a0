import { expect } from 'chai';
import { expectEachOnce, makespan, startsByNode, workOf } from './support/checks.js';
import { Flock } from '../../../simnet/world/flock.js';

/** The bound on one of five nodes. Loads are hints, in which a task on its way may count twice: hence a sixth more. */
function boundOf(tasks: number): number {
  return (1.25 * (tasks + 1) * (7 / 6)) / 5;
}

/** Runs until all tasks have been started, looking at each node's load on the way; returns the highest. */
function peakLoad(flock: Flock, tasks: number): number {
  let peak = 0;
  flock.world.runUntil('all tasks have been started', 120_000, () => {
    const loads = flock.up.map(({ core }) => core.stats()).map(({ running = 0, queued = 0 }) => running + queued);
    peak = Math.max(peak, ...loads);
    return flock.history.attempts.length === tasks;
  });
  return peak;
}

describe('a flock that spreads its work', () => {
  it('should run every task of an array once, on all nodes, in nearly the least possible time', () => {
    const flock = Flock.formed(5);
    const job = flock.submit('n1', 'sleep 50-450', { tasks: 500 });
    const peak = peakLoad(flock, 500);
    expectEachOnce(flock, flock.finish('n3', job, 1_000));
    const { attempts } = flock.history;
    expect([...startsByNode(flock).values()].every((starts) => starts >= 75)).to.equal(true);
    expect(makespan(attempts)).to.be.below((workOf(attempts) / 10) * 1.1);
    expect(peak).to.be.below(boundOf(500));
  });

  it('should run the only task of a job at its coordinator while a slot is free there, without an offer to anybody', () => {
    const flock = Flock.formed(5);
    for (let i = 0; i < 40; i++) flock.finish('n0', flock.submit('n0', 'sleep 1'), 1_000);
    expect(flock.history.attempts).to.have.length(40);
    expect(flock.network.sent.get('task.offer')).to.equal(undefined);
  });

  it('should steal nothing where the load is balanced', () => {
    const flock = Flock.formed(5);
    for (let i = 0; i < 200; i++) {
      flock.submit(`n${i % 5}`, 'sleep 200');
      flock.world.run(40);
    }
    flock.world.run(1_000);
    expect(flock.history.attempts).to.have.length(200);
    expect(flock.total('stolen')).to.equal(0);
  });

  it('should steal no more of an array than its hashing leaves uneven', () => {
    const flock = Flock.formed(5);
    const job = flock.submit('n0', 'sleep 100', { tasks: 500 });
    expectEachOnce(flock, flock.finish('n0', job, 60_000));
    expect(flock.total('stolen')).to.be.at.most(75);
  });

  it('should even out tasks that all belong to one node by their key', () => {
    const flock = Flock.formed(5);
    const job = flock.submit('n2', 'sleep 200', { tasks: 300, key: 'hot' });
    const peak = peakLoad(flock, 300);
    expectEachOnce(flock, flock.finish('n2', job, 1_000));
    const { attempts } = flock.history;
    expect(startsByNode(flock).size).to.equal(5);
    expect(makespan(attempts)).to.be.below((workOf(attempts) / 10) * 1.25);
    expect(peak).to.be.below(boundOf(300));
  });

  it('should run tasks of one key on one node while that has room', () => {
    const flock = Flock.formed(5);
    for (let i = 0; i < 10; i++) flock.finish('n2', flock.submit(`n${i % 5}`, 'sleep 50', { key: 'warm' }), 5_000);
    expect([...startsByNode(flock).values()]).to.deep.equal([10]);
  });

  it('should have a node that comes later take its part', () => {
    const flock = Flock.formed(3);
    const job = flock.submit('n0', 'sleep 200', { tasks: 300 });
    flock.world.run(2_000);
    flock.start('late');
    expectEachOnce(flock, flock.finish('n0', job, 60_000));
    expect(startsByNode(flock).get(flock.node('late').id)).to.be.above(30);
  });

  it('should leave large tasks to the nodes that can run them', () => {
    const flock = Flock.formed(3);
    flock.start('big', 8);
    flock.world.runUntil('the flock forms', 60_000, () => flock.isWhole());
    const needs = { cpus: 4, memBytes: 0, gpus: 0, custom: {} };
    const job = flock.submit('n0', 'sleep 100', { tasks: 20, needs });
    expectEachOnce(flock, flock.finish('n0', job, 60_000));
    expect([...startsByNode(flock).keys()]).to.deep.equal(['big']);
  });

  it('should refuse what no node could ever run', () => {
    const flock = Flock.formed(3);
    const needs = { cpus: 3, memBytes: 0, gpus: 0, custom: {} };
    expect(() => flock.submit('n0', 'sleep 100', { needs })).to.throw('no node has enough cpus');
  });
});
