import { expect } from 'chai';
import type { NodeId } from '../../../src/kernel/ids.js';
import { IDS, Replicas } from '../support/replicas.js';

const [A, B] = IDS as [NodeId, NodeId, NodeId];

describe('a register that is made', () => {
  const entries = [{ key: 'spec', value: { name: '' } }];

  it('should be new to the second of its set too where the first cannot be reached, and to no successor', () => {
    const flock = new Replicas();
    flock.up.delete(A);
    flock.step(B, { kind: 'create', register: 'k', set: IDS, createdAtMs: 1_000_000, entries });
    const made = flock.opened(B).find(({ register }) => register === 'k');
    expect(made).to.deep.include({ ballot: 2, isNew: true });
    flock.up.add(A);
    flock.up.delete(B);
    flock.pass(10_000);
    const next = [...flock.opened(A), ...flock.opened('c')].find(({ register }) => register === 'k');
    expect(next?.isNew).to.equal(false);
  });
});
