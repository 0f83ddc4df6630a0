import { expect } from 'chai';
import { at } from './support/brief.js';
import { JOB, node } from './support/fixtures.js';
import { Home, successor } from './support/home.js';
import type { Committed } from './support/known-places.js';
import type { ShardRecord } from '../../src/tasks/shard-record.js';

const shardOf = (stored: Committed) => stored.get('job1#0')?.entries.get('shard') as ShardRecord | undefined;

/** Task 0 runs at x, task 1 is offered to y, task 2 waits. */
function mixed(): Home {
  const home = new Home({ x: 1, y: 1 });
  home.open(3);
  home.pump();
  home.accept('x');
  home.started('x', 0, at(1, 1));
  return home;
}

describe('cancelling a shard', () => {
  it('should end what waits and call back the rest, once it is durable', () => {
    const home = mixed();
    expect(home.cancel()).to.deep.equal(['write shard cancelled']);
    expect(home.sync()).to.deep.equal([
      'revoke x 0@1.1',
      'revoke y 1@1.2',
      'shard.state to gate pending 1, running 1, cancelled 1',
    ]);
    home.result('x', 0, at(1, 1), 'cancelled');
    home.accept('y', []);
    home.sync();
    expect(home.cancel(), 'again').to.deep.equal(['shard.state to gate cancelled 3']);
    expect(home.home.unplaced).to.equal(0);
  });

  it('should come with a create that is made again for it, whether the first has been answered or not', () => {
    for (const isAnswered of [true, false]) {
      const home = new Home({ x: 9 });
      home.create(2);
      if (isAnswered) home.sync();
      expect(home.create(2, { cancelled: true })).to.deep.equal(isAnswered ? ['write shard cancelled'] : []);
      expect(home.sync()).to.include('shard.state to jobs cancelled 2');
      expect(home.pump()).to.deep.equal([]);
    }
  });

  it('should leave an outcome that comes first', () => {
    const home = mixed();
    home.cancel();
    home.result('x', 0, at(1, 1), 'succeeded');
    home.answer('task.offer', 'y', undefined);
    home.sync();
    expect(home.record(0)?.state).to.equal('succeeded');
    expect(home.record(1), 'which y may still start').to.equal(undefined);
    home.answer('task.revoke', 'y', { kind: 'task.revoked', unknown: [1] });
    home.sync();
    expect(home.record(1)?.state).to.equal('cancelled');
    expect(home.record(2), 'nothing to remember').to.equal(undefined);
  });

  it('should not say that a task is cancelled before that is durable', () => {
    const home = new Home();
    home.open(2);
    home.cancel();
    expect(home.fire('report')).to.deep.equal([]);
    expect(shardOf(home.stored())?.cancelled).to.equal(false);
  });

  it('should start nothing again that was lost, failed or handed back', () => {
    for (const end of ['lost', 'failed', 'gone', 'handed back'] as const) {
      const home = new Home({ x: 1 });
      home.open(1, { retries: 3 });
      home.pump();
      home.accept('x');
      home.started('x', 0, at(1, 1));
      home.cancel();
      home.sync();
      if (end === 'gone') home.step({ kind: 'peer-gone', node: node('x') });
      else if (end === 'handed back') {
        home.hear('x', { kind: 'task.handback', job: JOB, shard: 0, tasks: [{ index: 0, epoch: at(1, 1) }], to: 'z' });
      } else home.result('x', 0, at(1, 1), end);
      expect(home.sync().at(-1), end).to.equal(`report to jobs: ${end === 'failed' ? 'failed' : 'cancelled'} 1`);
    }
  });

  it('should end a task whose failed attempt is being recorded', () => {
    const home = new Home({ x: 1 });
    home.open(1, { retries: 1 });
    home.pump();
    home.accept('x');
    home.result('x', 0, at(1, 1), 'failed');
    home.cancel();
    expect(home.sync()).to.deep.equal([
      'task.recorded to x',
      'write 0 cancelled',
      'shard.state to gate running 1',
      'report to jobs: cancelled 1',
    ]);
  });

  it('should be carried out when the shard opens, where it came before', () => {
    const home = new Home({ x: 9 });
    expect(home.create(2, { cancelled: true })).to.deep.equal(['create job1#0']);
    expect(home.cancel(), 'whoever coordinates it must be told later').to.deep.equal(['elsewhere to gate']);
    expect(home.sync()).to.deep.equal([
      'shard.state to jobs cancelled 2',
      'write shard cancelled done',
      'report to jobs: cancelled 2',
    ]);
    expect(home.pump()).to.deep.equal([]);
  });
});

