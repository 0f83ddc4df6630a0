import { expect } from 'chai';
import fc from 'fast-check';
import { noCounts, type Counts } from '../../src/kernel/states.js';
import { Job } from '../../src/tasks/job.js';
import { setOf, type JobRecord } from '../../src/tasks/job-record.js';
import type { JobSpec } from '../../src/tasks/spec.js';
import { JOB, node, specOf } from './support/fixtures.js';
import { planOf } from './support/jobs.js';

const SET = ['m', 'n'].map(node);

function job(
  tasks: number,
  shardSize: number,
  firsts = ['a'],
  changes: Partial<JobRecord> = {},
  spec: Partial<JobSpec> = {},
): Job {
  const range = { first: 0, step: 1, count: tasks };
  const fixed = { job: JOB, range, plan: planOf(tasks, shardSize, firsts), itemised: false, digest: 'd' };
  return new Job({ ...fixed, createdAtMs: 1, cancelled: false, ...changes }, specOf(spec), SET, new Map());
}

const said = (version: number, changes: Partial<Counts>, endedAtMs = 0) => ({
  ...{ version, endedAtMs, counts: counts(changes) },
});
/** Entries of its register. */
const STORED: readonly (readonly [string, unknown])[] = [['spec', specOf()]];

const counts = (changes: Partial<Counts>): Counts => ({ ...noCounts(), ...changes });

describe('a job', () => {
  it('should tell the limits that count, changed or not, until it has ended', () => {
    const made = job(1, 1, [], {}, { maxParallel: 3, retries: 1, deadlineMs: 5 });
    made.limits = { maxFails: 2, terms: { version: 1, changed: { maxParallel: 1, timeoutMs: 7 } } };
    const limits = { timeoutMs: 7, maxParallel: 1, retries: 1, maxFails: 2, notAfterMs: 6 };
    expect(made.info().limits).to.deep.equal(limits);
    made.note(0, said(1, { succeeded: 1 }));
    expect(made.info().limits).to.equal(undefined);
    expect(job(1, 1).info().limits, 'it has none').to.equal(undefined);
  });

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

  it('should say in all that is written of it that it is being cancelled, and why', () => {
    const made = job(1, 1);
    expect(made.stored()).to.include({ cancelled: false });
    Object.assign(made, { isCancelling: true, causeUnderWay: { reason: 'no more' } });
    expect(made.stored(), 'by whomever').to.include({ cancelled: true, reason: 'no more' });
    expect(made.cancelled, 'not durably yet').to.equal(false);
  });

  it('should let go of the items of shards that were created', () => {
    const record = job(2, 1).record;
    const items = new Map([0, 1].map((shard) => [shard, [`item ${shard}`]] as const));
    const made = new Job(record, specOf(), SET, items);
    made.startCreating(9);
    made.created(0);
    expect([...made.items.keys()]).to.deep.equal([1]);
  });

  it('should count tasks of shards that said nothing as pending', () => {
    const made = job(25, 10);
    made.note(2, said(1, { succeeded: 5 }));
    expect(made.counts()).to.deep.equal(counts({ pending: 20, succeeded: 5 }));
  });

  it('should ignore what is older, repeated, of no shard, or said of a shard that is done', () => {
    const made = job(20, 10);
    expect(made.note(0, said(5, { running: 10 }))).to.equal(true);
    expect(made.note(0, said(5, { pending: 10 })), 'again').to.equal(false);
    expect(made.note(0, said(4, { pending: 10 })), 'older').to.equal(false);
    expect(made.note(2, said(9, { pending: 10 })), 'no such shard').to.equal(false);
    expect(made.note(0, said(6, { failed: 10 }))).to.equal(true);
    expect(made.note(0, said(7, { pending: 10 })), 'done is for ever').to.equal(false);
    expect(made.isComplete).to.equal(false);
  });

  it('should keep the counts of its end, and when that was, over a change of its coordinator', () => {
    const made = job(20, 10);
    made.note(0, said(1, { succeeded: 10 }, 55));
    made.note(1, said(1, { succeeded: 9, failed: 1 }, 77));
    const again = Job.of(new Map<string, unknown>([...STORED, ['job', made.stored()]]), SET);
    expect(again.isComplete).to.equal(true);
    expect(again.info()).to.deep.include({
      state: 'failed',
      counts: counts({ succeeded: 19, failed: 1 }),
      finishedAtMs: 77,
    });
    expect(again.startCreating(9)).to.deep.equal([]);
  });

  it('should find the items that shards have not got yet among its entries, and not those taken out', () => {
    const entries = [...STORED, ['job', job(2, 1).record], ['item/0000000', null], ['item/0000001', ['y']]] as const;
    expect([...Job.of(new Map<string, unknown>(entries), SET).items]).to.deep.equal([[1, ['y']]]);
  });

  it('should have its only shard where it is itself, and others where the plan says', () => {
    expect(job(9, 10).set(0)).to.deep.equal(SET);
    const made = job(3, 1, ['a', 'b']);
    expect([0, 1, 2].map((shard) => made.set(shard).join())).to.deep.equal(['a,spare', 'b,spare', 'a,spare']);
    expect(made.first(1)).to.equal('b');
    expect(() => setOf({ ...made.record.plan, members: [0] }, 0, SET)).to.throw(/shard 0 has 1 replicas of 2/);
  });

  it('should come to the same counts in whatever order reports arrive, and however often', () => {
    const report = fc.record({ shard: fc.nat(3), version: fc.integer({ min: 1, max: 6 }) });
    // What each shard of 4 tasks says as its version rises; the last word is that it is done.
    const saidAt = (version: number) => ({ pending: Math.max(0, 4 - version), succeeded: Math.min(4, version) });
    fc.assert(
      fc.property(fc.array(report, { maxLength: 40 }), (reports) => {
        const made = job(16, 4);
        const latest = new Map<number, number>();
        for (const { shard, version } of reports) {
          made.note(shard, said(version, saidAt(version)));
          const before = latest.get(shard) ?? 0;
          if (before < 4) latest.set(shard, Math.max(before, version));
        }
        const naive = { pending: 0, succeeded: 0 };
        for (let shard = 0; shard < 4; shard++) {
          const { pending, succeeded } = saidAt(latest.get(shard) ?? 0);
          naive.pending += pending;
          naive.succeeded += succeeded;
        }
        expect(made.counts()).to.deep.equal(counts(naive));
        expect(made.isComplete).to.equal(naive.succeeded === 16);
      }),
    );
  });
});
