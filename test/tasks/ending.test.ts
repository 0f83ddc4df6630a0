import { expect } from 'chai';
import { at } from './support/brief.js';
import { JOB, node } from './support/fixtures.js';
import { Home } from './support/home.js';

/** A shard of one task that runs at x under epoch 1.1. */
function running(retries = 0, tasks = 1): Home {
  const home = new Home({ x: tasks, y: tasks });
  home.open(tasks, { retries });
  home.pump();
  home.accept('x');
  home.started('x', 0, at(1, 1));
  return home;
}

describe('an attempt that ends', () => {
  it('should be answered only when its outcome is durable', () => {
    const home = running();
    expect(home.result('x', 0, at(1, 1), 'succeeded', { exitCode: 0 })).to.deep.equal(['write 0 succeeded']);
    expect(home.result('x', 0, at(1, 1), 'succeeded'), 'sent again meanwhile').to.deep.equal([]);
    expect(home.sync()).to.deep.equal(['task.recorded to x', 'report to jobs: succeeded 1']);
    expect(home.result('x', 0, at(1, 1), 'failed'), 'sent again later').to.deep.equal(['task.recorded to x']);
    home.registers.letGo();
    expect(home.result('x', 0, at(1, 1), 'failed'), 'much later').to.deep.equal(['task.recorded to x']);
    expect(home.record(0)).to.include({ state: 'succeeded', attempts: 1, executor: 'x', epoch: at(1, 1) });
  });

  it('should be taken in whatever the coordinator heard of it before', () => {
    const home = new Home({ x: 3 });
    home.open(3);
    home.pump();
    expect(home.result('x', 0, at(1, 1), 'succeeded'), 'while it is offered').to.deep.equal(['write 0 succeeded']);
    home.accept('x');
    expect(home.result('x', 1, at(1, 2), 'succeeded'), 'while it is queued').to.deep.equal(['write 1 succeeded']);
    home.started('x', 2, at(1, 3));
    expect(home.result('x', 2, at(1, 3), 'succeeded'), 'while it runs').to.deep.equal(['write 2 succeeded']);
    home.sync();
    expect([0, 1, 2].map((index) => home.record(index)?.state)).to.deep.equal(Array(3).fill('succeeded'));
    expect(home.home.unplaced).to.equal(0);
  });

  it('should be taken in though its offer was given up, while no later one was made', () => {
    const home = running();
    const late = new Home({ x: 1 });
    late.open(1);
    late.pump();
    late.answer('task.offer', 'x', undefined);
    expect(late.result('x', 0, at(1, 1), 'succeeded')).to.deep.equal(['write 0 succeeded']);
    expect(late.home.unplaced).to.equal(0);

    home.step({ kind: 'peer-gone', node: node('x') });
    home.sync();
    expect(home.result('x', 0, at(1, 1), 'succeeded'), 'its loss is committed').to.deep.equal(['task.recorded to x']);
  });

  it('should be told to whoever places, with the time since its offer where that was made here', () => {
    const home = new Home({ x: 3 });
    home.open(3, { name: 'work' });
    home.pump();
    home.accept('x');
    home.nowMs = 300;
    home.result('x', 0, at(1, 1), 'succeeded');
    home.result('x', 1, at(1, 2), 'failed');
    home.result('y', 2, at(2, 1), 'succeeded');
    expect(home.room.ends).to.deep.equal(['x work after 300 ms', 'x work failed after 300 ms', 'y work']);
  });

  it('should be dropped once a later attempt was offered', () => {
    const home = new Home({ x: 1, y: 1 });
    home.open(1);
    home.pump();
    home.answer('task.offer', 'x', undefined);
    expect(home.pump(), 'a successor is to know that it is over').to.deep.equal(['write 0 pending', 'arm rest']);
    home.sync();
    expect(home.pump()).to.deep.equal(['offer y 0@1.2']);
    expect(home.result('x', 0, at(1, 1), 'failed')).to.deep.equal(['task.recorded to x']);
    home.accept('y');
    home.result('y', 0, at(1, 2), 'succeeded');
    home.sync();
    expect(home.record(0)).to.include({ state: 'succeeded', executor: 'y' });
  });

  it('should be made again as often as the job allows where it failed', () => {
    const home = running(1);
    expect(home.result('x', 0, at(1, 1), 'failed', { exitCode: 1 })).to.deep.equal(['write 0 pending']);
    expect(home.pump(), 'not before that is durable').to.deep.equal([]);
    expect(home.sync()).to.deep.equal(['task.recorded to x']);
    expect(home.result('x', 0, at(1, 1), 'failed'), 'the same again').to.deep.equal(['task.recorded to x']);
    expect(home.pump(), 'not at once').to.deep.equal([]);
    home.fire('retry', 300);
    expect(home.pump()).to.deep.equal(['offer x 0@1.2']);
    home.accept('x');
    expect(home.result('x', 0, at(1, 2), 'timed-out')).to.deep.equal(['write 0 timed-out']);
    home.sync();
    expect(home.record(0)).to.include({ state: 'timed-out', failures: 1, losses: 0, attempts: 2 });
  });

  it('should be cancelled at once while it rests', () => {
    const home = running(3);
    home.result('x', 0, at(1, 1), 'failed');
    home.sync();
    expect(home.cancel()).to.deep.equal(['write shard cancelled']);
    expect(home.sync()).to.include('write 0 cancelled');
    expect(home.record(0)).to.include({ state: 'cancelled', attempts: 1 });
    home.nowMs = 60_000;
    home.fire('retry');
    expect(home.pump()).to.deep.equal([]);
  });

  it('should not end a task for good that was called back, though nobody cancelled it', () => {
    const home = running();
    expect(home.result('x', 0, at(1, 1), 'cancelled')).to.deep.equal(['write 0 pending']);
    home.sync();
    expect(home.pump()).to.deep.equal(['offer x 0@1.2']);
  });

  it('should be ignored where it names a task that is not there', () => {
    expect(running().result('x', 7, at(1, 1), 'succeeded')).to.deep.equal(['task.recorded to x']);
    const other = { kind: 'task.result', job: JOB, shard: 9, index: 0, epoch: 5, outcome: {} };
    expect(running().hear('x', other), 'of a shard that is not here').to.deep.equal(['elsewhere to x']);
  });
});

