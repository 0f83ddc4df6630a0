import { expect } from 'chai';
import type { NodeId } from '../../../src/kernel/ids.js';
import { counted, Rig } from './rig.js';

type Four = [NodeId, NodeId, NodeId, NodeId];

function four(): { rig: Rig; ids: Four } {
  const rig = Rig.connected(4);
  return { rig, ids: rig.ids as unknown as Four };
}

/** Sends one message from each to each; returns who heard whom within a second, as `from>to`. */
function hearing(rig: Rig): string[] {
  rig.clear();
  for (const from of rig.ids) for (const to of rig.ids) if (from !== to) rig.send(from, to, 0);
  rig.world.run(1_000);
  const pairs = rig.ids.flatMap((to) =>
    rig.told(to).flatMap(({ event }) => (event.kind === 'message' ? [`${event.from}>${to}`] : [])),
  );
  return pairs.sort();
}

const ALL = [
  'n0>n1',
  'n0>n2',
  'n0>n3',
  'n1>n0',
  'n1>n2',
  'n1>n3',
  'n2>n0',
  'n2>n1',
  'n2>n3',
  'n3>n0',
  'n3>n1',
  'n3>n2',
];

describe('the simulated network: partitions', () => {
  it('should cut sides off from each other, those named nowhere too', () => {
    const { rig, ids } = four();
    rig.network.split([ids[0], ids[1]], [ids[2]]);
    expect(hearing(rig)).to.deep.equal(['n0>n1', 'n1>n0']);
    rig.network.split([ids[0]]);
    rig.world.run(5_000);
    expect(hearing(rig)).to.deep.equal(ALL.filter((way) => !way.includes('n0')));
  });

  it('should cut one way, and end one cut of several alone', () => {
    const { rig, ids } = four();
    const end = rig.network.cutOneWay([ids[0]], [ids[1], ids[2]]);
    rig.network.cutOneWay([ids[3]], [ids[0]]);
    expect(hearing(rig)).to.deep.equal(ALL.filter((way) => !['n0>n1', 'n0>n2', 'n3>n0'].includes(way)));
    end();
    end();
    rig.world.run(5_000);
    expect(hearing(rig)).to.deep.equal(ALL.filter((way) => way !== 'n3>n0'));
    rig.network.heal();
    rig.world.run(20_000);
    expect(hearing(rig)).to.deep.equal(ALL);
  });

  it('should let a bridge hear both sides', () => {
    const { rig, ids } = four();
    rig.network.bridge([ids[0]], [ids[1], ids[2]], [ids[3]]);
    expect(hearing(rig)).to.deep.equal(ALL.filter((way) => !['n0>n1', 'n0>n2', 'n1>n0', 'n2>n0'].includes(way)));
  });

  it('should keep what is sent over a short cut, in order, until TCP tries again', () => {
    const { rig, ids } = four();
    const [a, b] = ids;
    rig.network.split([a], [b]);
    for (let n = 0; n < 10; n++) {
      rig.send(a, b, n);
      rig.world.run(200);
    }
    rig.network.heal();
    rig.send(a, b, 10);
    const healedMs = rig.world.nowMs;
    rig.world.run(3_000);
    expect(rig.heard(b)).to.deep.equal(counted(11));
    expect(rig.told(b)[0]!.atMs - healedMs).to.be.within(100, 2_000);
    expect([...rig.told(a), ...rig.told(b)].every(({ event }) => event.kind === 'message')).to.equal(true);
  });

  it('should close a connection over a cut after a time of silence, at both ends', () => {
    const { rig, ids } = four();
    const [a, b] = ids;
    const cutMs = rig.world.nowMs;
    rig.network.split([a], ids.slice(1));
    rig.send(a, b, 1);
    rig.world.run(19_000);
    expect(rig.whenTold(a, 'disconnected')).to.equal(undefined);
    rig.world.run(6_000);
    for (const id of [a, b]) expect(rig.whenTold(id, 'disconnected')! - cutMs).to.be.within(20_000, 25_000);
    rig.dial(a, b);
    rig.world.run(6_000);
    expect(rig.whenTold(a, 'unreachable')! - cutMs).to.be.closeTo(30_000, 10);
    rig.network.heal();
    rig.dial(a, b);
    rig.world.run(100);
    rig.send(a, b, 2);
    rig.world.run(100);
    expect(rig.heard(b)).to.deep.equal([2]);
  });

  it('should close both ends of a connection that one of them hears nothing over', () => {
    const { rig, ids } = four();
    const [a, b] = ids;
    rig.network.cutOneWay([a], [b]);
    rig.world.run(26_000);
    expect(rig.whenTold(b, 'disconnected')).to.not.equal(undefined);
    expect(rig.whenTold(a, 'disconnected')! - rig.whenTold(b, 'disconnected')!).to.be.within(0, 3);
    rig.dial(b, a);
    rig.world.run(6_000);
    expect(rig.whenTold(b, 'unreachable')).to.not.equal(undefined);
  });
});

