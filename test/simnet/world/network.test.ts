import { expect } from 'chai';
import type { NodeId } from '../../../src/kernel/ids.js';
import type { NetworkGiven } from '../../../simnet/world/network-options.js';
import { counted, Rig } from './rig.js';

function pair(given: NetworkGiven = {}, seed = 1): { rig: Rig; a: NodeId; b: NodeId } {
  const rig = Rig.connected(2, given, seed);
  const [a, b] = rig.ids as [NodeId, NodeId];
  return { rig, a, b };
}

/** How long each of `n` messages takes, sent a second apart. */
function timesMs(rig: Rig, from: NodeId, to: NodeId, n: number): number[] {
  rig.clear();
  const startMs = rig.world.nowMs;
  for (let i = 0; i < n; i++) {
    rig.send(from, to, i);
    rig.world.run(1_000);
  }
  expect(rig.heard(to)).to.deep.equal(counted(n));
  return rig.told(to).map(({ atMs }, i) => atMs - startMs - 1_000 * i);
}

describe('the simulated network: what a connection keeps', () => {
  it('should keep the order of a lane whatever the latency', () => {
    const { rig, a, b } = pair({ latency: { kind: 'lognormal', medianMs: 50, sigma: 1 } });
    for (let n = 0; n < 300; n++) {
      rig.send(a, b, n);
      if (n % 3 === 0) rig.world.run(1);
    }
    rig.world.run(10_000);
    expect(rig.heard(b)).to.deep.equal(counted(300));
  });

  it('should lose, repeat and reorder nothing where packets get lost, but come late', () => {
    const { rig, a, b } = pair();
    rig.network.options.packetLoss = 0.05;
    for (let n = 0; n < 400; n++) {
      rig.send(a, b, n);
      rig.world.run(100);
    }
    rig.world.run(20_000);
    expect(rig.heard(b)).to.deep.equal(counted(400));
    const late = rig.told(b).filter(({ atMs }, n) => atMs - rig.told(b)[0]!.atMs - 100 * n > 150);
    expect(late.length).to.be.within(10, 100);
  });

  it('should have both lanes of a connection wait for what is sent again', () => {
    const { rig, a, b } = pair();
    rig.network.options.packetLoss = 0.2;
    let late = 0;
    for (let n = 0; n < 100; n += 2) {
      const sentMs = rig.world.nowMs;
      rig.send(a, b, n, 'control');
      rig.world.run(20);
      rig.send(a, b, n + 1, 'bulk');
      rig.world.run(5_000);
      const [first, second] = rig.told(b).slice(-2);
      if (Math.max(first!.atMs, second!.atMs) - sentMs < 190) continue;
      late += 1;
      if (first!.atMs - sentMs > 190) expect(rig.heard(b).slice(-2)).to.deep.equal([n, n + 1]);
    }
    expect(late).to.be.above(8);
  });

  it('should lose the connection where nothing gets through', () => {
    const { rig, a, b } = pair({ silenceMs: 500 });
    rig.network.options.packetLoss = 1;
    rig.send(a, b, 0);
    rig.world.run(1_000);
    expect(rig.heard(b)).to.deep.equal([]);
    for (const id of [a, b]) expect(rig.told(id).map(({ event }) => event.kind)).to.deep.equal(['disconnected']);
  });

  it('should queue at the uplink', () => {
    const { rig, a, b } = pair();
    rig.network.setBandwidth(a, 1_000);
    for (let n = 0; n < 20; n++) rig.send(a, b, n);
    for (let n = 0; n < 20; n++) rig.send(b, a, n);
    rig.world.run(100);
    expect(rig.heard(a)).to.deep.equal(counted(20));
    expect(rig.heard(b)).to.have.length.below(4);
    const { controlBytes } = rig.network.traffic(a);
    rig.world.run(controlBytes);
    expect(rig.heard(b)).to.deep.equal(counted(20));
    expect(rig.told(b).at(-1)!.atMs - rig.told(a).at(-1)!.atMs).to.be.within(0.9 * controlBytes, controlBytes);
  });

  it('should drop what does not fit into the queue, and count it', () => {
    const { rig, a, b } = pair({ queueBytesMax: 200 });
    for (let n = 0; n < 50; n++) rig.send(a, b, n);
    rig.world.run(100);
    const arrived = rig.heard(b).length;
    expect(arrived).to.be.within(5, 20);
    expect(rig.network.traffic(a).dropped).to.equal(50 - arrived);
    rig.send(a, b, 99);
    rig.world.run(100);
    expect(rig.heard(b).at(-1)).to.equal(99);
  });
});

