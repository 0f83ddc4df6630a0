import { expect } from 'chai';
import type { NodeId } from '../../../src/kernel/ids.js';
import { MESH } from '../../../src/node/core/mesh.js';
import { counted, Rig, vector } from './rig.js';

/** Long enough for meshes to form, or to be mended. */
const HEARTBEATS_MS = 5_000;

function knit(size: number, given: ConstructorParameters<typeof Rig>[1] = {}): Rig {
  const rig = Rig.connected(size, given);
  rig.world.run(HEARTBEATS_MS);
  return rig;
}

function meshes(rig: Rig): number[] {
  return rig.ids.map((id) => rig.network.peers(id).mesh);
}

function publish(rig: Rig, from: NodeId, seq: number): void {
  rig.network.publish(from, vector(from, seq));
}

function missing(rig: Rig, seq: number): NodeId[] {
  return rig.ids.filter((id) => !rig.gossip(id).includes(seq));
}

describe('the simulated pubsub', () => {
  it('should keep meshes between their bounds', () => {
    const rig = knit(60);
    expect(Math.min(...meshes(rig))).to.be.at.least(MESH.low);
    expect(Math.max(...meshes(rig))).to.be.at.most(MESH.high);
  });

  it('should deliver once to all but the publisher, and count what came again', () => {
    const rig = knit(60);
    for (let seq = 0; seq < 20; seq++) {
      publish(rig, rig.ids[seq]!, seq);
      rig.world.run(50);
    }
    rig.world.run(HEARTBEATS_MS);
    const others = (i: number) => counted(20).filter((seq) => seq !== i);
    rig.ids.forEach((id, i) => expect(rig.gossip(id).sort((a, b) => a - b)).to.deep.equal(others(i)));
    const total = rig.ids.reduce((sum, id) => sum + rig.network.traffic(id).duplicates, 0);
    expect(total / (20 * 59)).to.be.within(4, MESH.high);
  });

  it('should hop over the mesh alone where publishing does not flood', () => {
    const times = [true, false].map((floodPublish) => {
      const hop = { kind: 'constant', ms: 100 } as const;
      const rig = knit(60, {
        latency: { kind: 'constant', ms: 1 },
        pubsub: { floodPublish, hop, low: 4, degree: 4, high: 6 },
      });
      rig.clear();
      const startMs = rig.world.nowMs;
      publish(rig, rig.ids[0]!, 1);
      rig.world.run(900);
      expect(missing(rig, 1)).to.deep.equal([rig.ids[0]]);
      const atMs = rig.ids.slice(1).map((id) => Math.round(rig.whenTold(id, 'gossip')! - startMs));
      return [...new Set(atMs)].sort((a, b) => a - b);
    });
    expect(times[0]).to.deep.equal([101]);
    expect(times[1]!.slice(0, 2)).to.deep.equal([101, 202]);
    expect(times[1]!.at(-1)).to.be.at.least(303);
  });

  it('should recover within heartbeats what the mesh lost', () => {
    const rig = knit(60, { pubsub: { floodPublish: false, low: 2, degree: 2, high: 3 } });
    rig.network.options.loss = 0.3;
    let late = 0;
    for (let seq = 0; seq < 20; seq++) {
      publish(rig, rig.ids[seq]!, seq);
      rig.world.run(90);
      late += missing(rig, seq).length - 1;
      rig.world.run(3_910);
      expect(missing(rig, seq), `message ${seq}`).to.deep.equal([rig.ids[seq]]);
    }
    expect(late).to.be.above(20);
  });

  it('should not cross a cut, and come over it again once it heals', () => {
    const rig = knit(24);
    const [left, right] = [rig.ids.slice(0, 12), rig.ids.slice(12)];
    rig.network.split(left, right);
    rig.world.run(30_000);
    publish(rig, left[0]!, 1);
    rig.world.run(HEARTBEATS_MS);
    expect(missing(rig, 1)).to.deep.equal([left[0], ...right]);
    expect(Math.min(...meshes(rig))).to.be.at.least(MESH.low);
    rig.network.heal();
    right.forEach((id) => rig.dial(id, ...left));
    rig.world.run(HEARTBEATS_MS);
    publish(rig, left[0]!, 2);
    rig.world.run(1_000);
    expect(missing(rig, 2)).to.deep.equal([left[0]]);
  });

  it('should take nodes that come into the mesh, and those that go out of it', () => {
    const rig = knit(20);
    for (const id of rig.ids.slice(0, 10)) rig.network.detach(id, false);
    rig.world.run(HEARTBEATS_MS);
    expect(meshes(rig).slice(0, 10)).to.deep.equal(Array.from({ length: 10 }, () => 0));
    expect(Math.min(...meshes(rig).slice(10))).to.be.at.least(MESH.low);
    const [back] = rig.ids as [NodeId];
    rig.attach(back);
    rig.dial(back, ...rig.ids.slice(10));
    rig.world.run(HEARTBEATS_MS);
    expect(rig.network.peers(back).mesh).to.be.at.least(MESH.low);
  });

  it('should tell a node that restarted of what it missed lately, not of what is old', () => {
    const rig = knit(20);
    const [publisher, other] = rig.ids as [NodeId, NodeId];
    publish(rig, publisher, 1);
    rig.world.run(10_000);
    rig.network.detach(other, false);
    rig.clear();
    publish(rig, publisher, 2);
    rig.world.run(500);
    rig.attach(other);
    rig.dial(other, ...rig.ids.slice(2));
    rig.world.run(HEARTBEATS_MS);
    expect(rig.gossip(other)).to.deep.equal([2]);
  });

  it('should carry no more than what was told in the same heartbeat', () => {
    const rig = knit(40);
    const sent = () => rig.ids.reduce((sum, id) => sum + rig.network.traffic(id).gossipBytes, 0);
    const before = sent();
    rig.world.run(10_000);
    expect(sent()).to.equal(before);
    publish(rig, rig.ids[0]!, 1);
    rig.world.run(10_000);
    const told = sent() - before;
    expect(told).to.be.above(0);
    rig.world.run(10_000);
    expect(sent() - before).to.equal(told);
  });
});
