import { expect } from 'chai';
import { nodeId } from '../../../src/kernel/ids.js';
import { CoveyError } from '../../../src/kernel/errors.js';
import { coreKey } from '../../../src/tasks/register/stored.js';
import { expectEachOnce, expectQuiet, shardHomes } from './support/checks.js';
import { Flock } from '../../../simnet/world/flock.js';

describe('a node that leaves', () => {
  it('should hand back what it holds, and be known to have left', () => {
    const flock = Flock.formed(5);
    const job = flock.submit('n0', 'sleep 300-900', { tasks: 200 });
    flock.untilStarted(60);
    const atMs = flock.world.nowMs;
    flock.node('n3').feed({ kind: 'leave' });
    flock.world.runUntil('it has left', 5_000, () => flock.node('n3').hasLeft);
    expect(flock.world.nowMs - atMs, 'its records are handed over, too').to.be.below(3_000);
    flock.world.run(5_000);
    expect(flock.beliefsOf('n3')).to.deep.equal(['left', 'left', 'left', 'left']);
    expect(flock.history.attempts.filter(({ node, startMs }) => node === 'n3' && startMs > atMs)).to.deep.equal([]);
    flock.start('n3');
    flock.world.runUntil('it is back', 10_000, () => flock.isWhole());
    expect(flock.finish('n1', job, 60_000).counts.succeeded).to.equal(200);
    for (const task of flock.history.reruns())
      expect(flock.history.of(task)[0]).to.include({ node: 'n3', how: 'ended' });
  });

  it('should take nothing more once it has told that it leaves, from who has not heard of that', () => {
    const flock = Flock.formed(3);
    const telling = ['load.vector', 'swim.rumour', 'swim.ping', 'swim.ack', 'swim.digest', 'swim.states'] as const;
    flock.network.tamper({ kinds: telling, to: nodeId('n0'), fate: 'lost' });
    flock.node('n1').feed({ kind: 'leave' });
    flock.world.runUntil('it has left', 5_000, () => flock.node('n1').hasLeft);
    const submissions = Array.from({ length: 12 }, () => flock.submission('sleep 100'));
    for (const submission of submissions) flock.ask('n0', submission);
    flock.world.runUntil('n1 is down', 1_000, () => !flock.node('n1').isUp);
    const homes = submissions.flatMap(({ job }) => ['n0', 'n1'].filter((id) => flock.disk(id).get(coreKey(job))));
    expect(new Set(homes)).to.deep.equal(new Set(['n0']));
  });

  it('should tell of a success that comes while it leaves, and not have it started again', () => {
    const flock = Flock.formed(3);
    const job = flock.submit('n0', 'stubborn 300', { tasks: 6 });
    flock.untilStarted(6);
    flock.node('n1').feed({ kind: 'leave' });
    flock.world.runUntil('it has left', 5_000, () => flock.node('n1').hasLeft);
    flock.world.run(500);
    flock.start('n1');
    expectEachOnce(flock, flock.finish('n0', job, 20_000));
  });

  it('should not wait for an attempt that will not end, longer than its grace', () => {
    const flock = Flock.formed(3);
    flock.submit('n0', 'stubborn 60000', { tasks: 6 });
    flock.world.run(1_000);
    flock.node('n1').feed({ kind: 'leave' });
    flock.world.runUntil('it has left', 6_000, () => flock.node('n1').hasLeft);
    flock.world.run(1_000);
    expect(flock.history.running().filter(({ node }) => node === 'n1')).to.deep.equal([]);
  });

  it('should be asked what it holds though all that are here drain', () => {
    const flock = Flock.formed(2);
    const job = flock.submit('n0', 'sleep 100', { tasks: 4 });
    flock.finish('n0', job, 5_000);
    for (const id of flock.ids) flock.request(id, { op: 'drain', node: id, begin: true });
    flock.world.run(1_000);
    expect(flock.request('n1', { op: 'job', job, waitMs: 0 })).to.deep.include({ state: 'succeeded' });
  });

  it('should say of what it drains how many tasks stay, and take no more where all drain', () => {
    const flock = Flock.formed(2);
    const job = flock.submit('n0', 'sleep 1000', { tasks: 40 });
    flock.world.run(500);
    const drain = (id: string) => flock.request('n0', { op: 'drain', node: id, begin: true });
    const idle = (id: string) => {
      return () => Object.values({ ...drain(id), node: 0, unfinished: 0 }).every((count) => count === 0);
    };
    flock.world.runUntil('n1 is drained', 10_000, idle('n1'));
    expect(drain('n1')).to.include({ unfinished: 0 });
    flock.submit('n0', 'sleep 10');
    flock.world.runUntil('n0 is drained', 10_000, idle('n0'));
    const { counts } = flock.request('n0', { op: 'job', job, waitMs: 0 });
    expect(drain('n0').unfinished).to.be.at.least(counts.pending).and.above(0);
    expect(() => flock.submit('n0', 'sleep 10'))
      .to.throw(CoveyError, 'no node takes work')
      .with.property('code', 'unplaceable');
  });

  it('should leave though nobody takes back what it holds', () => {
    const flock = Flock.formed(3);
    flock.submit('n0', 'sleep 60000', { tasks: 6 });
    flock.world.run(1_000);
    for (const id of ['n0', 'n2']) flock.node(id).die(true);
    flock.node('n1').feed({ kind: 'leave' });
    flock.world.runUntil('it has left', 16_000, () => flock.node('n1').hasLeft);
    expect(flock.history.running()).to.deep.equal([]);
  });

  it('should be no loss to a job that is not at home there', () => {
    const flock = Flock.formed(4);
    const job = flock.submit('n0', 'sleep 100', { tasks: 400 });
    flock.start('late');
    flock.world.run(3_000);
    flock.node('late').feed({ kind: 'leave' });
    expect(flock.finish('n0', job, 60_000).counts.succeeded).to.equal(400);
    flock.world.run(10_000);
    expectQuiet(flock);
  });

  it('should take no part while it is away, and all when it is back', () => {
    const flock = Flock.formed(3);
    flock.node('n2').feed({ kind: 'leave' });
    flock.world.run(3_000);
    expectEachOnce(flock, flock.finish('n0', flock.submit('n0', 'sleep 50', { tasks: 60 }), 10_000));
    flock.start('n2');
    flock.world.runUntil('it is back', 10_000, () => flock.isWhole());
    const job = flock.submit('n2', 'sleep 50', { tasks: 60 });
    expectEachOnce(flock, flock.finish('n2', job, 10_000));
    expect(shardHomes(flock, job)).to.include('n2');
  });
});
