import { expect } from 'chai';
import fc from 'fast-check';
import { noCounts, type Counts } from '../../src/kernel/states.js';
import { Job, type JobRecord } from '../../src/tasks/job.js';
import { JOB, node, specOf } from './support/fixtures.js';

function job(tasks: number, shardSize: number, homes = ['a'], changes: Partial<JobRecord> = {}): Job {
  const shards = Math.ceil(tasks / shardSize);
  const homeOf = Array.from({ length: shards }, (_, shard) => shard % homes.length);
  const plan = { shardSize, homes: homes.map(node), homeOf };
  const range = { first: 0, step: 1, count: tasks };
  const fixed = { job: JOB, range, plan, itemised: false, digest: 'd', createdAtMs: 1, cancelled: false };
  return new Job({ ...fixed, ...changes }, specOf(), new Map());
}

const counts = (changes: Partial<Counts>): Counts => ({ ...noCounts(), ...changes });

describe('a job', () => {
  it('should have few shards under way at each home, so that one that is away holds up no other', () => {
    const made = job(100, 10, ['away', 'here']);
    expect(made.startCreating(2)).to.have.members([0, 2, 1, 3]);
    expect(made.startCreating(2), 'until one is created').to.deep.equal([]);
    made.created(1);
    made.created(1);
    expect(made.startCreating(2)).to.deep.equal([5]);
    made.created(3);
    made.created(5);
    expect(made.startCreating(2)).to.deep.equal([7, 9]);
    expect(made.unfinishedShards()).to.deep.equal([1, 3, 5]);
  });

  it('should let go of the items of shards that were created', () => {
    const record = job(2, 1).record;
    const items = new Map([0, 1].map((shard) => [shard, [`item ${shard}`]] as const));
    const made = new Job(record, specOf(), items);
    made.startCreating(9);
    made.created(0);
    expect([...made.items.keys()]).to.deep.equal([1]);
  });

  it('should count tasks of shards that said nothing as pending', () => {
    const made = job(25, 10);
    made.note(2, 1, counts({ succeeded: 5 }));
    expect(made.counts()).to.deep.equal(counts({ pending: 20, succeeded: 5 }));
  });

  it('should ignore what is older, repeated, of no shard, or said of a shard that is done', () => {
    const made = job(20, 10);
    expect(made.note(0, 5, counts({ running: 10 }))).to.equal(true);
    expect(made.note(0, 5, counts({ pending: 10 })), 'again').to.equal(false);
    expect(made.note(0, 4, counts({ pending: 10 })), 'older').to.equal(false);
    expect(made.note(2, 9, counts({ pending: 10 })), 'no such shard').to.equal(false);
    expect(made.note(0, 6, counts({ failed: 10 }))).to.equal(true);
    expect(made.note(0, 7, counts({ pending: 10 })), 'done is for ever').to.equal(false);
    expect(made.isComplete).to.equal(false);
  });

  it('should keep the counts of its end over a restart', () => {
    const made = job(10, 10);
    made.note(0, 1, counts({ succeeded: 9, failed: 1 }));
    made.finishedAtMs = 77;
    const again = new Job(made.stored(), specOf(), new Map());
    expect(again.isComplete).to.equal(true);
    expect(again.info()).to.deep.include({
      state: 'failed',
      counts: counts({ succeeded: 9, failed: 1 }),
      finishedAtMs: 77,
    });
    expect(again.startCreating(9)).to.deep.equal([]);
  });

  it('should come to the same counts in whatever order reports arrive, and however often', () => {
    const report = fc.record({ shard: fc.nat(3), version: fc.integer({ min: 1, max: 6 }) });
    // What each shard of 4 tasks says as its version rises; the last word is that it is done.
    const said = (version: number) => counts({ pending: Math.max(0, 4 - version), succeeded: Math.min(4, version) });
    fc.assert(
      fc.property(fc.array(report, { maxLength: 40 }), (reports) => {
        const made = job(16, 4);
        const latest = new Map<number, number>();
        for (const { shard, version } of reports) {
          made.note(shard, version, said(version));
          const before = latest.get(shard) ?? 0;
          if (before < 4) latest.set(shard, Math.max(before, version));
        }
        const naive = { pending: 0, succeeded: 0 };
        for (let shard = 0; shard < 4; shard++) {
          const { pending, succeeded } = said(latest.get(shard) ?? 0);
          naive.pending += pending;
          naive.succeeded += succeeded;
        }
        expect(made.counts()).to.deep.equal(counts(naive));
        expect(made.isComplete).to.equal(naive.succeeded === 16);
      }),
    );
  });
});
