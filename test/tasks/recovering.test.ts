import { expect } from 'chai';
import { at } from './support/brief.js';
import { JOB, node } from './support/fixtures.js';
import { Home, successor } from './support/home.js';
import { before, held, tell } from './support/taken-over.js';

describe('a coordinator that takes over', () => {
  it('should offer nothing before every member has said what it holds, this node too', () => {
    const { home, effects } = successor(before().stored(), ['x', 'y', 'home'], { z: 9 });
    expect(effects).to.deep.equal(['held.ask to x', 'held.ask to y', 'held.ask to home']);
    tell(home, 'x', held(0, at(1, 1)));
    tell(home, 'home');
    expect(home.pump()).to.deep.equal([]);
    tell(home, 'y', held(1, at(1, 2), 'queued'));
    expect(home.pump()).to.deep.equal(['offer z 2@2.1 4@2.2']);
    home.result('x', 0, at(1, 1), 'succeeded');
    home.result('y', 1, at(1, 2), 'succeeded');
    home.sync();
    expect([home.record(0)?.epoch, home.record(1)?.epoch], 'as it was').to.deep.equal([at(1, 1), at(1, 2)]);
  });

  it('should name shards with their ballots and replicas, many in one question', () => {
    const old = new Home();
    for (let shard = 0; shard < 3; shard++) old.open(1, {}, shard);
    const home = new Home({}, ['x']);
    for (const [id, { set, entries }] of old.stored()) {
      home.home.step({ kind: 'opened', register: id, set, ballot: 7, isNew: false, entries }, { monoMs: 0, wallMs: 0 });
    }
    const shards = [0, 1, 2].map((shard) => ({ job: JOB, shard, ballot: 7, set: ['home', 'second', 'third'] }));
    const asked = [...old.stored()].flatMap(([register, { set, entries }]) => {
      const opened = { kind: 'opened' as const, register, set, ballot: 7, isNew: false, entries };
      return new Home({}, ['x']).home.step(opened, { monoMs: 0, wallMs: 0 });
    });
    expect(
      asked.flatMap((e) => (e.kind === 'ask' && e.message.kind === 'held.ask' ? e.message.shards : [])),
    ).to.deep.equal(shards);
  });

  it('should be at rest once another has taken over in its turn', () => {
    const { home } = successor(before().stored(), ['x', 'y'], { z: 9 });
    tell(home, 'x');
    expect(home.registers.close('job1#0', 'elsewhere')).to.deep.equal([]);
    expect(tell(home, 'y', held(0, at(1, 1)))).to.deep.equal([]);
    expect(home.pump()).to.deep.equal([]);
    expect(home.home.unfinished).to.equal(0);
  });

  it('should note of what it takes up that it runs, here above all: it may be what brought its predecessor down', () => {
    const { home } = successor(before().stored(), ['x', 'home'], { z: 9 });
    expect(tell(home, 'home', held(0, at(1, 1)))).to.deep.equal(['write 0 pending']);
    home.sync();
    expect(home.record(0)).to.include({ running: true, epoch: at(1, 1), losses: 0 });
    const next = successor(home.stored(), ['x', 'home'], { z: 9 });
    tell(next.home, 'x');
    tell(next.home, 'home');
    next.home.sync();
    expect(next.home.record(0), 'nobody holds it any more').to.include({ losses: 1 });
  });

  it('should leave a shard at its end that was: what was cancelled there stays so, whoever says that he has run it', () => {
    const old = new Home({ x: 1 });
    old.open(2);
    old.cancel();
    old.sync();
    const home = new Home({ z: 9 }, ['x', 'home']);
    for (const [register, { set, entries }] of old.stored()) {
      const shown = home.step({ kind: 'opened', register, set, ballot: 2, isNew: false, entries });
      expect(shown, 'nobody is asked').to.deep.equal(['report to jobs: cancelled 2']);
    }
    expect(home.result('x', 0, at(1, 1), 'succeeded')).to.deep.equal(['task.recorded to x']);
    expect(home.sync()).to.deep.equal([]);
    expect(home.record(0)).to.equal(undefined);
  });

  it('should not wait for the dead', () => {
    const { home } = successor(before().stored(), ['x', 'y'], { z: 9 });
    home.step({ kind: 'peer-gone', node: node('y') });
    tell(home, 'x', held(0, at(1, 1)));
    expect(home.pump()).to.deep.equal(['offer z 2@2.1 1@2.2 4@2.3']);
  });

  it('should take in results that come before word of who holds what', () => {
    const { home } = successor(before().stored(), ['x']);
    home.sync();
    expect(home.result('x', 0, at(1, 1), 'succeeded')).to.deep.equal(['write 0 succeeded']);
    home.sync();
    expect(tell(home, 'x', held(0, at(1, 1))), 'said before it was recorded').to.deep.equal(['revoke x 0@1.1']);
    home.sync();
    expect(home.record(0)?.state).to.equal('succeeded');
  });

  it('should not count a failure again that is on record', () => {
    const { home } = successor(before().stored(), ['z'], { z: 9 });
    home.sync();
    expect(home.result('z', 2, at(1, 3), 'failed')).to.deep.equal(['task.recorded to z']);
    expect(tell(home, 'z', held(2, at(1, 3))), 'what it kept for that answer').to.deep.equal(['revoke z 2@1.3']);
    expect(home.pump()).to.deep.equal(['offer z 2@2.1 0@2.2 1@2.3 4@2.4']);
  });

  it('should take up the latest attempt of several, and call back the others', () => {
    for (const order of [['x', 'y'] as const, ['y', 'x'] as const]) {
      const { home } = successor(before().stored(), ['x', 'y']);
      home.sync();
      const epochs = { x: at(1, 1), y: at(1, 9) };
      const shown = order.flatMap((name) => tell(home, name, held(0, epochs[name])));
      expect(shown.filter((what) => what.startsWith('revoke'))).to.deep.equal(['revoke x 0@1.1']);
      home.result('x', 0, at(1, 1), 'cancelled');
      home.result('y', 0, at(1, 9), 'succeeded');
      home.sync();
      expect(home.record(0)).to.include({ state: 'succeeded', executor: 'y' });
    }
  });

  it('should believe a handback rather than earlier word that comes later', () => {
    const { home } = successor(before().stored(), ['y'], { z: 9 });
    home.sync();
    home.hear('y', { kind: 'task.handback', job: JOB, shard: 0, tasks: [{ index: 1, epoch: at(1, 2) }] });
    tell(home, 'y', held(1, at(1, 2), 'queued'));
    expect(home.pump()[0]).to.include(' 1@2.');
  });

  it('should call back an attempt that is older than the one handed back, be that told of before or not', () => {
    for (const isTold of [true, false]) {
      const { home } = successor(before().stored(), ['x', 'y'], { z: 9 });
      home.sync();
      if (isTold) tell(home, 'y', held(0, at(1, 9), 'queued'));
      home.hear('y', { kind: 'task.handback', job: JOB, shard: 0, tasks: [{ index: 0, epoch: at(1, 9) }] });
      expect(tell(home, 'x', held(0, at(1, 1)))).to.include('revoke x 0@1.1');
    }
  });

  it('should call back an attempt that it has taken up when a later one turns out to have ended', () => {
    for (const how of ['cancelled', 'succeeded'] as const) {
      const { home } = successor(before().stored(), ['x', 'y'], { z: 9 });
      home.sync();
      tell(home, 'x', held(0, at(1, 1)));
      expect(home.result('y', 0, at(1, 9), how)).to.include('revoke x 0@1.1');
    }
  });

  it('should not believe word of a boot that is over', () => {
    const { home } = successor(before().stored(), ['x', 'y'], { z: 9 });
    home.sync();
    home.room.boots.set(node('x'), 2);
    home.step({ kind: 'peer-restarted', node: node('x'), boot: 2 });
    tell(home, 'x', held(0, at(1, 1)));
    tell(home, 'y');
    expect(home.pump()[0]).to.include(' 0@2.');
  });

  it('should leave alone what a node says to hold twice', () => {
    const { home } = successor(before().stored(), ['x', 'y']);
    home.sync();
    tell(home, 'x', held(0, at(1, 1)));
    home.step({ kind: 'peer-here', node: node('x') });
    expect(tell(home, 'x', held(0, at(1, 1)))).to.deep.equal([]);
  });

  it('should accept the late outcome of an attempt that nobody spoke of, while no other was offered', () => {
    const { home } = successor(before().stored(), []);
    home.sync();
    expect(home.result('x', 0, at(1, 1), 'succeeded')).to.deep.equal(['write 0 succeeded']);
    home.sync();
    expect(home.record(0)).to.include({ state: 'succeeded', executor: 'x' });
  });

  it('should call a shard done that has nothing left to do', () => {
    const home = new Home({ x: 1 });
    home.open(1);
    home.cancel();
    home.registers.grant();
    const { home: again, effects } = successor(home.stored(), []);
    expect(effects).to.deep.equal(['write shard cancelled done', 'report to jobs: cancelled 1']);
    expect(again.home.unfinished).to.equal(0);
  });

  it('should answer for shards that are finished, and ask nobody about them', () => {
    const home = new Home();
    home.open(2);
    home.cancel();
    home.sync();
    const { home: again, effects } = successor(home.stored(), ['x']);
    expect(effects).to.deep.equal([]);
    expect(again.cancel()).to.deep.equal(['shard.state to gate cancelled 2']);
  });

  it('should not call tasks of a cancelled shard cancelled that may have run to their end', () => {
    const home = before();
    home.cancel();
    home.sync();
    const { home: again } = successor(home.stored(), ['x']);
    expect(again.cancel()).to.deep.equal(['write shard cancelled']);
    expect(again.sync()).to.deep.equal(['shard.state to gate pending 3, succeeded 1, cancelled 1']);
    again.result('x', 0, at(1, 1), 'succeeded');
    again.sync();
    expect(tell(again, 'x').at(-1)).to.equal('report to jobs: succeeded 2, cancelled 3');
  });
});