describe('the simulated network: what goes wrong on request', () => {
  it('should lose whole messages', () => {
    const { rig, a, b } = pair({ loss: 0.2 });
    for (let n = 0; n < 1_000; n++) rig.send(a, b, n);
    rig.world.run(1_000);
    expect(rig.heard(b).length).to.be.within(740, 860);
    expect(rig.heard(b)).to.deep.equal([...rig.heard(b)].sort((x, y) => x - y));
  });

  it('should repeat and reorder where that is asked for', () => {
    const { rig, a, b } = pair({ duplicate: 0.1, reorder: 0.1 });
    for (let n = 0; n < 1_000; n++) rig.send(a, b, n);
    rig.world.run(1_000);
    const heard = rig.heard(b);
    expect(new Set(heard).size).to.equal(1_000);
    expect(heard.length).to.be.within(1_060, 1_140);
    expect(heard.filter((n, i) => n < (heard[i - 1] ?? -1)).length).to.be.above(20);
  });

  it('should refuse a damaged message, and the connection with it', () => {
    const { rig, a, b } = pair({ corrupt: 1 });
    rig.send(a, b, 1);
    rig.world.run(100);
    expect(rig.heard(b)).to.deep.equal([]);
    expect(rig.network.traffic(b).refused).to.equal(1);
    for (const id of [a, b]) expect(rig.told(id).map(({ event }) => event.kind)).to.deep.equal(['disconnected']);
    rig.network.options.corrupt = 0;
    rig.network.learn(a, b, [`/memory/${b}/p2p/${b}`]);
    rig.send(a, b, 2);
    rig.world.run(100);
    expect(rig.heard(b)).to.deep.equal([2]);
  });

  it('should take the time of a pair of zones', () => {
    const far = { 'eu us': { kind: 'constant', ms: 90 } } as const;
    const rig = Rig.connected(3);
    const [a, b, c] = rig.ids as [NodeId, NodeId, NodeId];
    rig.network.options.zoneLatency = far;
    [a, b].forEach((id) => rig.network.setZone(id, 'eu'));
    rig.network.setZone(c, 'us');
    expect(timesMs(rig, a, c, 3).map(Math.round)).to.deep.equal([90, 90, 90]);
    expect(timesMs(rig, c, b, 3).map(Math.round)).to.deep.equal([90, 90, 90]);
    expect(Math.max(...timesMs(rig, a, b, 3))).to.be.below(2);
  });

  it('should draw from each distribution what it says', () => {
    const { rig, a, b } = pair();
    const median = (times: number[]) => times.sort((x, y) => x - y)[times.length >> 1]!;
    rig.network.options.latency = { kind: 'normal', meanMs: 40, sdMs: 5 };
    expect(median(timesMs(rig, a, b, 200))).to.be.within(38, 42);
    rig.network.options.latency = { kind: 'lognormal', medianMs: 40, sigma: 0.5 };
    const spread = timesMs(rig, a, b, 200);
    expect(median(spread)).to.be.within(36, 44);
    expect(spread.at(-1)).to.be.above(80);
    expect(spread[0]).to.be.below(20);
  });

  it('should clog one link, and unclog it', () => {
    const rig = Rig.connected(3);
    const [a, b, c] = rig.ids as [NodeId, NodeId, NodeId];
    rig.network.clog(a, b, 300);
    expect(Math.min(...timesMs(rig, a, b, 3), ...timesMs(rig, b, a, 3))).to.be.above(300);
    expect(Math.max(...timesMs(rig, a, c, 3))).to.be.below(2);
    rig.network.unclog(b, a);
    expect(Math.max(...timesMs(rig, a, b, 3))).to.be.below(2);
  });

  it('should tell the same story for the same seed, and another for another', () => {
    const story = (seed: number) => {
      const { rig, a, b } = pair({ loss: 0.1, packetLoss: 0.1, duplicate: 0.1, reorder: 0.1 }, seed);
      for (let n = 0; n < 100; n++) rig.send(a, b, n);
      rig.world.run(10_000);
      return rig.told(b).map(({ atMs }) => atMs);
    };
    expect(story(3)).to.deep.equal(story(3));
    expect(story(3)).to.not.deep.equal(story(4));
  });

  it('should refuse numbers that are none', () => {
    const wrong: NetworkGiven[] = [
      { loss: -0.1 },
      { corrupt: 1.1 },
      { duplicate: NaN },
      { bandwidthBytesPerS: 0 },
      { latency: { kind: 'constant', ms: -1 } },
      { latency: { kind: 'uniform', lowMs: 2, highMs: 1 } },
      { zoneLatency: { 'a a': { kind: 'lognormal', medianMs: Infinity, sigma: 1 } } },
    ];
    for (const given of wrong) expect(() => new Rig(1, given), JSON.stringify(given)).to.throw(RangeError);
  });
});
