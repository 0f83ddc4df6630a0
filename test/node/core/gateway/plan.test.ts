import { expect } from 'chai';
import fc from 'fast-check';
import type { JobId, NodeId } from '../../../../src/kernel/ids.js';
import { planShards, shardSize } from '../../../../src/node/core/gateway/plan.js';
import { loadBound } from '../../../../src/ring/bounded-load.js';
import { Ring } from '../../../../src/ring/ring.js';
import { LIMITS } from '../../../../src/tasks/spec.js';
import { flock, node, xxh32 } from '../../../ring/support.js';

const everybody = () => true;
const job = (tasks: number, home: NodeId = node(0)) => ({ id: 'job1' as JobId, home, tasks });

describe('the size of a shard', () => {
  it('should make about four shards a node, and none larger than a shard may be', () => {
    expect(shardSize(1, 5, undefined)).to.equal(1);
    expect(shardSize(100, 5, undefined)).to.equal(5);
    expect(shardSize(101, 5, undefined)).to.equal(6);
    expect(shardSize(1_000_000, 5, undefined)).to.equal(LIMITS.shardTasksMax);
    expect(shardSize(10, 0, undefined), 'a ring that is still empty').to.equal(LIMITS.shardTasksMax);
  });

  it('should let the items of any shard fit into a frame, wherever the long ones stand', () => {
    const lines = fc.array(fc.constantFrom('x', 'é'.repeat(2_000), 'y'.repeat(64 * 1024)), {
      minLength: 1,
      maxLength: 120,
    });
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 4 }), (items, nodes) => {
        const size = shardSize(items.length, nodes, items);
        expect(size).to.be.at.least(1);
        for (let from = 0; from < items.length; from += size) {
          const bytes = Buffer.byteLength(items.slice(from, from + size).join(''));
          expect(bytes).to.be.at.most(LIMITS.shardItemBytesMax);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('the plan of a job', () => {
  const ring = Ring.build(flock(5), xxh32);

  it('should keep the only shard with the job', () => {
    expect(planShards(ring, everybody, job(9, node(3)), 10)).to.deep.equal({
      ...{ shardSize: 10, homes: [node(3)], homeOf: [0] },
    });
  });

  it('should give each node its share of the shards, the same from every gateway', () => {
    const plan = planShards(ring, everybody, job(200), 10);
    expect(plan).to.deep.equal(planShards(Ring.build(flock(5).reverse(), xxh32), everybody, job(200), 10));
    expect(plan.homeOf).to.have.length(20);
    for (const [k, home] of plan.homes.entries()) {
      const count = plan.homeOf.filter((at) => at === k).length;
      expect(count, home).to.be.at.most(loadBound(19, ring.share(home)));
    }
    expect(new Set(plan.homes).size, 'no home twice').to.equal(plan.homes.length);
  });

  it('should pass over nodes that are not alive, and take those that are left beyond their share', () => {
    const isAlive = (id: NodeId) => id === node(1) || id === node(2);
    const plan = planShards(ring, isAlive, job(200), 10);
    expect([...plan.homes].sort()).to.deep.equal([node(1), node(2)]);
    expect(plan.homeOf).to.have.length(20);
  });

  it('should be impossible where nobody is alive', () => {
    expect(() => planShards(ring, () => false, job(200), 10)).to.throw(/no node of the flock is alive/);
    expect(() => planShards(Ring.build([], xxh32), everybody, job(200), 10)).to.throw(/no node/);
  });
});
