import { expect } from 'chai';
import type { NodeId } from '../../../src/kernel/ids.js';
import type { JobRecord } from '../../../src/tasks/job-record.js';
import type { AbandonLoss } from '../../../src/tasks/replication/abandoning.js';
import type { ShardRecord } from '../../../src/tasks/shard-record.js';
import { kept, recordOf, Replicas, TASK } from '../support/replicas.js';

const REASON = 'abandoned: 2 of 3 replicas are gone';
const A = 'a' as NodeId;

describe('a register that is abandoned', () => {
  const lonely = (contract?: string): Replicas => {
    const flock = new Replicas(contract);
    flock.pass(2_000);
    for (const id of ['b', 'c'] as NodeId[]) flock.up.delete(id);
    return flock;
  };
  const abandon = (flock: Replicas) => flock.step(A, { kind: 'abandon', register: 'j' });
  const alone = (flock: Replicas) => flock.opened('a').filter(({ degraded }) => degraded);
  const jobIn = (entries: ReadonlyMap<string, unknown>) => entries.get('job') as JobRecord;
  const shardIn = (entries: ReadonlyMap<string, unknown>) => entries.get('shard') as ShardRecord;

  it('should say what it has lost, and for how long it still has to be gone', () => {
    const flock = lonely();
    flock.pass(20_000);
    const early = flock.node('a').survivor.loss('j');
    expect(early).to.include({ gone: 2, replicas: 3, isWhole: true });
    expect((early as AbandonLoss).leftMs).to.be.within(35_000, 45_000);
    flock.pass(45_000);
    expect(flock.node('a').survivor.loss('j')).to.include({ leftMs: 0 });
    flock.up.add('b' as NodeId);
    flock.pass(2_000);
    expect(flock.node('a').survivor.loss('j')).to.equal('whole');
    expect(flock.node('a').survivor.loss('unknown')).to.equal(undefined);
  });

  it('should be open alone no sooner than it is on disk that it is cancelled, whatever its contract', () => {
    const flock = lonely('at-most-once');
    flock.pass(65_000);
    expect(alone(flock)).to.deep.equal([]);
    abandon(flock);
    flock.pass(5_000);
    const [{ entries, degraded } = {}] = alone(flock);
    expect(degraded).to.include({ place: 0, gone: 2 });
    expect(jobIn(entries!)).to.include({ cancelled: true, reason: REASON, abandoned: true });
    expect(shardIn(entries!)).to.include({ cancelled: true, abandoned: true });
    expect(kept(flock)).to.have.members(['a degraded/j/job', 'a degraded/j/shard']);
  });

  it('should stay as it is while its majority may be there, or has not been gone for long', () => {
    const flock = lonely('at-most-once');
    flock.pass(30_000);
    abandon(flock);
    flock.pass(60_000);
    flock.up.add('b' as NodeId);
    flock.pass(2_000);
    abandon(flock);
    flock.up.delete('b' as NodeId);
    flock.pass(120_000);
    expect(alone(flock)).to.deep.equal([]);
    expect(kept(flock)).to.deep.equal([]);
  });

  it('should end though a move of it has begun, as the second death was noticed long after the first', () => {
    const flock = new Replicas();
    flock.pass(2_000);
    flock.up.delete('b' as NodeId);
    flock.up.add('d' as NodeId);
    flock.mute.add('c' as NodeId).add('d' as NodeId);
    flock.pass(30_000);
    expect((flock.stored.get('a register/j') as { seal?: object }).seal, 'c cannot hear of it').to.be.an('object');
    flock.up.delete('c' as NodeId);
    flock.pass(65_000);
    expect(alone(flock)).to.deep.equal([]);
    abandon(flock);
    flock.pass(5_000);
    expect(jobIn(alone(flock)[0]!.entries)).to.include({ cancelled: true, reason: REASON });
  });

  it('should be told anew where this node went on alone with it already, and keep what came of that', () => {
    const flock = lonely();
    flock.pass(65_000);
    flock.step(A, { kind: 'write', register: 'j', entries: [{ key: TASK, value: recordOf(3) }], tag: 'w' });
    abandon(flock);
    expect(flock.news.get(A)!.at(-1)).to.deep.equal({ kind: 'closed', register: 'j', why: 'elsewhere' });
    flock.pass(5_000);
    const [before, after, ...more] = alone(flock);
    expect(more).to.deep.equal([]);
    expect(jobIn(before!.entries).cancelled).not.to.equal(true);
    expect(jobIn(after!.entries)).to.include({ cancelled: true, reason: REASON });
    expect(after!.entries.get(TASK)).to.deep.equal(recordOf(3));
    expect(after!.ballot).to.be.greaterThan(before!.ballot);
    abandon(flock);
    flock.pass(5_000);
    expect(alone(flock), 'once more changes nothing').to.have.length(2);
  });

  it('should have its end proposed, with the reason, to a majority that comes back after all', () => {
    const flock = lonely('at-most-once');
    flock.pass(65_000);
    abandon(flock);
    flock.pass(5_000);
    flock.up.add('b' as NodeId);
    flock.pass(10_000);
    expect(flock.asks.map(({ ask: { message } }) => message)).to.deep.include.members([
      { kind: 'job.cancel', job: 'j', reason: REASON },
      { kind: 'shard.cancel', job: 'j', shard: 0 },
    ]);
    expect(flock.node('a').survivor.isOpen('j')).to.equal(false);
    for (const { ask } of flock.asks) {
      const message =
        ask.message.kind === 'job.cancel' ? { kind: 'job.cancelled', known: true } : { kind: 'shard.state' };
      flock.step(A, { kind: 'reply', from: 'b' as NodeId, tag: ask.tag, message: message as never });
    }
    expect(kept(flock)).to.deep.equal([]);
    flock.up.delete('b' as NodeId);
    flock.pass(120_000);
    expect(alone(flock), 'it waits for its majority again').to.have.length(1);
  });
});
