import { Ajv } from 'ajv';
import { expect } from 'chai';
import { noCounts } from '../../src/kernel/states.js';
import { JOB_MESSAGES } from '../../src/tasks/job-messages.js';
import type { JobRecord } from '../../src/tasks/job-record.js';
import { JOB, node, specOf } from './support/fixtures.js';
import { Jobs } from './support/jobs.js';

describe('a job of which shards are lost', () => {
  /** Two shards of one task, the second of which has not been heard of; its replicas are gone, and have to be for so long. */
  const halfLost = (leftMs: number) => {
    const jobs = new Jobs();
    jobs.create(2, 1, ['a', 'b']);
    jobs.sync();
    jobs.answer(0, 1, { running: 1 });
    jobs.registers.known.lost.set(`${node('b')},${node('spare')}`, leftMs);
    return jobs;
  };
  const abandon = (jobs: Jobs) => jobs.hear({ kind: 'job.abandon', job: JOB });
  const record = (jobs: Jobs) => jobs.registers.known.registers.get(JOB)?.entries.get('job') as JobRecord;

  it('should be left alone where none has lost its majority, or not for long enough', () => {
    const jobs = halfLost(5_000);
    expect(abandon(jobs)).to.deep.equal(['job.abandoned early to gate']);
    jobs.registers.known.lost.clear();
    expect(abandon(jobs)).to.deep.equal(['job.abandoned whole to gate']);
    expect(jobs.hear({ kind: 'job.abandon', job: 'other' })).to.deep.equal(['elsewhere () to gate']);
  });

  it('should be told of in what the wire takes', () => {
    const ajv = new Ajv({ strict: false });
    for (const leftMs of [5_000, 0]) {
      const message = { kind: 'job.abandon' as const, ask: 1, job: JOB };
      const effects = halfLost(leftMs).home.step(
        { kind: 'message', from: node('gate'), message },
        { monoMs: 0, wallMs: 9 },
      );
      const reply = effects.find((effect) => effect.kind === 'reply');
      expect(reply?.message).to.include({ gone: 2, replicas: 2, leftMs });
      expect(ajv.validate(JOB_MESSAGES['job.abandoned'], { ...reply?.message, re: 1 }), ajv.errorsText()).to.equal(
        true,
      );
    }
  });

  it('should be cancelled durably, and have its shards told that they are given up', () => {
    const jobs = halfLost(0);
    expect(abandon(jobs)).to.deep.equal(['write job1: job', 'job.abandoned begun to gate']);
    expect(abandon(jobs), 'under way').to.deep.equal(['job.abandoned begun to gate']);
    const asked = jobs.sync();
    expect(asked).to.include('shard.cancel 0 abandoned to a');
    expect(asked).to.include('shard.create 1 cancelled abandoned to b');
    expect(record(jobs)).to.include({ cancelled: true, abandoned: true });
    expect(record(jobs).reason).to.match(/^abandoned: 2 of 2 replicas are gone of a part of it$/);
    expect(abandon(jobs)).to.deep.equal(['job.abandoned done to gate']);
  });

  it('should go on to its other shards where one of which its replicas are gone was to be done before them', () => {
    const jobs = new Jobs();
    jobs.create(2, 1, ['a', 'b'], { spec: specOf({ maxParallel: 1 }) });
    jobs.sync();
    jobs.registers.known.lost.set(`${node('a')},${node('spare')}`, 0);
    abandon(jobs);
    jobs.sync();
    for (let hops = 0; hops < 8; hops++) jobs.reply(0, undefined);
    expect(jobs.reply(0, undefined)).to.include('shard.create 1 share 1 cancelled abandoned to b');
    jobs.answer(1, 1, { cancelled: 1 });
    jobs.sync();
    expect(record(jobs).finished?.counts).to.include({ cancelled: 2 });
  });

  it('should end with a shard that nobody has, and with one that only a survivor has, for good', () => {
    const jobs = halfLost(0);
    abandon(jobs);
    jobs.sync();
    jobs.reply(0, {
      kind: 'shard.state',
      version: 3,
      endedAtMs: 5,
      counts: { ...noCounts(), cancelled: 1 },
      degraded: true,
    });
    for (let hops = 0; hops < 8; hops++) {
      jobs.reply(1, undefined);
      expect(jobs.sync(), `${hops} hops`).to.deep.equal([]);
    }
    jobs.reply(1, undefined);
    expect(jobs.query(0)[0]).to.match(/^cancelled: cancelled 2, abandoned/);
    jobs.sync();
    expect(record(jobs).finished?.counts).to.include({ cancelled: 2 });
  });
});
