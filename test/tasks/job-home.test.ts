import { expect } from 'chai';
import type { JobId } from '../../src/kernel/ids.js';
import { taskEntry } from '../../src/tasks/replication/names.js';
import { specOf, JOB, node, outcomeOf } from './support/fixtures.js';
import { Jobs } from './support/jobs.js';

describe('a coordinator of jobs', () => {
  it('should accept a job once it is durable, and then have its shards created', () => {
    const jobs = new Jobs();
    expect(jobs.create(3, 2, ['a', 'b'])).to.deep.equal(['create job1: spec job']);
    expect(jobs.create(3, 2, ['a', 'b']), 'the same again meanwhile').to.deep.equal([]);
    expect(jobs.create(3, 2, ['a', 'b'], { digest: 'other' })).to.deep.equal([]);
    expect(jobs.sync()).to.deep.equal([
      'created to gate',
      'created to gate',
      'conflict to gate',
      'shard.create 0 to a',
      'shard.create 1 to b',
    ]);
    expect(jobs.create(3, 1, ['a', 'b', 'c']), 'again, under a plan of another day').to.deep.equal(['exists to gate']);
    expect(jobs.create(3, 2, ['a'], { digest: 'other' })).to.deep.equal(['conflict to gate']);
  });

  it('should make the only shard of a job together with it', () => {
    const jobs = new Jobs();
    expect(jobs.create(1, 1, [])).to.deep.equal(['create job1: spec job shard']);
    expect(jobs.sync(), 'whoever has the register has both').to.deep.equal(['created to gate']);
  });

  it('should refuse more jobs than it may hold, those under way included, until one is let go', () => {
    const jobs = new Jobs({ openJobsMax: 1, creatingMax: 1 });
    jobs.create(2, 1, ['a']);
    expect(jobs.create(1, 1, [], { job: 'job2' })).to.deep.equal(['busy to gate']);
    jobs.sync();
    expect(jobs.create(1, 1, [], { job: 'job2' })).to.deep.equal(['busy to gate']);
    for (const shard of [0, 1]) jobs.answer(shard, 1, { succeeded: 1 });
    jobs.sync();
    jobs.registers.letGo();
    expect(jobs.create(1, 1, [], { job: 'job2' })).to.deep.equal(['create job2: spec job shard']);
  });

  it('should not make a job that is known here, but say who speaks for it', () => {
    const jobs = new Jobs();
    jobs.registers.known.told.set(JOB, { kind: 'elsewhere', nodes: [node('other')] });
    expect(jobs.create(1, 1, [])).to.deep.equal(['elsewhere (other) to gate']);
    jobs.registers.known.told.set(JOB, { kind: 'elsewhere', nodes: [] });
    expect(jobs.create(1, 1, []), 'nobody does: it takes it over').to.deep.equal(['create job1: spec job shard']);
  });

  it('should answer a create of what is finished long since', () => {
    const jobs = new Jobs();
    jobs.create(2, 1, ['a']);
    jobs.sync();
    for (const shard of [0, 1]) jobs.answer(shard, 1, { succeeded: 1 });
    jobs.sync();
    jobs.registers.letGo();
    expect(jobs.create(2, 1, ['a'])).to.deep.equal(['exists to gate']);
    expect(jobs.create(2, 1, ['a'], { digest: 'other' })).to.deep.equal(['conflict to gate']);
  });

  it('should take a keyed job only onto the nodes that it would choose itself', () => {
    const jobs = new Jobs();
    jobs.registers.known.chosen = ['x', 'y', 'z'].map(node);
    expect(jobs.create(1, 1, [], { isKeyed: true })).to.deep.equal(['disagree to gate']);
    const set = ['x', 'y', 'z'];
    expect(jobs.create(1, 1, [], { isKeyed: true, set })).to.deep.equal(['create job1: spec job shard']);
  });

  it('should not make what it has refused when a copy of the same question comes', () => {
    const jobs = new Jobs();
    jobs.registers.known.chosen = ['x', 'y', 'z'].map(node);
    const set = ['me', 'second', 'third'].map(node);
    const asked = { isKeyed: true, set, ask: 7 };
    expect(jobs.create(1, 1, [], asked)).to.deep.equal(['disagree to gate']);
    jobs.registers.known.chosen = set;
    expect(jobs.create(1, 1, [], asked), 'its client was told that nothing was submitted').to.deep.equal([
      'disagree to gate',
    ]);
    expect(jobs.create(1, 1, [], { ...asked, ask: 8 })).to.deep.equal(['create job1: spec job shard']);
  });

  it('should have a claim answered once the promise is durable', () => {
    const jobs = new Jobs();
    const claim = { kind: 'job.claim', job: JOB, createdAtMs: 1, digest: 7, rank: 2 };
    expect(jobs.hear(claim)).to.deep.equal(['claim job1, rank 2']);
    const tag = { to: node('gate'), re: 1 };
    expect(jobs.step({ kind: 'claimed', tag, answer: { isGranted: true } })).to.deep.equal(['job.claimed to gate']);
  });

  it('should say of what it is about to make under which claim it was asked for again', () => {
    const jobs = new Jobs();
    expect(jobs.create(1, 1, [], { rank: 1 })).to.deep.equal(['create job1: spec job shard']);
    expect(jobs.create(1, 1, [], { rank: 3 })).to.deep.equal(['claimed-again job1, rank 3']);
    expect(jobs.sync()).to.deep.equal(['created to gate', 'created to gate']);
  });

  it('should say where its create went to nobody, or to another', () => {
    const refused = new Jobs();
    refused.create(1, 1, []);
    expect(refused.registers.close(JOB, 'refused')).to.deep.equal(['disagree to gate']);
    const beaten = new Jobs();
    beaten.create(1, 1, []);
    beaten.registers.known.told.set(JOB, { kind: 'elsewhere', nodes: [node('rival')] });
    expect(beaten.registers.close(JOB, 'elsewhere')).to.deep.equal(['elsewhere (rival) to gate']);
    expect(beaten.sync(), 'nothing of it is left').to.deep.equal([]);
  });

  it('should not have a node that is away hold up shards of others', () => {
    const jobs = new Jobs({ creatingMax: 1 });
    jobs.create(6, 1, ['away', 'here']);
    expect(jobs.sync().slice(1)).to.deep.equal(['shard.create 0 to away', 'shard.create 1 to here']);
    expect(jobs.answer(1, 1, { pending: 1 })).to.deep.equal(['shard.create 3 to here']);
    expect(jobs.answer(3, 1, { pending: 1 })).to.deep.equal(['shard.create 5 to here']);
  });

  it('should ask the next of a shard where the first does not answer or is not it, and remember who is', () => {
    const jobs = new Jobs();
    jobs.create(2, 1, ['a']);
    jobs.sync();
    expect(jobs.reply(0, undefined)).to.deep.equal(['shard.create 0 to spare in 250 ms']);
    expect(jobs.reply(0, { kind: 'elsewhere', nodes: ['z'] }), 'at once').to.deep.equal(['shard.create 0 to z']);
    expect(jobs.answer(0, 1, { pending: 1 })).to.deep.equal([]);
    jobs.hear({ kind: 'job.cancel', job: JOB });
    expect(jobs.sync()).to.include('shard.cancel 0 to z');
  });

  it('should give each shard its items, which came ahead, and keep them no longer than need be', () => {
    const jobs = new Jobs();
    expect(jobs.create(3, 2, ['a'], { itemised: true })).to.deep.equal(['items-missing to gate']);
    for (const [shard, items] of [
      [1, ['z']],
      [0, ['x', 'y']],
    ] as const) {
      expect(jobs.hear({ kind: 'job.items', job: JOB, shard, items })).to.deep.equal(['job.staged to gate']);
    }
    const entries = 'spec job item/0000000 item/0000001';
    expect(jobs.create(3, 2, ['a'], { itemised: true })).to.deep.equal([`create job1: ${entries}`]);
    expect(jobs.sync().slice(1)).to.deep.equal(['shard.create 0 (x,y) to a', 'shard.create 1 (z) to a']);
    expect(jobs.answer(0, 1, { pending: 2 })).to.deep.equal(['write job1: item/0000000']);
    jobs.sync();
    const again = new Jobs();
    expect(again.registers.takeOver(jobs.registers.known.committed())).to.deep.equal([
      'shard.create 0 to a',
      'shard.create 1 (z) to a',
    ]);
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
      'failed: succeeded 3, failed 1',
      'write job1: job',
      'shard.noted to a',
    ]);
    expect(jobs.report(1, 9, { succeeded: 2 }), 'too late').to.deep.equal(['shard.noted to a']);
    expect(jobs.query(5000)).to.deep.equal(['failed: succeeded 3, failed 1']);
    jobs.sync();
    jobs.registers.letGo();
    expect(jobs.query(5000), 'once it is let go').to.deep.equal(['failed: succeeded 3, failed 1']);
    expect(jobs.report(1, 9, { succeeded: 2 }), 'much too late').to.deep.equal(['shard.noted to a']);
  });

  it('should write no end of a job whose only shard says it all', () => {
    const jobs = new Jobs();
    jobs.create(1, 1, []);
    jobs.sync();
    expect(jobs.report(0, 2, { succeeded: 1 })).to.deep.equal(['shard.noted to a']);
    expect(jobs.query(0)).to.deep.equal(['succeeded: succeeded 1']);
  });

  it('should know at once how a job ended whose only shard it keeps, when that is opened again', () => {
    const jobs = new Jobs();
    jobs.create(2, 2, []);
    jobs.sync();
    const { set, entries } = jobs.registers.known.committed().get(JOB)!;
    const counted = { epoch: 7, attempts: 1, failures: 0, losses: 0, path: [] };
    const opened = () => {
      const again = new Jobs();
      again.step({ kind: 'opened', register: JOB, ballot: 2, isNew: false, set, entries });
      return again.query(0);
    };
    for (const index of [0, 1]) {
      const outcome = outcomeOf('succeeded');
      entries.set(taskEntry(index), { index, state: 'succeeded', ...counted, outcome });
      expect(opened()).to.deep.equal([index === 0 ? 'pending: pending 2' : 'succeeded: succeeded 2']);
    }
  });

  it('should not take down the word of a shard whose job it does not coordinate', () => {
    const jobs = new Jobs();
    expect(jobs.report(0, 7, { succeeded: 1 }), 'one that missed the create').to.deep.equal(['elsewhere () to a']);
    jobs.registers.known.told.set(JOB, { kind: 'elsewhere', nodes: [node('other')] });
    expect(jobs.report(0, 7, { succeeded: 1 })).to.deep.equal(['elsewhere (other) to a']);
    expect(jobs.query(0)).to.deep.equal(['elsewhere (other) to gate']);
    expect(jobs.hear({ kind: 'job.cancel', job: JOB })).to.deep.equal(['elsewhere (other) to gate']);
  });

  it('should ask a shard that has long said nothing how it stands', () => {
    const jobs = new Jobs();
    jobs.create(3, 1, ['a']);
    jobs.sync();
    for (const shard of [0, 1]) jobs.answer(shard, 1, { [shard === 0 ? 'succeeded' : 'running']: 1 });
    expect(jobs.fire('poll', 5_000), 'what is under way is asked anyhow').to.deep.equal(['shard.create 1 to a']);
    expect(jobs.fire('poll', 5_000), 'not again while it is asked').to.deep.equal([]);
    for (const shard of [1, 2]) jobs.report(shard, 9, { succeeded: 1 });
    expect(jobs.query(0)).to.deep.equal(['succeeded: succeeded 3']);
    jobs.fire('poll', 5_000);
    expect(() => jobs.fire('poll', 5_000), 'at rest').to.throw('poll is not armed');
  });

  it('should answer who waits too long, and who waits at a node that is deposed', () => {
    const jobs = new Jobs();
    expect(jobs.query(5000)).to.deep.equal(['unknown']);
    jobs.create(1, 1, []);
    jobs.sync();
    jobs.query(5000);
    expect(jobs.query(0)).to.deep.equal(['pending: pending 1']);
    expect(jobs.fire('held-queries', 5000)).to.deep.equal(['pending: pending 1']);
    jobs.query(5000);
    jobs.registers.known.told.set(JOB, { kind: 'elsewhere', nodes: [node('other')] });
    expect(jobs.registers.close(JOB, 'elsewhere')).to.deep.equal(['elsewhere (other) to gate']);
  });

  it('should answer a cancel when it is durable, and only then do something about it', () => {
    const jobs = new Jobs({ creatingMax: 1 });
    jobs.create(4, 1, ['a', 'b']);
    jobs.sync();
    jobs.answer(0, 1, { running: 1 });
    expect(jobs.hear({ kind: 'job.cancel', job: JOB })).to.deep.equal(['write job1: job']);
    expect(jobs.answer(1, 1, { running: 1 }), 'not durable').to.deep.equal(['shard.create 3 to b']);
    const answered = ['shard.cancel 0 to a', 'shard.cancel 1 to b'];
    const withdrawn = [2, 3].flatMap((shard) => [
      `withdraw ${shard}`,
      `shard.create ${shard} cancelled to ${shard === 2 ? 'a' : 'b'}`,
    ]);
    expect(jobs.sync(), 'what is under way starts nothing, however late it comes').to.deep.equal([
      'job.cancelled to gate',
      ...withdrawn,
      ...answered,
    ]);
    expect(jobs.answer(2, 1, { cancelled: 1 }), 'told once more').to.deep.equal(['shard.cancel 2 to a']);
  });

  it('should not cancel what has ended, and not say that nothing is left of what it does not know', () => {
    const jobs = new Jobs();
    expect(jobs.hear({ kind: 'job.cancel', job: JOB })).to.deep.equal(['elsewhere () to gate']);
    jobs.create(1, 1, []);
    jobs.sync();
    jobs.report(0, 1, { failed: 1 });
    expect(jobs.hear({ kind: 'job.cancel', job: JOB })).to.deep.equal(['job.cancelled to gate']);
  });

  it('should go on where its predecessor was', () => {
    const jobs = new Jobs();
    jobs.create(3, 2, ['a', 'b']);
    jobs.sync();
    jobs.answer(0, 1, { succeeded: 2 });
    jobs.hear({ kind: 'job.cancel', job: JOB });
    jobs.sync();
    const again = new Jobs();
    const shown = again.registers.takeOver(jobs.registers.known.committed());
    expect(shown, 'it knows of no shard any more').to.deep.equal([
      'shard.create 0 cancelled to a',
      'shard.create 1 cancelled to b',
    ]);
    again.answer(0, 3, { succeeded: 2 });
    expect(again.answer(1, 4, { cancelled: 1 })).to.include('write job1: job');
    expect(again.query(0)).to.deep.equal(['cancelled: succeeded 2, cancelled 1']);
  });

  it('should list the jobs that it can speak of, newest first', () => {
    const jobs = new Jobs();
    const start = { after: [{ job: 'aaaa' as JobId, on: 'any' as const }] };
    jobs.create(1, 1, [], { job: 'aaaa', createdAtMs: 5 });
    jobs.create(2, 1, ['a'], { job: 'bbbb', createdAtMs: 6, spec: specOf() });
    jobs.create(1, 1, [], { job: 'cccc', createdAtMs: 4, spec: specOf({ start }) });
    jobs.sync();
    for (const shard of [0, 1]) jobs.answer(shard, 1, { failed: 1 });
    jobs.sync();
    jobs.registers.letGo();
    jobs.registers.close('cccc', 'elsewhere');
    const listed = (query: object): string[] => {
      const message = { kind: 'query.jobs', ask: 1, prefix: '', limit: 9, ...query } as never;
      const [effect] = jobs.home.step({ kind: 'message', from: node('gate'), message }, { monoMs: 0, wallMs: 0 });
      const reply = effect?.kind === 'reply' ? effect.message : undefined;
      return reply?.kind === 'query.jobs-told' ? reply.jobs.map(({ job }) => job) : [];
    };
    expect(listed({}), 'open, finished, and without a coordinator').to.deep.equal(['bbbb', 'aaaa', 'cccc']);
    expect(listed({ beforeMs: 6 })).to.deep.equal(['aaaa', 'cccc']);
    expect(listed({ prefix: 'b' })).to.deep.equal(['bbbb']);
    expect(listed({ limit: 1 })).to.deep.equal(['bbbb']);
    expect(listed({ state: 'failed' })).to.deep.equal(['bbbb']);
    expect(listed({ after: 'aaaa' }), 'what waits for it').to.deep.equal(['cccc']);
  });
});
