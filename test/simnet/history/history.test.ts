import { expect } from 'chai';
import type { JobId, NodeId, TaskId } from '../../../src/kernel/ids.js';
import { History, partsOf } from '../../../simnet/history/history.js';
import { Tap } from '../../../simnet/history/tap.js';
import { Flock } from '../../../simnet/world/flock.js';

const [a, b, c] = ['a', 'b', 'c'] as [NodeId, NodeId, NodeId];
const task = (index: number, job = 'job1') => `${job}/${index}` as TaskId;

describe('a history', () => {
  it('should know what runs, what ended and what died with its node', () => {
    const history = new History();
    history.started(a, { task: task(0), epoch: 1 }, 5);
    history.started(b, { task: task(1), epoch: 1 }, 6);
    history.started(a, { task: task(2), epoch: 1 }, 7);
    history.ended({ task: task(2), epoch: 1 }, 8);
    history.died(a, 9);
    expect(history.attempts.map(({ how, endMs }) => [how, endMs])).to.deep.equal([
      ['died', 9],
      ['runs', undefined],
      ['ended', 8],
    ]);
    expect(history.running().map(({ task }) => task)).to.deep.equal([task(1)]);
    expect(history.deaths).to.deep.equal([{ node: a, atMs: 9 }]);
  });

  it('should count starts, and judge nothing', () => {
    const history = new History();
    for (const epoch of [1, 1, 2]) history.started(a, { task: task(0), epoch }, epoch);
    expect(history.of(task(0))).to.have.length(3);
    expect(history.reruns()).to.deep.equal([task(0)]);
  });

  it('should take for an outcome what a majority has, and note what is written over that', () => {
    const history = new History();
    const record = { index: 4, state: 'failed', epoch: 7, attempts: 2, failures: 1, losses: 0, path: [] };
    const version = (n: number, seq: number) => ({ generation: 0, n, node: a, seq });
    const core = (n: number) => ({ promised: { n, node: a }, head: { set: [a, b, c], generation: 0 } });
    const put = (node: NodeId, key: string, value: unknown, atMs: number) =>
      history.recorded({ key, value }, undefined, node, atMs);
    const task4 = 'entry/job1/task/0000000004';
    for (const node of [a, b]) {
      put(node, 'entry/job1/job', { version: version(1, 1), value: { job: 'job1', digest: 'd' } }, 1);
      put(node, 'register/job1', core(1), 1);
    }
    put(a, task4, { version: version(1, 2), value: record }, 2);
    expect(history.durables.records).to.deep.equal([]);
    put(b, task4, { version: version(1, 2), value: record }, 3);
    put(c, task4, { version: version(1, 2), value: record }, 4);
    put(c, task4, { version: version(2, 1), value: { ...record, state: 'pending' } }, 5);
    const { created, records, rewrites, breaches } = history.durables;
    expect(created).to.deep.equal([{ atMs: 1, node: a, job: 'job1', digest: 'd', generation: 0, set: [a, b, c] }]);
    expect(records).to.have.length(1);
    expect(records[0]).to.include({ task: task(4), state: 'failed', epoch: 7, atMs: 3, node: a });
    expect(rewrites).to.deep.equal([{ atMs: 5, node: c, task: task(4), was: 'failed', is: 'pending' }]);
    expect(breaches).to.deep.equal([]);
  });

  it('should know of each set that a job has had what its disks were given, whatever they keep', () => {
    const history = new History();
    const put = (node: NodeId, generation: number, set: readonly NodeId[]) => {
      const version = { generation, n: 1 + generation, node: a, seq: 1 };
      const core = { promised: { n: 1 + generation, node: a }, head: { set, generation } };
      const value = { version, value: { job: 'job1', digest: 'd' } };
      history.recorded({ key: 'entry/job1/job', value }, undefined, node, 1);
      history.recorded({ key: 'register/job1', value: core }, undefined, node, 1);
    };
    for (const node of [a, b]) put(node, 0, [a, b, c]);
    for (const node of [a, c]) put(node, 1, [a, b]);
    expect(history.durables.holdersOf('job1' as JobId)).to.deep.equal([
      { set: [a, b, c], disks: 2 },
      { set: [a, b], disks: 1 },
    ]);
  });

  it('should note a disk that takes or promises less than it has promised', () => {
    const history = new History();
    const put = (key: string, value: unknown) => history.recorded({ key, value }, undefined, a, 9);
    put('register/job1', { promised: { n: 3, node: b } });
    put('entry/job1/spec', { version: { generation: 0, n: 2, node: a, seq: 1 }, value: {} });
    put('register/job1', { promised: { n: 3, node: a } });
    expect(history.durables.breaches.map(({ message }) => message)).to.deep.equal([
      'job1 on a: took 2 of a after it had promised 3 of b',
      'job1 on a: promised 3 of a after 3 of b',
    ]);
  });

  it('should tell the same without some jobs', () => {
    const history = new History();
    for (const job of ['job1', 'job2']) history.started(a, { task: task(0, job), epoch: 1 }, 5);
    history.died(b, 6);
    const rest = history.without(new Set(['job1' as JobId]));
    expect(rest.attempts.map((attempt) => attempt.task)).to.deep.equal([task(0, 'job2')]);
    expect(rest.attempt(task(0), 1)).to.equal(undefined);
    expect(rest.deaths).to.deep.equal(history.deaths);
  });

  it('should take a task id apart', () => {
    expect(partsOf(task(12))).to.deep.equal({ job: 'job1', index: 12 });
  });
});

