import { expect } from 'chai';
import type { JobId, NodeId, TaskId } from '../../../src/kernel/ids.js';
import { History, partsOf } from '../../../simnet/history/history.js';
import { Tap } from '../../../simnet/history/tap.js';
import { Flock } from '../../../simnet/world/flock.js';

const [a, b] = ['a', 'b'] as [NodeId, NodeId];
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

  it('should note what becomes durable of jobs and tasks, and what is written over', () => {
    const history = new History();
    const record = { index: 4, state: 'failed', epoch: 7, attempts: 2, failures: 1, losses: 0, path: [] };
    history.recorded({ key: 'job/job1', value: { digest: 'd' } }, undefined, a, 1);
    history.recorded({ key: 'task/job1/0000000/0000000004', value: { ...record, state: 'pending' } }, undefined, b, 2);
    history.recorded({ key: 'task/job1/0000000/0000000004', value: record }, { ...record, state: 'pending' }, b, 3);
    history.recorded({ key: 'task/job1/0000000/0000000004', value: undefined }, record, b, 4);
    const { created, records, rewrites } = history.durables;
    expect(created).to.deep.equal([{ atMs: 1, node: a, job: 'job1', digest: 'd' }]);
    expect(records).to.have.length(1);
    expect(records[0]).to.include({ task: task(4), state: 'failed', epoch: 7, atMs: 3, node: b });
    expect(rewrites).to.deep.equal([{ atMs: 4, node: b, task: task(4), was: 'failed', is: 'nothing' }]);
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
