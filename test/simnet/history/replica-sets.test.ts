import { expect } from 'chai';
import { nodeId, type NodeId } from '../../../src/kernel/ids.js';
import type { Head, RegisterId } from '../../../src/tasks/register/head.js';
import { ReplicaSets } from '../../../simnet/history/register-writes.js';

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map(nodeId) as [NodeId, NodeId, NodeId, NodeId];
const REGISTER = 'job1' as RegisterId;

/** What disks name of one register, each head as a list of its set. */
function named(...heads: readonly (readonly [NodeId, readonly NodeId[], number?])[]): ReplicaSets {
  const sets = new ReplicaSets();
  for (const [node, set, generation = 0] of heads) {
    const head: Head = { set: [...set], generation, createdAtMs: 1, digest: 1, bornAtMs: 1 };
    sets.note(REGISTER, head);
    sets.name(node, REGISTER, head);
  }
  return sets;
}

describe('the replica sets that disks name', () => {
  it('should be kept by who is in the last one, as a majority of it has it', () => {
    const sets = named([A, [A, B, C]], [B, [A, B, C]]);
    expect([A, C].map((node) => sets.keptBy(node))).to.deep.equal([[REGISTER], []]);
    expect(named([A, [A, B, C]]).keptBy(A), 'nobody else has it').to.deep.equal([]);
    expect(named([A, [A, B, C]], [B, [A, B, C]], [B, [B, C, D], 1]).keptBy(A), 'it has moved').to.deep.equal([]);
  });

  it('should be kept by nobody who has only a stub of another register of the same id, until it has more again', () => {
    const sets = named([A, [A, B, C]], [B, [A, B, C]], [D, [D, C, B]]);
    sets.stub(A, REGISTER);
    expect([A, B].map((node) => sets.keptBy(node))).to.deep.equal([[], [REGISTER]]);
    sets.name(A, REGISTER, { set: [A, B, C], generation: 0, createdAtMs: 1, digest: 1, bornAtMs: 1 });
    expect(sets.keptBy(A)).to.deep.equal([REGISTER]);
  });
});