describe('the simulated network: nodes that go', () => {
  it('should tell of a death at once, and of lost power by silence', () => {
    const { rig, ids } = four();
    const [a, b, c] = ids;
    const startMs = rig.world.nowMs;
    rig.network.detach(b, false);
    rig.network.detach(c, true);
    rig.world.run(30_000);
    const gone = rig.told(a).map(({ event, atMs }) => [event.kind === 'disconnected' && event.peer, atMs - startMs]);
    expect(gone).to.have.length(2);
    expect(gone[0]![0]).to.equal(b);
    expect(gone[0]![1]).to.be.below(3);
    expect(gone[1]![0]).to.equal(c);
    expect(gone[1]![1]).to.be.within(20_000, 25_000);
  });

  it('should answer for connections of an earlier life as soon as the machine runs again', () => {
    const { rig, ids } = four();
    const [a, b, c] = ids;
    rig.network.detach(b, true);
    rig.world.run(1_000);
    rig.attach(b);
    rig.clear();
    rig.send(a, b, 1);
    rig.world.run(10);
    expect(rig.told(a).map(({ event }) => event.kind)).to.deep.equal(['disconnected']);
    expect(rig.heard(b)).to.deep.equal([]);
    rig.world.run(5_000);
    expect(rig.told(c).map(({ event }) => event.kind)).to.deep.equal(['disconnected']);
  });

  it('should replace a connection of an earlier life by a new one', () => {
    const { rig, ids } = four();
    const [a, b] = ids;
    rig.network.detach(b, true);
    rig.attach(b);
    rig.dial(b, a);
    rig.world.run(100);
    const kinds = rig.told(a).map(({ event }) => event.kind);
    expect(kinds).to.deep.equal(['disconnected', 'connected']);
    rig.send(a, b, 5);
    rig.world.run(10_000);
    expect(rig.heard(b)).to.deep.equal([5]);
    expect(rig.told(a)).to.have.length(2);
  });

  it('should learn of what closed during a cut once it heals', () => {
    const { rig, ids } = four();
    const [a, b] = ids;
    rig.network.split([a], ids.slice(1));
    rig.world.run(1_000);
    rig.network.detach(b, false);
    rig.world.run(1_000);
    rig.network.heal();
    expect(rig.whenTold(a, 'disconnected')).to.equal(undefined);
    rig.world.run(5_000);
    expect(rig.told(a).map(({ event }) => event.kind)).to.deep.equal(['disconnected']);
  });

  it('should reset one connection', () => {
    const { rig, ids } = four();
    rig.network.reset(ids[0], ids[1]);
    rig.world.run(100);
    expect(ids.map((id) => rig.told(id).length)).to.deep.equal([1, 1, 0, 0]);
  });
});

describe('the simulated network: dials', () => {
  it('should ration handshakes', () => {
    const rig = new Rig(21, { handshakesPerSecond: 8 });
    const [a, ...others] = rig.ids as [NodeId, ...NodeId[]];
    rig.dial(a, ...others);
    rig.world.run(1_000);
    expect(rig.network.peers(a).connected).to.be.within(10, 13);
    rig.world.run(1_500);
    expect(rig.network.peers(a).connected).to.equal(20);
  });

  it('should let dials in vain hold up others, as few are under way at once', () => {
    const rig = new Rig(6);
    const [a, ...others] = rig.ids as [NodeId, ...NodeId[]];
    for (const dark of others.slice(0, 4)) rig.network.detach(dark, true);
    rig.dial(a, ...others);
    rig.world.run(4_900);
    expect(rig.network.peers(a).connected).to.equal(0);
    rig.world.run(200);
    expect(rig.network.peers(a).connected).to.equal(1);
    expect(rig.told(a).filter(({ event }) => event.kind === 'unreachable')).to.have.length(4);
  });

  it('should not be dialled beyond the connections that a node takes', () => {
    const rig = new Rig(5, { connectionsMax: 2 });
    const [a, ...others] = rig.ids as [NodeId, ...NodeId[]];
    for (const other of others) rig.dial(other, a);
    rig.world.run(100);
    expect(rig.network.peers(a).connected).to.equal(2);
    expect(others.filter((id) => rig.whenTold(id, 'unreachable') !== undefined)).to.have.length(2);
    rig.dial(a, ...others);
    rig.world.run(100);
    expect(rig.network.peers(a).connected).to.equal(4);
  });

  it('should try one address after the other', () => {
    const rig = new Rig(2);
    const [a, b] = rig.ids as [NodeId, NodeId];
    rig.network.dial(a, ['/memory/nobody/p2p/nobody', `/memory/${b}`]);
    rig.world.run(100);
    expect(rig.told(a).map(({ event }) => event.kind)).to.deep.equal(['connected']);
  });
});
