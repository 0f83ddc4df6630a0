import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';
import { Neighbours } from '../../src/membership/neighbours.js';
import { View } from '../../src/membership/view.js';
import { hash } from './support/flock.js';
import { knowing, sent } from './support/solo.js';
import { state } from './support/states.js';

const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `p${from + i}`);
const ids = (from: number, to: number) => names(from, to).map((name) => nodeId(name));

function neighboursIn(
  members: number,
  connectionsMax: number,
  connected: number,
): { view: View; neighbours: Neighbours } {
  const view = new View(nodeId('me'), hash);
  view.put(state('me'), 'heard', 0);
  for (const name of names(0, members)) view.put(state(name), 'heard', 0);
  return { view, neighbours: new Neighbours(view, { connectionsMax }, new Prng(3), ids(0, connected)) };
}

describe('neighbours', () => {
  it('should be all peers in a flock of which all can be connected', () => {
    const { neighbours } = neighboursIn(20, 20, 4);
    expect(neighbours.round()).to.have.members(ids(0, 20));
    expect(neighbours.sample(20)).to.have.members(ids(0, 20));
  });

  it('should be those connected in a larger one, with few others along', () => {
    const { neighbours } = neighboursIn(400, 128, 128);
    const round = neighbours.round();
    expect(round).to.include.members(ids(0, 128));
    expect(round, 'each once').to.have.length(new Set(round).size);
    expect(round).to.have.length(130);
    const heard = new Set(Array.from({ length: 100 }, () => neighbours.sample(3)).flat());
    expect(ids(0, 128)).to.include.members([...heard]);
  });

  it('should be anybody as long as nobody is connected', () => {
    expect(neighboursIn(20, 4, 0).neighbours.round()).to.have.members(ids(0, 20));
  });

  it('should be asked about others only while nobody accuses them, but probed then too', () => {
    const { view, neighbours } = neighboursIn(20, 4, 4);
    view.put(state('p1', 'suspect'), 'heard', 0);
    view.put(state('p2', 'dead'), 'heard', 0);
    expect(neighbours.sample(9, nodeId('p0'))).to.have.members([nodeId('p3')]);
    expect(neighbours.round()).to.include.members(['p0', 'p1', 'p3'].map((name) => nodeId(name)));
    expect(neighbours.round()).to.not.include(nodeId('p2'));
  });

  it('should doubt whoever it lost a connection to, but few of them where connections are closed for want of room', () => {
    const small = neighboursIn(20, 20, 20).neighbours;
    expect(ids(0, 20).filter((id) => small.lost(id))).to.have.length(20);
    const large = neighboursIn(800, 128, 640).neighbours;
    expect(ids(0, 600).filter((id) => large.lost(id)).length).to.be.within(15, 70);
    expect(ids(0, 600).filter((id) => large.isNear(id))).to.deep.equal([]);
    expect(ids(600, 640).every((id) => large.isNear(id))).to.equal(true);
  });

  it('should keep the probes of a large flock on the connections there are', () => {
    const all = names(0, 40);
    const solo = knowing(all, { config: { connectionsMax: 8 } });
    for (const peer of ids(0, 8)) solo.step({ kind: 'connected', peer });
    for (let round = 0; round < 40; round++) solo.fire('probe', 1000);
    const probed = Array.from({ length: 90 }, () =>
      sent(solo.fire('probe', 1000), 'swim.ping').map(({ to }) => to),
    ).flat();
    const far = probed.filter((id) => !ids(0, 8).includes(id));
    expect(far.length / probed.length).to.be.within(0.05, 0.2);
  });
});
