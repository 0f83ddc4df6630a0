import { expect } from 'chai';
import fc from 'fast-check';
import type { JobId, NodeId } from '../../../../src/kernel/ids.js';
import { planShards, shardSize } from '../../../../src/node/core/gateway/plan.js';
import { FlockView } from '../../../../src/placement/flock-view.js';
import { loadBound } from '../../../../src/ring/bounded-load.js';
import { RingCache } from '../../../../src/ring/ring-cache.js';
import type { Plan } from '../../../../src/tasks/job-messages.js';
import { LIMITS } from '../../../../src/tasks/spec.js';
import { flockOf, member, node } from '../../../placement/support.js';
import { xxh32 } from '../../../ring/support.js';

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
  const job = (tasks: number) => ({ id: 'job1' as JobId, tasks });

  /** The replica sets of the shards, in order. */
  function setsOf({ width, nodes, members }: Plan): (NodeId | undefined)[][] {
    const shards = Array.from({ length: members.length / width }, (_, k) => members.slice(k * width, (k + 1) * width));
    return shards.map((numbers) => numbers.map((i) => nodes[i]));
  }

  it('should keep the only shard with the job', () => {
    const { view } = flockOf(5);
    expect(planShards(view, job(9), 10)).to.deep.equal({ shardSize: 10, width: 0, nodes: [], members: [] });
  });

  it('should give each shard three replicas, the first from its share of the ring, the same from every gateway', () => {
    const { view } = flockOf(5);
    const other = new FlockView(new RingCache(xxh32));
    for (let i = 4; i >= 0; i--) other.update(member(node(i)));
    const plan = planShards(view, job(200), 10);
    expect(plan).to.deep.equal(planShards(other, job(200), 10));
    const sets = setsOf(plan);
    expect(sets).to.have.length(20);
    for (const set of sets) expect(new Set(set).size, set.join()).to.equal(3);
    for (const id of plan.nodes) {
      const count = sets.filter(([first]) => first === id).length;
      expect(count, id).to.be.at.most(loadBound(19, view.ring.share(id)));
    }
    expect(new Set(plan.nodes).size, 'no node twice').to.equal(plan.nodes.length);
  });

  it('should put first who is alive, and take those that are left beyond their share', () => {
    const { view } = flockOf(5);
    for (const i of [0, 3, 4]) view.update(member(node(i), { state: 'dead' }));
    const plan = planShards(view, job(200), 10);
    const sets = setsOf(plan);
    expect(new Set(sets.map(([first]) => first))).to.deep.equal(new Set([node(1), node(2)]));
    expect(
      sets.every((set) => set.length === 3),
      'the dead count: they have not left',
    ).to.equal(true);
  });

  it('should have as many replicas as there are members that have not left', () => {
    const { view } = flockOf(2);
    view.update(member(node(7), { state: 'left' }));
    expect(planShards(view, job(20), 10).width).to.equal(2);
  });

  it('should be impossible where nobody is alive', () => {
    const { view } = flockOf(1);
    view.update(member(node(0), { state: 'dead' }));
    expect(() => planShards(view, job(200), 10)).to.throw(/no node of the flock is alive/);
  });

  it('should be refused where items of different length make too many shards', () => {
    const { view } = flockOf(1);
    expect(() => planShards(view, job(LIMITS.shardsMax * 2), 1)).to.throw(/make \d+ shards/);
  });
});