describe('the tap on what nodes say', () => {
  /** Two tasks a node, so that others are asked and steal. */
  function watched(): Flock {
    const flock = Flock.formed(3, { seed: 4, cpus: 1 });
    flock.history.watcher = new Tap(flock.history, () => ({ total: 9, share: 0.5 })).watch;
    return flock;
  }

  it('should note offers, what was accepted on them, steals and ends', () => {
    const flock = watched();
    flock.finish('n0', flock.submit('n0', 'sleep 50-500 3', { tasks: 40 }), 60_000);
    const { attempts, messages } = flock.history;
    expect(messages.offers.length).to.be.above(0);
    expect(messages.accepts.length).to.be.above(0);
    expect(messages.accepts[0]).to.include({ total: 9, share: 0.5, job: 'job0001' });
    expect(messages.steals.some(({ given }) => given > 0)).to.equal(true);
    expect(new Set(attempts.map(({ exitCode }) => exitCode))).to.deep.equal(new Set([3]));
  });

  it('should not hold it against a node what it takes where nobody regards bounds', () => {
    const flock = watched();
    flock.finish('n0', flock.submit('n0', 'sleep 50-500', { tasks: 40, policy: 'round-robin' }), 60_000);
    const { offers, accepts } = flock.history.messages;
    expect(offers.length).to.be.above(0);
    expect(accepts).to.deep.equal([]);
  });

  it('should note hand-backs of a node that leaves', () => {
    const flock = watched();
    flock.submit('n0', 'sleep 5000', { tasks: 60, key: 'hot' });
    flock.untilStarted(3);
    for (const id of ['n1', 'n2']) flock.node(id).feed({ kind: 'leave' });
    flock.world.run(10_000);
    const { handbacks } = flock.history.messages;
    expect(handbacks.length).to.be.above(0);
    for (const handback of handbacks.filter(({ thief }) => thief === undefined)) {
      expect(handback.coordinator).to.not.equal(handback.node);
      expect(['n1', 'n2']).to.include(handback.node);
    }
  });

  it('should note a cancel that is final since the executor is held to be dead', () => {
    const flock = Flock.formed(3, { seed: 4, cpus: 1 });
    const isGone = (node: NodeId) => node === 'n1';
    flock.history.watcher = new Tap(
      flock.history,
      () => ({ total: 9, share: 0.5 }),
      () => 1,
      isGone,
    ).watch;
    const job = flock.submit('n0', 'sleep 5000', { tasks: 12 });
    flock.untilStarted(3);
    flock.request('n0', { op: 'cancel', job });
    flock.finish('n0', job, 30_000);
    const { givenUp } = flock.history.messages;
    const { records } = flock.history.durables;
    const there = records.filter(({ executor }) => executor === 'n1').map(({ task, epoch }) => ({ task, epoch }));
    expect(there).to.not.deep.equal([]);
    expect(givenUp.map(({ task, epoch }) => ({ task, epoch }))).to.have.deep.members(there);
  });

  it('should note a cancel once its coordinator is told that it is on disk', () => {
    const flock = watched();
    const job = flock.submit('n0', 'sleep 5000', { tasks: 12 });
    flock.untilStarted(3);
    expect(flock.history.messages.cancelNotes).to.deep.equal([]);
    const askedMs = flock.world.nowMs;
    flock.request('n0', { op: 'cancel', job });
    flock.finish('n0', job, 30_000);
    const notes = flock.history.messages.cancelNotes;
    expect(notes.every(({ atMs }) => atMs > askedMs)).to.equal(true);
    expect(
      new Set(notes.flatMap(({ range }) => Array.from({ length: range.count }, (_, i) => range.first + i))),
    ).to.have.property('size', 12);
  });
});
