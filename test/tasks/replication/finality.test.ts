import { expect } from 'chai';
import { noCounts } from '../../../src/kernel/states.js';
import { summaryOf } from '../../../src/tasks/replication/finality.js';
import { JOB, outcomeOf, specOf } from '../support/fixtures.js';

const record = { job: JOB, plan: {}, itemised: false, digest: 'd', createdAtMs: 1, cancelled: false };
const job = { ...record, range: { first: 0, step: 1, count: 2 } };
const shard = { job: JOB, shard: 0, range: { first: 0, step: 1, count: 2 }, items: ['a', 'b'], createdAtMs: 1 };
const task = (index: number, state: string, finishedAtMs = 0) => ({
  ...{ index, state, epoch: 1, attempts: 1, failures: 0, losses: 0, path: [] },
  ...(finishedAtMs ? { outcome: outcomeOf('succeeded', { finishedAtMs }) } : {}),
});

const summary = (entries: Record<string, unknown>) =>
  summaryOf(new Map(Object.entries({ spec: specOf(), ...entries }).map(([key, value]) => [key, { value }])));

describe('what is finished', () => {
  it('should be a shard each of whose tasks has an outcome, and when the last ended', () => {
    const entries = { shard, 'task/0': task(0, 'succeeded', 5), 'task/1': task(1, 'failed', 9) };
    expect(summary(entries)?.shard?.done).to.deep.equal({
      atMs: 9,
      counts: { ...noCounts(), succeeded: 1, failed: 1 },
    });
  });

  it('should not be one with a task that is to run again, or has said nothing yet', () => {
    expect(summary({ shard, 'task/0': task(0, 'succeeded', 5) })).to.equal(undefined);
    expect(summary({ shard, 'task/0': task(0, 'succeeded', 5), 'task/1': task(1, 'pending') })).to.equal(undefined);
    expect(summary({ shard, 'task/0': task(0, 'succeeded', 5), 'item/0': ['x'], 'item/1': null })).to.equal(undefined);
  });

  it('should be a cancelled shard once that says so itself', () => {
    const done = { atMs: 3, counts: { ...noCounts(), cancelled: 2 } };
    expect(summary({ shard: { ...shard, cancelled: true } })).to.equal(undefined);
    expect(summary({ shard: { ...shard, cancelled: true, done } })?.shard?.done).to.deep.equal(done);
  });

  it('should be a job once that says so itself', () => {
    expect(summary({ job })).to.equal(undefined);
    const finished = { atMs: 3, counts: noCounts() };
    const { bytes, ...kept } = summary({ job: { ...job, finished } })!;
    expect(kept).to.deep.equal({ job: { ...job, finished }, name: 'demo' });
    expect(bytes, 'of its values').to.be.above(100);
  });

  it('should be a job together with its only shard', () => {
    const entries = { job, shard, 'task/0': task(0, 'succeeded', 5), 'task/1': task(1, 'succeeded', 6) };
    const counts = { ...noCounts(), succeeded: 2 };
    expect(summary(entries)?.job).to.deep.include({ finished: { atMs: 6, counts } });
    expect(summary({ job, shard, 'task/0': task(0, 'succeeded', 5) })).to.equal(undefined);
  });

  it('should be kept without items: nobody runs them again', () => {
    const done = { atMs: 3, counts: noCounts() };
    expect(summary({ shard: { ...shard, done } })?.shard).to.not.have.property('items');
    expect(shard.items, 'what is stored stays').to.have.length(2);
  });

  it('should not be a register that is empty', () => {
    expect(summary({})).to.equal(undefined);
  });
});
