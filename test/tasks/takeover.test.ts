import { expect } from 'chai';
import type { JobId, NodeId } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';
import { noCounts } from '../../src/kernel/states.js';
import { Job } from '../../src/tasks/job.js';
import type { JobRecord } from '../../src/tasks/job-record.js';
import { Registers } from '../../src/tasks/register/registers.js';
import { JOB, SHARD, SPEC, taskEntry } from '../../src/tasks/replication/names.js';
import { Shard } from '../../src/tasks/shard.js';

const [a, b] = ['a', 'b'] as [NodeId, NodeId];
const job = 'job1' as JobId;
const record: JobRecord = {
  ...{ job, range: { first: 0, step: 1, count: 4 }, itemised: false, digest: 'd', createdAtMs: 1, cancelled: false },
  plan: { shardSize: 1, width: 1, nodes: [a], members: [0, 0, 0, 0] },
};

describe('what outlives a coordinator', () => {
  it('should be an attempt that ran at the last one, until nobody says that he holds it', () => {
    const noted = {
      index: 0,
      state: 'pending',
      epoch: 7,
      attempts: 1,
      failures: 0,
      losses: 0,
      running: true,
      path: [],
    };
    const lost = { ...noted, index: 1, running: false };
    const entries = new Map<string, unknown>([
      [SPEC, {}],
      [SHARD, { job, shard: 0, range: { first: 0, step: 1, count: 2 }, createdAtMs: 1, cancelled: false, jobSet: [a] }],
      [taskEntry(0), noted],
      [taskEntry(1), lost],
    ]);
    const shard = Shard.of(entries, { register: `${job}#0`, set: [a, b], ballot: 3 });
    expect([shard.live.get(0)?.isSpent, shard.live.get(1)?.isSpent]).to.deep.equal([false, true]);
  });

  it('should be a job whose shards were long not made', () => {
    const createdAtMs = 1_000;
    const now = { monoMs: 0, wallMs: createdAtMs + 3_600_000 };
    const refusals = (isVouched: boolean) => {
      const effects = new Registers({ self: a, prng: new Prng(1) }).step(
        { kind: 'create', id: `${job}#0`, set: [a], createdAtMs, entries: [{ key: SHARD, value: null }], isVouched },
        now,
      );
      return effects.filter((effect) => effect.kind === 'register').length;
    };
    expect(refusals(false)).to.equal(1);
    expect(refusals(true)).to.equal(0);
  });

  it('should be a job that did not hear the last word of its shards: it asks them, in turn, each once at a time', () => {
    const made = Job.of(
      new Map<string, unknown>([
        [JOB, record],
        [SPEC, {}],
      ]),
      [a],
    );
    for (const shard of made.startCreating(16)) made.created(shard);
    expect(made.startPolling(3)).to.have.length(3);
    expect(made.startPolling(3)).to.have.length(1);
    expect(made.startPolling(3)).to.deep.equal([]);
    made.created(2);
    made.note(1, { version: 1, counts: { ...noCounts(), succeeded: 1 }, endedAtMs: 5 });
    made.created(1);
    expect(made.startPolling(3)).to.deep.equal([2]);
  });
});
