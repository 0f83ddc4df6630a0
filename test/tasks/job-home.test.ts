import { expect } from 'chai';
import { JOB, node } from './support/fixtures.js';
import { Jobs } from './support/jobs.js';

describe("a job's home", () => {
  it('should accept a job once it is durable, and then have its shards created', () => {
    const jobs = new Jobs();
    expect(jobs.create(3, 2, ['a', 'b'])).to.deep.equal(['commit spec job']);
    expect(jobs.create(3, 2, ['a', 'b']), 'the same again meanwhile').to.deep.equal([]);
    expect(jobs.create(3, 2, ['a', 'b'], { digest: 'other' })).to.deep.equal(['conflict to gate']);
    expect(jobs.sync()).to.deep.equal([
      'created to gate',
      'created to gate',
      'shard.create 0 to a',
      'shard.create 1 to b',
    ]);
    expect(jobs.create(3, 1, ['a', 'b', 'c']), 'again, under a plan of another day').to.deep.equal(['exists to gate']);
    expect(jobs.create(3, 2, ['a'], { digest: 'other' })).to.deep.equal(['conflict to gate']);
  });

  it('should create the only shard of its own together with the job', () => {
    expect(new Jobs().create(1, 1, ['me'])).to.deep.equal(['commit spec job', 'shard.create 0 to me']);
  });

  it('should refuse more jobs than it may hold, those under way included, until one ends', () => {
    const jobs = new Jobs({ openJobsMax: 1, creatingMax: 1 });
    jobs.create(1, 1, ['a']);
    expect(jobs.create(1, 1, ['a'], { job: 'job2' })).to.deep.equal(['busy to gate']);
    jobs.sync();
    expect(jobs.create(1, 1, ['a'], { job: 'job2' })).to.deep.equal(['busy to gate']);
    jobs.answer(0, 1, { succeeded: 1 });
    expect(jobs.create(1, 1, ['a'], { job: 'job2' })).to.deep.equal(['commit spec/job2 job/job2']);
  });

  it('should not have a home that is away hold up shards of others', () => {
    const jobs = new Jobs({ openJobsMax: 9, creatingMax: 1 });
    jobs.create(6, 1, ['away', 'here']);
    expect(jobs.sync().slice(1)).to.deep.equal(['shard.create 0 to away', 'shard.create 1 to here']);
    expect(jobs.answer(1, 1, { pending: 1 })).to.deep.equal(['shard.create 3 to here']);
    expect(jobs.answer(3, 1, { pending: 1 })).to.deep.equal(['shard.create 5 to here']);
  });

  it('should give each shard its items, which came ahead', () => {
    const jobs = new Jobs();
    expect(jobs.create(3, 2, ['a'], { itemised: true })).to.deep.equal(['items-missing to gate']);
    for (const [shard, items] of [
      [1, ['z']],
      [0, ['x', 'y']],
    ] as const) {
      expect(jobs.hear({ kind: 'job.items', job: JOB, shard, items })).to.deep.equal(['job.staged to gate']);
    }
    expect(jobs.create(3, 2, ['a'], { itemised: true })).to.deep.equal(['commit spec item/0000000 item/0000001 job']);
    expect(jobs.sync().slice(1)).to.deep.equal(['shard.create 0 to a x,y', 'shard.create 1 to a z']);
  });

  it('should finish with its last shard, and tell who waits', () => {
    const jobs = new Jobs();
    jobs.create(4, 2, ['a']);
    jobs.sync();
    jobs.answer(0, 1, { pending: 2 });
    jobs.answer(1, 1, { pending: 2 });
    expect(jobs.query(5000)).to.deep.equal([]);
    expect(jobs.report(0, 7, { succeeded: 2 })).to.deep.equal(['shard.noted to a']);
    expect(jobs.report(1, 9, { succeeded: 1, failed: 1 })).to.deep.equal([
      'commit job',
      'failed: succeeded 3, failed 1',
      'shard.noted to a',
    ]);
    expect(jobs.report(1, 9, { succeeded: 2 }), 'too late').to.deep.equal(['shard.noted to a']);
    expect(jobs.query(5000)).to.deep.equal(['failed: succeeded 3, failed 1']);
  });

  it('should answer who waits too long', () => {
    const jobs = new Jobs();
    expect(jobs.query(5000)).to.deep.equal(['unknown']);
    jobs.create(1, 1, ['a']);
    jobs.sync();
    jobs.query(5000);
    expect(jobs.query(0)).to.deep.equal(['pending: pending 1']);
    expect(jobs.fire('held-queries', 5000)).to.deep.equal(['pending: pending 1']);
  });

  it('should answer a cancel when it is durable, and only then do something about it', () => {
    const jobs = new Jobs({ openJobsMax: 9, creatingMax: 1 });
    jobs.create(4, 1, ['a', 'b']);
    jobs.sync();
    jobs.answer(0, 1, { running: 1 });
    expect(jobs.hear({ kind: 'job.cancel', job: JOB })).to.deep.equal(['commit job']);
    expect(jobs.answer(1, 1, { running: 1 }), 'not durable').to.deep.equal(['shard.create 3 to b']);
    expect(jobs.sync()).to.deep.equal(['job.cancelled to gate', 'shard.cancel 0 to a', 'shard.cancel 1 to b']);
    expect(jobs.answer(2, 1, { pending: 1 }), 'it was under way').to.deep.equal(['shard.cancel 2 to a']);
  });

  it('should not cancel what has ended, nor what is not there', () => {
    const jobs = new Jobs();
    expect(jobs.hear({ kind: 'job.cancel', job: JOB })).to.deep.equal(['job.cancelled to gate']);
    jobs.create(1, 1, ['a']);
    jobs.sync();
    jobs.answer(0, 1, { failed: 1 });
    jobs.sync();
    expect(jobs.hear({ kind: 'job.cancel', job: JOB })).to.deep.equal(['job.cancelled to gate']);
  });

  it('should go on where it was after a restart', () => {
    const jobs = new Jobs();
    jobs.create(3, 2, ['a', 'b']);
    jobs.sync();
    jobs.answer(0, 1, { succeeded: 2 });
    jobs.hear({ kind: 'job.cancel', job: JOB });
    jobs.sync();
    const again = new Jobs();
    const shown = again.step({ kind: 'restore', jobs: jobs.disk.crash().jobs });
    expect(shown, 'it knows of no shard any more').to.deep.equal([
      'shard.create 0 to a cancelled',
      'shard.create 1 to b cancelled',
    ]);
    again.answer(0, 3, { succeeded: 2 });
    expect(again.answer(1, 4, { cancelled: 1 })).to.include('commit job');
    expect(again.query(0)).to.deep.equal(['cancelled: succeeded 2, cancelled 1']);
  });

  it('should ask a home that restarted for the shards that are not done', () => {
    const jobs = new Jobs();
    jobs.create(4, 1, ['a', 'b']);
    jobs.sync();
    for (const shard of [0, 1, 2, 3]) jobs.answer(shard, 1, { [shard === 0 ? 'failed' : 'running']: 1 });
    expect(jobs.step({ kind: 'peer-restarted', node: node('a'), boot: 2 })).to.deep.equal(['shard.create 2 to a']);
    expect(jobs.answer(2, 2 ** 33, { succeeded: 1 })).to.deep.equal([]);
  });

  it('should list its jobs, newest first', () => {
    const jobs = new Jobs();
    jobs.create(1, 1, ['a'], { job: 'aaaa', createdAtMs: 5 });
    jobs.create(1, 1, ['a'], { job: 'bbbb', createdAtMs: 6 });
    jobs.sync();
    const listed = (query: object): string[] => {
      const message = { kind: 'query.jobs', ask: 1, prefix: '', limit: 9, ...query } as never;
      const [effect] = jobs.home.step({ kind: 'message', from: node('gate'), message }, { monoMs: 0, wallMs: 0 });
      const reply = effect?.kind === 'reply' ? effect.message : undefined;
      return reply?.kind === 'query.jobs-told' ? reply.jobs.map(({ job }) => job) : [];
    };
    expect(listed({})).to.deep.equal(['bbbb', 'aaaa']);
    expect(listed({ beforeMs: 6 })).to.deep.equal(['aaaa']);
    expect(listed({ prefix: 'b' })).to.deep.equal(['bbbb']);
    expect(listed({ limit: 1 })).to.deep.equal(['bbbb']);
    expect(listed({ state: 'failed' })).to.deep.equal([]);
  });
});
