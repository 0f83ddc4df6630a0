import { expect } from 'chai';
import { nodeId } from '../../../src/kernel/ids.js';
import { Retention, RETENTION_DEFAULTS, type Finished } from '../../../src/tasks/replication/retention.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const [A, B, C] = [nodeId('a'), nodeId('b'), nodeId('c')];
const NOTHING = { bury: [], forget: [], asks: new Map(), isPressed: false };

function job(id: string, changes: Partial<Finished> = {}): Finished {
  return { id, atMs: 0, bornAtMs: 0, bytes: 100, ...changes };
}

function shard(id: string, changes: Partial<Finished> = {}): Finished {
  return job(id, { job: { id: id.slice(0, id.indexOf('#')), set: [A, B, C] }, ...changes });
}

describe('retention', () => {
  it('should let a finished job go once it is old enough, and its name later', () => {
    const retention = new Retention();
    retention.finished(job('old'));
    retention.finished(job('young', { atMs: 3 * DAY_MS, bornAtMs: 3 * DAY_MS }));
    expect(retention.due(7 * DAY_MS - 1)).to.deep.equal(NOTHING);
    expect(retention.due(7 * DAY_MS).bury).to.deep.equal(['old']);
    retention.buried('old', 7 * DAY_MS);
    expect(retention.bytes).to.equal(100);
    expect(retention.due(9 * DAY_MS)).to.deep.equal(NOTHING);
    expect(retention.due(14 * DAY_MS).forget).to.deep.equal(['old']);
    retention.buried('young', 14 * DAY_MS);
    expect(retention.due(21 * DAY_MS).forget).to.deep.equal(['young']);
    expect(retention.isEmpty).to.equal(true);
  });

  it('should let the oldest go first under pressure, no more than needed, and never below the floor', () => {
    const retention = new Retention({ ...RETENTION_DEFAULTS, keepBytes: 250 });
    const at = (hours: number) => ({ atMs: hours * HOUR_MS, bornAtMs: hours * HOUR_MS });
    for (const [id, hours] of [
      ['third', 9],
      ['first', 1],
      ['second', 5],
      ['fourth', 13],
    ] as const) {
      retention.finished(job(id, at(hours)));
    }
    expect(retention.due(24 * HOUR_MS).bury, 'all are younger than the floor').to.deep.equal([]);
    expect(retention.due(26 * HOUR_MS).bury, 'only one is not').to.deep.equal(['first']);
    retention.buried('first', 26 * HOUR_MS);
    expect(retention.due(40 * HOUR_MS).bury).to.deep.equal(['second']);
    retention.buried('second', 40 * HOUR_MS);
    expect(retention.due(41 * HOUR_MS)).to.deep.equal(NOTHING);
  });

  it('should let shards go only when a majority says that their job is gone', () => {
    const retention = new Retention();
    retention.finished(shard('job1#0'));
    retention.finished(shard('job1#1'));
    const asked = retention.due(8 * DAY_MS);
    expect(asked.bury).to.deep.equal([]);
    expect([...asked.asks]).to.deep.equal([A, B, C].map((node) => [node, new Set(['job1'])]));
    expect(retention.jobGone(A, 'job1')).to.deep.equal([]);
    expect(retention.jobGone(A, 'job1'), 'one node is no majority, however often').to.deep.equal([]);
    expect(retention.jobGone(C, 'job1')).to.deep.equal(['job1#0', 'job1#1']);
  });

  it('should ask the nodes that keep a job now', () => {
    const retention = new Retention();
    retention.finished(shard('job1#0'));
    retention.due(8 * DAY_MS);
    retention.jobMoved('job1', [B]);
    expect([...retention.due(8 * DAY_MS).asks.keys()]).to.deep.equal([B]);
    expect(retention.jobGone(A, 'job1')).to.deep.equal([]);
    expect(retention.jobGone(B, 'job1')).to.deep.equal(['job1#0']);
  });

  it('should let a job go early where a node under pressure asks, but not below the floor', () => {
    const retention = new Retention();
    retention.finished(job('job1'));
    expect(retention.mayGo('job1', DAY_MS)).to.equal(false);
    expect(retention.mayGo('job1', 2 * DAY_MS)).to.equal(true);
    retention.dropped('job1');
    expect(retention.mayGo('job1', 2 * DAY_MS), 'it was retried').to.equal(false);
  });

  it('should do a bounded part of it at a time', () => {
    const retention = new Retention({ ...RETENTION_DEFAULTS, actionsMax: 10 });
    for (let i = 0; i < 25; i++) retention.finished(job(`job${i}`));
    const sizes = [0, 1, 2, 3].map(() => {
      const { bury } = retention.due(8 * DAY_MS);
      for (const id of bury) retention.buried(id, 8 * DAY_MS);
      return bury.length;
    });
    expect(sizes).to.deep.equal([10, 10, 5, 0]);
  });

  it('should forget no name before its register is past the floor', () => {
    expect(() => new Retention({ ...RETENTION_DEFAULTS, tombstoneMs: HOUR_MS })).to.throw('tombstone');
  });
});
