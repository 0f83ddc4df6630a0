import { expect } from 'chai';
import { node, specOf } from './support/fixtures.js';
import { Home } from './support/home.js';

describe('placing', () => {
  it('should offer what waits to the first node with room, and what exceeds it to the next', () => {
    const home = new Home({ x: 2, y: 5 });
    home.open(4);
    expect(home.pump()).to.deep.equal(['offer x 0@1.1 1@1.2', 'offer y 2@1.3 3@1.4']);
    expect(home.pump(), 'nothing waits any more').to.deep.equal([]);
  });

  it('should say by when a job is to have ended, whichever comes first', () => {
    for (const [limits, dueMs] of [
      [{ deadlineMs: 500 }, 501],
      [{ notAfterMs: 400 }, 400],
      [{ deadlineMs: 500, notAfterMs: 600 }, 501],
    ] as const) {
      const home = new Home({ x: 1 });
      home.open(1, limits);
      expect(home.pump()).to.deep.equal([`offer x 0@1.1 due ${dueMs}`]);
    }
  });

  it('should choose for each task by the policy of its job, and send what goes to one node in one offer', () => {
    const home = new Home({ x: 2, y: 3 });
    home.room.most = 1;
    home.open(5, { name: 'fold', policy: 'spread' });
    expect(home.pump()).to.deep.equal(['offer x 0@1.1 1@1.2', 'offer y 2@1.3 3@1.4 4@1.5']);
    expect(home.room.wanted).to.include({ name: 'fold', policy: 'spread' });
    expect(Object.fromEntries(home.room.wanted?.offers ?? [])).to.deep.equal({ [node('x')]: 2, [node('y')]: 3 });
  });

  it('should fill no offer beyond its most, however much is chosen for one node', () => {
    const home = new Home({ x: 200 });
    home.room.most = 1;
    home.open(130);
    expect(home.pump().map((shown) => shown.split(' ').length - 2)).to.deep.equal([64, 64, 2]);
  });

  it('should count offered tasks as unplaced until their node has taken them', () => {
    const home = new Home({ x: 2 });
    home.open(3);
    expect(home.home.unplaced).to.equal(3);
    expect(home.pump()).to.deep.equal(['offer x 0@1.1 1@1.2', 'arm rest']);
    expect(home.home.unplaced).to.equal(3);
    expect(home.home.waiting, 'what an idle node could have').to.equal(1);
    home.accept('x');
    expect(home.home.unplaced).to.equal(1);
    home.cancel();
    home.sync();
    expect(home.home.unplaced).to.equal(0);
  });

  it('should go on with the next node when one refuses, under a new epoch', () => {
    const home = new Home({ x: 1, y: 1 });
    home.open(1);
    home.pump();
    home.accept('x', []);
    expect(home.pump()).to.deep.equal(['offer y 0@1.2']);
    home.accept('y', []);
    expect(home.pump(), 'both refused').to.deep.equal(['arm rest']);
    expect(home.fire('rest', 250)).to.deep.equal(['offer x 0@1.3']);
    expect(home.home.hasWaiting).to.equal(false);
  });

  it('should let a shard rest after four refusals, until any node has news of room', () => {
    const home = new Home({ a: 1, b: 1, c: 1, d: 1, e: 1 });
    home.open(1);
    for (const name of ['a', 'b', 'c', 'd']) {
      expect(home.pump()[0]).to.match(new RegExp(`^offer ${name} `));
      home.accept(name, []);
    }
    expect(home.pump(), 'though e was not asked').to.deep.equal(['arm rest']);
    home.home.reopen(node('b'));
    expect(home.pump()).to.deep.equal(['offer b 0@1.5']);
  });

  it('should offer what waits to a node that says it has free slots, rest or not, and no more than start there', () => {
    const home = new Home({ a: 1, b: 1, c: 1, d: 1 });
    home.open(5);
    home.pump();
    for (const name of ['a', 'b', 'c', 'd']) home.accept(name, []);
    expect(home.pump()).to.deep.equal([]);
    home.room.slots.set(node('e'), 3);
    home.home.reopen(node('e'));
    expect(home.pump()).to.deep.equal(['offer e 0@1.5 1@1.6 2@1.7 now']);
    home.home.reopen(node('e'));
    expect(home.pump(), 'they are on their way there').to.deep.equal([]);
    home.home.reopen(node('f'));
    expect(home.pump(), 'no slot is free there').to.deep.equal([]);
  });

  it('should seek a free slot for each of a few tasks, and room for many', () => {
    const few = new Home();
    few.open(4);
    few.pump();
    expect(few.room.wanted?.seeksSlot).to.equal(true);
    const many = new Home();
    many.open(5);
    many.pump();
    expect(many.room.wanted?.seeksSlot).to.equal(false);
  });

  it('should place tasks from where their shard is kept on, or from the key they were given', () => {
    const home = new Home();
    home.open(1);
    home.pump();
    expect(home.room.wanted?.key, 'the register').to.equal('job1#0');
    home.open(1, { key: 'warm' }, 1);
    home.pump();
    expect(home.room.wanted).to.include({ key: 'warm', seeksSlot: false });
  });

  it('should keep a timer armed while anything waits', () => {
    const home = new Home();
    home.open(1);
    expect(home.pump()).to.deep.equal(['arm rest']);
    for (let i = 0; i < 3; i++) expect(home.fire('rest', 250)).to.deep.equal(['arm rest']);
    home.room.left.set(node('x'), 1);
    expect(home.fire('rest', 250)).to.deep.equal(['offer x 0@1.1']);
    expect(home.isArmed('rest')).to.equal(false);
  });

  it('should not have shards that no node can take hold up others', () => {
    const home = new Home({ x: 9 });
    for (let shard = 0; shard < 30; shard++)
      home.open(1, { needs: { cpus: 1, memBytes: 0, gpus: 1, custom: {} } }, shard);
    home.open(2, {}, 30);
    const pumps = Array.from({ length: 4 }, () => home.pump()).flat();
    expect(pumps.filter((shown) => shown.startsWith('offer'))).to.deep.equal(['offer x 0@1.1 1@1.2']);
  });

  it('should give every shard its turn where room comes up one by one', () => {
    const home = new Home({ x: 0 });
    for (let shard = 0; shard < 3; shard++) home.open(4, {}, shard);
    home.pump();
    const turns = [0, 1, 2].map(() => {
      home.room.left.set(node('x'), 1);
      const [shown] = home.pump();
      home.room.left.set(node('x'), 0);
      home.accept('x');
      return shown;
    });
    expect(turns, 'each the first task of another shard').to.deep.equal(Array(3).fill('offer x 0@1.1'));
  });

  it('should call back an offer without an answer, but not what is known to run of it', () => {
    const home = new Home({ x: 3 });
    home.open(3);
    home.pump();
    home.started('x', 1, 2 ** 20 + 2);
    expect(home.answer('task.offer', 'x', undefined)).to.deep.equal(['revoke x 0@1.1 2@1.3']);
    expect(home.home.unplaced).to.equal(2);
  });

  it('should call it back for as long as it takes where the node seems dead, since it may have taken it up all the same', () => {
    const home = new Home({ x: 1 });
    home.open(1);
    home.pump();
    home.answer('task.offer', 'x', undefined);
    expect(home.answer('task.revoke', 'x', undefined), 'once it is held dead').to.deep.equal(['revoke x 0@1.1']);
    expect(home.answer('task.revoke', 'x', undefined), 'once it has left').to.deep.equal([]);
  });

  it('should choose no node for a task that is not to be offered yet: the choice may be the one trial of that node', () => {
    const home = new Home({ x: 1, y: 1 });
    home.open(1);
    home.pump();
    home.answer('task.offer', 'x', undefined);
    home.room.wanted = undefined;
    home.pump();
    expect(home.room.wanted).to.equal(undefined);
    home.sync();
    expect(home.pump()).to.deep.equal(['offer y 0@1.2']);
  });

  it('should call back what is taken up after it was given up', () => {
    const home = new Home({ x: 2 });
    home.open(2);
    home.pump();
    home.step({ kind: 'peer-restarted', node: node('x'), boot: 2 });
    expect(home.accept('x', [1])).to.deep.equal(['revoke x 1@1.2']);
  });

  it('should leave alone what was offered again when it hears that an earlier attempt is not held', () => {
    const home = new Home({ x: 1 });
    home.open(1);
    home.pump();
    home.answer('task.offer', 'x', undefined);
    home.home.reopen(node('x'));
    home.pump();
    home.sync();
    expect(home.pump()).to.deep.equal(['offer x 0@1.2']);
    home.accept('x');
    home.answer('task.revoke', 'x', { kind: 'task.revoked', unknown: [0] });
    expect(home.home.unplaced, 'x holds 0@1.2').to.equal(0);
  });

  it('should hand waiting tasks to a thief, oldest shard first, and no more than it asks for', () => {
    const home = new Home();
    home.open(2, {}, 0);
    home.open(3, {}, 1);
    expect(home.giveTo('thief', 3)).to.deep.equal(['offer thief 0@1.1 1@1.2', 'offer thief 0@1.1']);
    expect(home.home.unplaced, 'until it has them').to.equal(5);
  });

  it('should offer in batches', () => {
    const home = new Home({ x: 100, y: 100 });
    home.open(150);
    const sizes = home.pump().map((shown) => shown.split(' ').length - 2);
    expect(sizes).to.deep.equal([64, 36, 50]);
  });

  it('should place a task that is for one node there, and nowhere else', () => {
    const home = new Home({ x: 9, y: 9 });
    home.create(3, { spec: specOf({ perNode: true }), items: ['y', 'away', 'x'] });
    home.sync();
    home.room.absent.add(node('away'));
    expect(home.pump()).to.deep.equal(['offer y 0@1.1', 'offer x 2@1.2', 'arm rest']);
    home.accept('y');
    home.accept('x', []);
    expect(home.take(home.home.giveTo(node('y'), 5).effects), 'a thief gets none of them').to.deep.equal([]);
    expect(home.pump(), 'x has refused, away is away').to.deep.equal([]);
    home.home.reopen(node('x'));
    expect(home.pump()).to.deep.equal(['offer x 2@1.3']);
    home.room.absent.clear();
    expect(home.pump()).to.deep.equal(['offer away 1@1.4']);
  });
});