describe('cancelling one task', () => {
  it('should end it at once where it waits, and answer when that is durable', () => {
    const home = new Home({ x: 9 });
    home.open(1);
    expect(home.cancel(0)).to.deep.equal(['write 0 cancelled', 'write nothing']);
    expect(home.sync()).to.deep.equal(['report to jobs: cancelled 1', 'shard.state to gate cancelled 1']);
  });

  it('should call back just that one where it is placed', () => {
    const home = mixed();
    home.cancel(0);
    expect(home.sync()[0]).to.equal('revoke x 0@1.1');
    home.result('x', 0, at(1, 1), 'cancelled');
    home.sync();
    expect(home.record(0)?.state).to.equal('cancelled');
    expect(home.home.unplaced).to.equal(2);
  });

  it('should hold though its offer is refused or not held', () => {
    for (const how of ['refused', 'unknown'] as const) {
      const home = mixed();
      home.cancel(1);
      expect(home.sync()[0]).to.equal('revoke y 1@1.2');
      if (how === 'unknown') home.answer('task.revoke', 'y', { kind: 'task.revoked', unknown: [1] });
      else home.accept('y', []);
      home.sync();
      expect(home.record(1)?.state, how).to.equal('cancelled');
    }
  });

  it('should not be final while an offer without an answer may still be taken up', () => {
    for (const end of ['disowned', 'dead', 'ended'] as const) {
      const home = mixed();
      home.cancel(1);
      home.sync();
      expect(home.answer('task.offer', 'y', undefined)).to.deep.equal(['revoke y 1@1.2']);
      home.sync();
      expect(home.record(1)?.state).to.equal('pending');
      if (end === 'disowned') home.answer('task.revoke', 'y', { kind: 'task.revoked', unknown: [1] });
      else if (end === 'dead') home.step({ kind: 'peer-gone', node: node('y') });
      else home.result('y', 1, at(1, 2), 'cancelled');
      home.sync();
      expect(home.record(1)?.state, end).to.equal('cancelled');
    }
  });

  it('should hold over a restart of the coordinator', () => {
    const before = mixed();
    before.cancel(0);
    before.sync();
    const { home } = successor(before.stored(), ['x'], { x: 9 });
    home.sync();
    const held = [{ job: JOB, shard: 0, index: 0, epoch: at(1, 1), state: 'running' }];
    expect(home.answer('held.ask', 'x', { kind: 'held.tell', boot: 1, held })).to.deep.equal(['revoke x 0@1.1']);
    expect(home.pump()).to.deep.equal(['offer x 1@2.1 2@2.2']);
    home.result('x', 0, at(1, 1), 'cancelled');
    home.sync();
    expect(home.record(0)?.state).to.equal('cancelled');
  });

  it('should be answered behind a record that is under way', () => {
    const home = mixed();
    home.result('x', 0, at(1, 1), 'lost');
    expect(home.cancel(0)).to.deep.equal(['write nothing']);
    const shown = home.sync();
    expect(shown.indexOf('write 0 cancelled')).to.be.lessThan(shown.findIndex((s) => s.startsWith('shard.state')));
    expect(home.record(0)?.state).to.equal('cancelled');
  });

  it('should change nothing where it has ended, or is not there', () => {
    const home = mixed();
    home.result('x', 0, at(1, 1), 'succeeded');
    home.sync();
    for (const index of [0, 99]) {
      expect(home.cancel(index)).to.deep.equal(['write nothing']);
      expect(home.sync()).to.deep.equal(['shard.state to gate pending 2, succeeded 1']);
    }
  });
});
