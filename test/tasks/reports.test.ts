import { expect } from 'chai';
import { TimerBook } from '../../src/kernel/timers.js';
import type { ShardEffect } from '../../src/tasks/shard-events.js';
import { Reports } from '../../src/tasks/reports.js';
import { Shard } from '../../src/tasks/shard.js';
import type { ShardTag } from '../../src/tasks/shard-tags.js';
import { JOB, node, specOf } from './support/fixtures.js';

type ReportTag = Extract<ShardTag, { readonly what: 'report' }>;

/** A shard of one task; where it is in its job's register, its job is coordinated here too. */
function shardOf(number = 0, register = `job1#${number}`): Shard {
  const range = { first: 0, step: 1, count: 1 };
  const record = {
    job: JOB,
    shard: number,
    range,
    createdAtMs: 1,
    cancelled: false,
    jobSet: ['j', 'k', 'l'].map(node),
  };
  return new Shard(record, specOf(), { register, set: [node('me')], ballot: 1 });
}

/** Reports, and what was asked since the last look: `version to node`, with the pause before it. */
function rig() {
  const effects: ShardEffect[] = [];
  const made = new Reports(node('me'), new TimerBook('t'), (effect) => void effects.push(effect));
  const tags: ReportTag[] = [];
  const asked = () =>
    effects.splice(0).flatMap((e) => {
      if (e.kind !== 'ask' || e.message.kind !== 'shard.report' || e.tag.what !== 'report') return [];
      tags.push(e.tag);
      const { shard, version } = e.message;
      return [`${shard}@${version % 2 ** 32} to ${e.to}${e.delayMs ? ` in ${e.delayMs} ms` : ''}`];
    });
  const answer = (reply: { kind: string; nodes?: string[] } | undefined) => {
    made.answered(tags.at(-1)!, reply);
    return asked();
  };
  return { made, asked, answer, effects };
}

const elsewhere = (...nodes: string[]) => ({ kind: 'elsewhere', nodes });

describe('reports to the coordinator of a job', () => {
  it('should tell progress of a shard once a round, the latest', () => {
    const { made, asked, effects } = rig();
    const shard = shardOf();
    made.note(shard);
    shard.version += 1;
    made.note(shard);
    made.note(shardOf(7));
    expect(effects.map(({ kind }) => kind)).to.deep.equal(['arm']);
    made.onTimer();
    expect(asked()).to.deep.equal(['0@1 to j', '7@0 to j']);
    made.onTimer();
    expect(asked(), 'nothing new').to.deep.equal([]);
  });

  it('should say nothing of a shard that another coordinates by now', () => {
    const { made, asked } = rig();
    const shard = shardOf();
    made.note(shard);
    shard.mode = 'closed';
    made.onTimer();
    expect(asked()).to.deep.equal([]);
  });

  it('should go to this very node where the job is in the same register', () => {
    const { made, asked } = rig();
    made.final(shardOf(0, JOB));
    expect(asked()).to.deep.equal(['0@0 to me']);
  });

  it('should tell the end at once, to one replica of the job after the other until one takes it down', () => {
    const { made, asked, answer } = rig();
    const shard = shardOf();
    made.note(shard);
    made.final(shard);
    expect(asked()).to.deep.equal(['0@0 to j']);
    made.onTimer();
    expect(asked(), 'no progress after the end').to.deep.equal([]);
    expect(answer(undefined)).to.deep.equal(['0@0 to k in 250 ms']);
    expect(answer(elsewhere()), 'nobody is known').to.deep.equal(['0@0 to l in 250 ms']);
    expect(answer(elsewhere('j')), 'at once where one is named').to.deep.equal(['0@0 to j']);
    expect(answer({ kind: 'shard.noted' })).to.deep.equal([]);
  });

  it('should tell the end as it was, though the shard has been let go', () => {
    const { made, asked, answer } = rig();
    const shard = shardOf();
    made.final(shard);
    asked();
    shard.version += 5;
    expect(answer(undefined)).to.deep.equal(['0@0 to k in 250 ms']);
  });

  it('should follow hints with progress too, but not repeat it', () => {
    const { made, asked, answer } = rig();
    const shard = shardOf();
    const round = () => {
      made.note(shard);
      made.onTimer();
      return asked();
    };
    round();
    expect(answer(elsewhere('l')), 'the next round will do').to.deep.equal([]);
    expect(round()).to.deep.equal(['0@0 to l']);
    expect(answer(undefined)).to.deep.equal([]);
    expect(round(), 'who does not answer is not asked first again').to.deep.equal(['0@0 to j']);
  });
});