describe('an attempt that is lost', () => {
  it('should commit its loss before it is made again', () => {
    const home = running();
    // It may only be thought dead: it is told to stop once it is heard of again.
    expect(home.step({ kind: 'peer-gone', node: node('x') })).to.deep.equal(['revoke x 0@1.1', 'write 0 pending']);
    expect(home.pump()).to.deep.equal([]);
    home.sync();
    expect(home.record(0)).to.include({ state: 'pending', losses: 1, failures: 0 });
    expect(home.pump()).to.deep.equal(['offer x 0@1.2']);
  });

  it('should not count where it had not begun, and be on record before the next offer where it may have been told of', () => {
    const home = new Home({ x: 2, y: 2 });
    home.open(2);
    home.pump();
    home.accept('x', [0]);
    expect(home.step({ kind: 'peer-gone', node: node('x') })).to.deep.equal(['revoke x 0@1.1']);
    home.room.left.delete(node('x'));
    expect(home.pump()).to.deep.equal(['write 0 pending', 'offer y 1@1.3']);
    home.sync();
    expect(home.record(0)).to.include({ epoch: at(1, 1), losses: 0 });
    expect(home.pump()).to.deep.equal(['offer y 0@1.4']);
  });

  it('should fail for good the fifth time', () => {
    const home = running();
    for (let loss = 1; loss <= 4; loss++) {
      expect(home.result('x', 0, at(1, loss), 'lost', { reason: 'x' })).to.deep.equal(['write 0 pending']);
      home.sync();
      home.pump();
      home.accept('x');
    }
    expect(home.result('x', 0, at(1, 5), 'lost', { reason: 'its shell died' })).to.deep.equal(['write 0 failed']);
    home.sync();
    expect(home.record(0)?.outcome?.reason).to.equal(
      'lost 5 times with the node that ran it: not started again (its shell died)',
    );
  });

  it('should be known by the boot of its node', () => {
    const home = running(0, 2);
    expect(home.step({ kind: 'peer-restarted', node: node('x'), boot: 1 }), 'news of long ago').to.deep.equal([]);
    expect(home.step({ kind: 'peer-restarted', node: node('y'), boot: 2 })).to.deep.equal([]);
    expect(home.step({ kind: 'peer-restarted', node: node('x'), boot: 2 })).to.deep.equal(['write 0 pending']);
    home.sync();
    expect(home.home.unplaced, 'the queued one too').to.equal(2);
  });
});

describe('a task that is handed back', () => {
  const back = (home: Home, to?: string) =>
    home.hear('x', {
      kind: 'task.handback',
      job: JOB,
      shard: 0,
      tasks: [{ index: 0, epoch: at(1, 1) }],
      ...(to ? { to } : {}),
    });

  it('should be offered to the thief that asked for it, under a new epoch', () => {
    const home = running();
    expect(back(home, 'z')).to.deep.equal(['task.takenback to x', 'offer z 0@1.2']);
    expect(back(home, 'z'), 'sent again').to.deep.equal(['task.takenback to x']);
    home.accept('z', []);
    expect(home.pump(), 'a thief that has changed its mind').to.deep.equal(['offer x 0@1.3']);
  });

  it('should keep on record that it was stopped for a shorter one', () => {
    const home = running();
    const tasks = [{ index: 0, epoch: at(1, 1) }];
    home.hear('x', { kind: 'task.handback', job: JOB, shard: 0, tasks, preempted: true });
    expect(home.pump()).to.deep.equal(['offer x 0@1.2']);
    home.accept('x');
    home.result('x', 0, at(1, 2), 'succeeded');
    home.sync();
    expect(home.record(0)?.path.map(({ what }) => what)).to.deep.equal(['accepted', 'preempted', 'accepted']);
  });

  it('should wait for anyone where its node leaves', () => {
    const home = running();
    expect(back(home)).to.deep.equal(['task.takenback to x']);
    home.room.left.delete(node('x'));
    expect(home.pump()).to.deep.equal(['offer y 0@1.2']);
  });

  it('should go to somebody else where nothing is known of it, and be answered where all is over', () => {
    expect(back(new Home())).to.deep.equal(['elsewhere to x']);
    const home = running();
    home.result('x', 0, at(1, 1), 'succeeded');
    home.sync();
    home.registers.letGo();
    expect(back(home)).to.deep.equal(['task.takenback to x']);
  });
});
