import { expect } from 'chai';
import fc from 'fast-check';
import { itemEntry, registerOf, shardName, taskEntry } from '../../../src/tasks/replication/names.js';
import { JOB } from '../support/fixtures.js';

describe('names of registers and their entries', () => {
  it('should have the only shard of a job in its register, and others in their own', () => {
    expect(registerOf(JOB, 0, 1)).to.equal(JOB);
    expect(registerOf(JOB, 0, 2)).to.equal('job1#0');
    expect(shardName(JOB, 17)).to.equal('job1#17');
  });

  it('should be in the order of their numbers', () => {
    const number = fc.nat(2 ** 31);
    fc.assert(fc.property(number, number, (a, b) => taskEntry(a) < taskEntry(b) === a < b));
    const shards = fc.nat(1_000_000);
    fc.assert(fc.property(shards, shards, (a, b) => itemEntry(a) < itemEntry(b) === a < b));
  });
});
