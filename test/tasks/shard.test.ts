import { expect } from 'chai';
import fc from 'fast-check';
import { terminalCount } from '../../src/kernel/states.js';
import { Shard } from '../../src/tasks/shard.js';
import type { ShardRecord } from '../../src/tasks/shard-record.js';
import { DEGRADED_BIT, EPOCHS_PER_BALLOT } from '../../src/tasks/register/epochs.js';
import { JOB, node, outcomeOf, specOf } from './support/fixtures.js';
import { counted } from './support/brief.js';

function shard(count: number, changes: Partial<ShardRecord> = {}, ballot = 1): Shard {
  const range = { first: 10, step: 5, count };
  const record = { job: JOB, shard: 0, range, createdAtMs: 1, cancelled: false, jobSet: [node('j')], ...changes };
  return new Shard(record, specOf(), { register: 'job1#0', set: [node('j')], ballot });
}

describe('a shard', () => {
  it('should hand out the tasks that came back before those that never went', () => {
    const tasks = shard(4);
    const [first, second] = tasks.take(2);
    tasks.move(first!, 'offered');
    tasks.move(second!, 'offered');
    tasks.move(second!, 'waiting');
    expect(tasks.take(2).map(({ index }) => index)).to.deep.equal([15, 20]);
    expect(tasks.take(9).map(({ index }) => index)).to.deep.equal([15, 20, 25]);
  });

  it('should know the items of its tasks', () => {
    const tasks = shard(2, { items: ['a', 'b'] });
    expect([tasks.item(10), tasks.item(15)]).to.deep.equal(['a', 'b']);
    expect(shard(2).item(10)).to.equal(undefined);
  });

  it('should refuse a step that is not in the table, with the story of the task', () => {
    const tasks = shard(1);
    const [task] = tasks.take(1);
    expect(() => tasks.move(task!, 'running')).to.throw(/job1\/10: waiting -> running is not a legal step.*"epoch":0/);
    expect(() => tasks.end(task!, 'succeeded', 1)).to.throw(/waiting -> terminal/);
    tasks.move(task!, 'committing');
    expect(() => tasks.end(task!, 'queued', 1)).to.throw(/queued is no outcome/);
    expect(() => tasks.touch(10)).to.throw(/touched before/);
  });

  it('should speak with a higher version under a higher ballot, however often it spoke before', () => {
    const old = shard(1);
    const [task] = old.take(1);
    for (let i = 0; i < 1000; i++) {
      old.move(task!, 'offered');
      old.move(task!, 'waiting');
    }
    expect(shard(1, {}, 2).version).to.be.greaterThan(old.version);
  });

  it('should say that its epochs run short long before they do, and never give out one too many', () => {
    const tasks = shard(1, {}, 3);
    expect(tasks.epochs.next()).to.equal(3 * EPOCHS_PER_BALLOT + 1);
    let given = 1;
    for (; !tasks.epochs.isShort; given++) tasks.epochs.next();
    expect(DEGRADED_BIT - given).to.be.greaterThan(60_000);
    for (; given < DEGRADED_BIT - 1; given++) tasks.epochs.next();
    expect(() => tasks.epochs.next()).to.throw(/ballot 3 has run out of epochs/);
  });

  it('should take up what is on record: ends, and attempts that were lost or failed', () => {
    const record = {
      ...{ index: 10, epoch: 7, attempts: 2, failures: 1, losses: 0, path: [] },
      state: 'pending' as const,
    };
    const entries = new Map<string, unknown>([
      ['spec', specOf()],
      ['shard', shard(3).record],
      ['task/0000000010', record],
      ['task/0000000015', { ...record, index: 15, state: 'failed', outcome: outcomeOf('failed') }],
    ]);
    const tasks = Shard.of(entries, { register: 'job1#0', set: [node('j')], ballot: 2 });
    expect(counted(tasks.counts())).to.equal('pending 2, failed 1');
    expect(tasks.live.get(10)).to.include({ epoch: 7, attempts: 2, failures: 1, isSpent: true });
    expect(tasks.endedAtMs).to.equal(7);
    expect(tasks.take(9).map(({ index }) => index)).to.deep.equal([10, 20]);
  });

  it('should count every task once, and agree with itself, whatever steps are taken', () => {
    const step = fc.record({ at: fc.nat(11), what: fc.constantFrom('offer', 'queue', 'run', 'back', 'end', 'take') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.boolean(), (steps, cancelled) => {
        const tasks = shard(12);
        let ended = 0;
        for (const { at, what } of steps) {
          if (what === 'take') tasks.take(at);
          const task = tasks.live.get(10 + 5 * at);
          if (!task) continue;
          const { phase } = task;
          if (what === 'offer' && phase === 'waiting') tasks.move(task, 'offered');
          else if (what === 'queue' && phase === 'offered') tasks.move(task, 'queued');
          else if (what === 'run' && (phase === 'offered' || phase === 'queued')) tasks.move(task, 'running');
          else if (what === 'back' && phase !== 'waiting') tasks.move(task, 'waiting');
          else if (what === 'end') {
            if (phase !== 'committing') tasks.move(task, 'committing');
            tasks.end(task, 'failed', 1);
            ended += 1;
          }
          tasks.validate();
        }
        if (cancelled) tasks.cancel();
        const counts = tasks.counts();
        expect(
          Object.values(counts).reduce((sum, n) => sum + n, 0),
          counted(counts),
        ).to.equal(12);
        expect(counts.failed).to.equal(ended);
        const indexes = Array.from({ length: 12 }, (_, i) => 10 + 5 * i);
        expect(indexes.filter((index) => tasks.isEnded(index)).length).to.equal(terminalCount(counts));
        expect(tasks.isComplete).to.equal(terminalCount(counts) === 12);
        if (!cancelled) expect(tasks.waiting).to.equal(tasks.take(99).length);
      }),
    );
  });
});
