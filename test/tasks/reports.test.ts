import { expect } from 'chai';
import { noCounts } from '../../src/kernel/states.js';
import { TimerBook } from '../../src/kernel/timers.js';
import type { ShardEffect } from '../../src/tasks/offering.js';
import { Reports } from '../../src/tasks/reports.js';
import { JOB, node } from './support/fixtures.js';

function reports() {
  const effects: ShardEffect[] = [];
  const made = new Reports(new TimerBook('t'), (effect) => void effects.push(effect));
  const said = (version: number, succeeded = 0) => {
    return { job: JOB, shard: 0, home: node('j'), version, counts: () => ({ ...noCounts(), succeeded }) };
  };
  const asked = () =>
    effects.flatMap((e) =>
      e.kind === 'ask' && e.message.kind === 'shard.report' ? [[e.message.version, e.patience]] : [],
    );
  return { made, said, asked, effects };
}

describe('reports to the home of a job', () => {
  it('should tell progress of a shard once a round, the latest', () => {
    const { made, said, asked, effects } = reports();
    made.note('s', said(1));
    made.note('s', said(2));
    made.note('t', said(7));
    expect(effects.map(({ kind }) => kind)).to.deep.equal(['arm']);
    made.onTimer();
    expect(asked()).to.deep.equal([
      [2, 1000],
      [7, 1000],
    ]);
    made.onTimer();
    expect(asked(), 'nothing new').to.have.length(2);
  });

  it('should tell the end at once, and until it is heard', () => {
    const { made, said, asked } = reports();
    made.note('s', said(1));
    made.final('s', said(2, 1));
    expect(asked()).to.deep.equal([[2, 'forever']]);
    made.onTimer();
    expect(asked(), 'no progress after the end').to.have.length(1);
  });
});
