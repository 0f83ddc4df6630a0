import { expect } from 'chai';
import type { JobEffect } from '../../src/tasks/job-events.js';
import type { Job } from '../../src/tasks/job.js';
import { ShardAsking } from '../../src/tasks/shard-asking.js';
import { node } from './support/fixtures.js';

const SET = ['a', 'b', 'c'].map(node);
const [A, B] = SET;

/** Of two shards, of the same set. */
const JOB = { record: { job: 'j' }, shards: 2, set: () => SET, first: () => A } as unknown as Job;

function askingOf(near: readonly string[]) {
  const asked: JobEffect[] = [];
  const asking = new ShardAsking(
    node('me'),
    5_000,
    (id) => near.includes(id),
    (effect) => void asked.push(effect),
  );
  const askFor = () => {
    asking.ask('shard-released', JOB, 1);
    return asked.pop() as Extract<JobEffect, { kind: 'ask' }>;
  };
  return { asking, ask: () => askFor().to, patience: () => askFor().patience };
}

describe('who is asked for a shard', () => {
  it('should be the first of its set that needs no handshake, or else the first', () => {
    expect(askingOf(['a', 'b', 'c']).ask()).to.equal(A);
    expect(askingOf(['b', 'c']).ask()).to.equal(B);
    expect(askingOf([]).ask()).to.equal(A);
  });

  it('should be given longer where its replicas may have to be connected first', () => {
    expect(askingOf(['a', 'b', 'c']).patience()).to.equal(5_000);
    expect(askingOf(['a', 'b']).patience()).to.equal(10_000);
  });

  it('should be whoever had it when it was last found', () => {
    const { asking, ask } = askingOf(['b']);
    asking.found(JOB, 1, A!);
    expect(ask()).to.equal(A);
    asking.found(JOB, 1, node('x'));
    expect(ask()).to.equal('x');
    asking.forget(JOB);
    expect(ask()).to.equal(B);
  });
});