describe('the epochs of two lives', () => {
  it('should differ, whatever of the first became durable', () => {
    const home = new Home({ x: 9 });
    home.open(2);
    expect(home.pump()).to.deep.equal(['offer x 0@1.1 1@1.2']);
    const { home: second } = successor(home.stored(), []);
    const { home: third } = successor(second.stored(), [], { x: 9 });
    expect(third.pump(), 'the second life never offered anything').to.deep.equal(['offer x 0@3.1 1@3.2']);
  });
});

describe('a coordinator that dies with what it runs', () => {
  /** Runs task 0 at the coordinator, as far as `then` says, and starts it again; what was under way to its disk is there. */
  function nextLife(home: Home, ballot: number, then: () => void = () => undefined): Home {
    home.pump();
    home.accept('home');
    home.started('home', 0, at(ballot, 1));
    then();
    home.sync();
    const { home: next } = successor(home.stored(), [], { home: 1 });
    next.sync();
    return next;
  }

  function firstLife(): Home {
    const home = new Home({ home: 1 });
    home.open(1);
    return home;
  }

  it('should give up one that brings it down again and again', () => {
    let home = nextLife(firstLife(), 1);
    expect(home.record(0), 'nothing is stored of what runs before the first restart').to.equal(undefined);
    const losses: (number | undefined)[] = [];
    for (let ballot = 2; ballot <= 6; ballot++) {
      home = nextLife(home, ballot);
      losses.push(home.record(0)?.losses);
    }
    expect(losses).to.deep.equal([1, 2, 3, 4, 5]);
    expect(home.record(0)).to.deep.include({ state: 'failed', attempts: 5 });
    expect(home.pump()).to.deep.equal([]);
  });

  it('should have stored of one that was lost elsewhere that it runs again, so that its successor counts the next loss', () => {
    const home = new Home({ x: 1 });
    home.open(1);
    home.pump();
    home.accept('x');
    expect(home.started('x', 0, at(1, 1)), 'it was never lost').to.deep.equal([]);
    home.result('x', 0, at(1, 1), 'lost', { reason: 'its shell died' });
    home.sync();
    home.pump();
    home.accept('x');
    expect(home.started('x', 0, at(1, 2))).to.deep.equal(['write 0 pending']);
    home.sync();
    const { home: next } = successor(home.stored(), [], { x: 1 });
    next.sync();
    expect(next.record(0)).to.include({ state: 'pending', attempts: 2, losses: 2 });
    expect(next.record(0)?.path.at(-1)).to.include({ node: 'x', what: 'lost' });
  });

  it('should have stored of the first that begin after a takeover that they run, wherever that is', () => {
    const first = new Home({ x: 1 });
    first.open(1);
    const { home } = successor(first.stored(), [], { x: 1 });
    home.pump();
    home.accept('x');
    expect(home.started('x', 0, at(2, 1))).to.deep.equal(['write 0 pending']);
    home.sync();
    const { home: next } = successor(home.stored(), [], { x: 1 });
    next.sync();
    expect(next.record(0)).to.include({ state: 'pending', attempts: 1, losses: 1 });
  });

  it('should not count one as lost that came to an end or was handed back', () => {
    const home = nextLife(firstLife(), 1);
    const back = { kind: 'task.handback', job: JOB, shard: 0, tasks: [{ index: 0, epoch: at(2, 1) }] };
    const third = nextLife(home, 2, () => home.hear('home', back));
    expect(third.record(0)).to.include({ state: 'pending', losses: 0 });
    nextLife(third, 3, () => third.result('home', 0, at(3, 1), 'succeeded'));
    expect(third.record(0)).to.include({ state: 'succeeded', losses: 0 });
  });

  it('should end one that is cancelled, and not run it again', () => {
    const home = nextLife(firstLife(), 1);
    const third = nextLife(home, 2, () => home.cancel());
    expect(third.record(0)).to.include({ state: 'cancelled', losses: 1 });
  });
});
