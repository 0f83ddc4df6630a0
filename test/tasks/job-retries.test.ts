import { expect } from 'chai';
import { jobId, nodeId } from '../../src/kernel/ids.js';
import { noCounts, type Counts } from '../../src/kernel/states.js';
import { Job } from '../../src/tasks/job.js';
import type { JobRecord } from '../../src/tasks/job-record.js';
import { JobRetries } from '../../src/tasks/job-retries.js';
import type { JobEffect } from '../../src/tasks/job-events.js';
import type { JobSpec } from '../../src/tasks/spec.js';
import type { Places } from '../../src/tasks/replication/places.js';
import type { Place } from '../../src/tasks/replication/effects.js';

const ID = jobId('job1');
const NODE = nodeId('a');
const RECORD: JobRecord = {
  ...{
    job: ID,
    range: { first: 0, step: 1, count: 4 },
    itemised: false,
    digest: 'd',
    createdAtMs: 1,
    cancelled: false,
  },
  plan: { shardSize: 2, width: 1, nodes: [NODE], members: [0, 0] },
};

/** The retries of one job of two shards of two tasks, fed by hand. */
class Rig {
  job: Job | undefined = new Job(RECORD, { name: 'n' } as JobSpec, [NODE], new Map());
  place: Place = { kind: 'here' };
  readonly #effects: JobEffect[] = [];
  readonly retries: JobRetries;

  constructor() {
    const places = { placeOf: () => this.place } as unknown as Places;
    this.retries = new JobRetries(places, {
      job: () => this.job,
      emit: (effect) => void this.#effects.push(effect),
      elsewhere: (to, re) =>
        void this.#effects.push({ kind: 'reply', to, re, message: { kind: 'elsewhere', nodes: [] } }),
      restart: (job) => void (this.job = job),
    });
  }

  say(shard: number, version: number, counts: Partial<Counts>, retried?: { run: number; tasks: number }): void {
    const said = { version, counts: { ...noCounts(), ...counts }, endedAtMs: 9, ...(retried ? { retried } : {}) };
    this.job?.note(shard, said);
    if (this.job) this.retries.noted(this.job);
  }

  ask(token: string, ask: number, isRepeat = false): JobEffect[] {
    this.retries.asked(NODE, { kind: 'job.retry', ask, job: ID, token, failedOnly: true, isRepeat });
    return this.take();
  }

  take(): JobEffect[] {
    return this.#effects.splice(0);
  }

  /** Has the write of an effect durable. */
  write(effects: readonly JobEffect[]): JobRecord {
    const [effect] = effects;
    if (effect?.kind !== 'write' || effect.tag.what !== 'retried') throw new Error(JSON.stringify(effects));
    this.retries.written(effect.tag);
    return effect.entries[0]?.value as JobRecord;
  }
}

const done = (re: number, tasks: number, outcome = 'done') => {
  return { kind: 'reply', to: NODE, re, message: { kind: 'job.retried', outcome, tasks } };
};

describe('retries of a job', () => {
  const finished = () => {
    const rig = new Rig();
    rig.say(0, 1, { succeeded: 2 });
    rig.say(1, 1, { failed: 2 });
    expect(rig.job?.isComplete).to.equal(true);
    return rig;
  };

  it('should have it on record that the job is unfinished, then wait for its shards', () => {
    const rig = finished();
    const written = rig.write(rig.ask('t', 7));
    expect(written.finished).to.equal(undefined);
    expect(written.retry).to.deep.equal({ run: 1, token: 't', failedOnly: true });
    expect(rig.job?.isComplete).to.equal(false);
    rig.say(1, 99, { failed: 2 });
    expect(rig.job?.isComplete, 'what was said before counts no more').to.equal(false);
    rig.say(0, 2, { succeeded: 2 }, { run: 1, tasks: 0 });
    expect(rig.take()).to.deep.equal([]);
    rig.say(1, 2, { pending: 2 }, { run: 1, tasks: 2 });
    expect(rig.take()).to.deep.equal([done(7, 2)]);
    rig.say(1, 3, { succeeded: 2 }, { run: 1, tasks: 2 });
    expect(rig.job?.isComplete).to.equal(true);
    expect(rig.job?.stored()).to.deep.include({ retry: { run: 1, token: 't', failedOnly: true, tasks: 2 } });
  });

  it('should take a repeat for the same retry, and another for one too many', () => {
    const rig = finished();
    const effects = rig.ask('t', 7);
    expect(rig.ask('t', 8), 'while it is written').to.deep.equal([]);
    expect(rig.ask('u', 9)).to.deep.equal([done(9, 0, 'busy')]);
    rig.write(effects);
    expect(rig.ask('u', 10), 'while it is carried out').to.deep.equal([done(10, 0, 'busy')]);
    rig.say(0, 2, { succeeded: 2 }, { run: 1, tasks: 0 });
    rig.say(1, 2, { pending: 2 }, { run: 1, tasks: 2 });
    expect(rig.take()).to.deep.equal([done(7, 2), done(8, 2)]);
    expect(rig.ask('t', 11), 'afterwards').to.deep.equal([done(11, 2)]);
    expect(rig.ask('v', 12, true), 'what was never asked').to.deep.equal([done(12, 0, 'unknown')]);
    expect(rig.write(rig.ask('u', 13)).retry?.run).to.equal(2);
  });

  it('should go on after a takeover from what is on record', () => {
    const rig = finished();
    const record = rig.write(rig.ask('t', 7));
    const successor = new Job(record, { name: 'n' } as JobSpec, [NODE], new Map());
    expect([0, 1].map((shard) => successor.mustRetry(shard))).to.deep.equal([true, true]);
    successor.note(0, {
      version: 5,
      counts: { ...noCounts(), succeeded: 2 },
      endedAtMs: 1,
      retried: { run: 1, tasks: 0 },
    });
    expect([0, 1].map((shard) => successor.mustRetry(shard))).to.deep.equal([false, true]);
    expect(successor.neededRun(1)).to.equal(1);
  });

  it('should have a finished register opened again first', () => {
    const rig = finished();
    const job = rig.job;
    rig.job = undefined;
    rig.place = {
      kind: 'final',
      summary: { job: { ...RECORD, finished: { atMs: 1, counts: noCounts() } } },
      set: [NODE],
    };
    expect(rig.ask('t', 7)).to.deep.equal([{ kind: 'renew', register: ID }]);
    expect(rig.ask('t', 8), 'once').to.deep.equal([]);
    rig.job = job;
    if (job) rig.retries.opened(job);
    rig.write(rig.take());
    rig.retries.closed(ID);
    expect(rig.take().map((effect) => effect.kind === 'reply' && [effect.re, effect.message.kind])).to.deep.equal([
      [7, 'elsewhere'],
      [8, 'elsewhere'],
    ]);
  });
});
