import { expect } from 'chai';
import fc from 'fast-check';
import { terminalCount } from '../../src/kernel/states.js';
import { Shard, type ShardRecord } from '../../src/tasks/shard.js';
import { JOB, node, specOf } from './support/fixtures.js';
import { counted } from './support/brief.js';

function shard(count: number, changes: Partial<ShardRecord> = {}): Shard {
  const range = { first: 10, step: 5, count };
  const record = {
    job: JOB,
    shard: 0,
    home: node('j'),
    range,
    ballot: 1,
    createdAtMs: 1,
    cancelled: false,
    ...changes,
  };
  const made = new Shard(record, specOf());
  made.mode = 'open';
  return made;
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
    expect(() => tasks.end(task!, 'succeeded')).to.throw(/waiting -> terminal/);
    tasks.move(task!, 'committing');
    expect(() => tasks.end(task!, 'queued')).to.throw(/queued is no outcome/);
    expect(() => tasks.touch(10)).to.throw(/touched before/);
  });

  it('should speak with a higher version after a restart, however often it spoke before', () => {
    const old = shard(1);
    const [task] = old.take(1);
    for (let i = 0; i < 1000; i++) {
      old.move(task!, 'offered');
      old.move(task!, 'waiting');
    }
    expect(shard(1, { ballot: 2 }).version).to.be.greaterThan(old.version);
  });

  it('should give out epochs under the next ballot once that is durable, and never run out', () => {
    const tasks = shard(1);
    tasks.prepared();
    let epoch = 0;
    while (!tasks.isShortOfEpochs) epoch = tasks.nextEpoch();
    tasks.isPrepared = false;
    tasks.ballot += 1;
    expect(tasks.nextEpoch(), 'while that is stored').to.equal(epoch + 1);
    expect(tasks.isShortOfEpochs, 'it is under way').to.equal(false);
    tasks.prepared();
    expect(tasks.nextEpoch()).to.equal(2 * 2 ** 20 + 1);
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
            tasks.end(task, 'failed');
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
