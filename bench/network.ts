import { nodeId, type NodeId } from '../src/kernel/ids.js';
import { Prng } from '../src/kernel/prng.js';
import type { Message } from '../src/node/core/wire.js';
import { addressOf, Network } from '../simnet/world/network.js';
import { World } from '../simnet/world/world.js';

const NODES = 1_000;
const DIALS = 25;
const ROUNDS = 1_000;
const LOAD = { boot: 1, running: 2, queued: 3, waiting: 0, slots: 2, free: 0.5, workMs: 1_234.5, draining: false };

/** A network of a thousand nodes without cores, and whom each is connected to. */
function network(): { world: World; net: Network; ids: NodeId[]; peers: NodeId[][]; gossip: () => number } {
  const world = new World();
  const net = new Network(world, new Prng(1), { handshakesPerSecond: 1e6, handshakesMax: 1_000 });
  const ids = Array.from({ length: NODES }, (_, i) => nodeId(`n${i}`));
  const peers: NodeId[][] = ids.map(() => []);
  let gossip = 0;
  ids.forEach((id, i) =>
    net.attach(id, (event) => {
      if (event.kind === 'gossip') gossip += 1;
      else if (event.kind === 'connected') peers[i]!.push(event.peer);
    }),
  );
  const prng = new Prng(2);
  for (const id of ids) for (let i = 0; i < DIALS; i++) net.dial(id, [addressOf(ids[prng.below(NODES)]!)]);
  world.run(10_000);
  return { world, net, ids, peers, gossip: () => gossip };
}

/** Direct messages a second of real time through the network alone, sent and delivered. */
function direct({ world, net, ids, peers }: ReturnType<typeof network>, message: Message): number {
  const startedMs = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < NODES; i++) net.send(ids[i]!, peers[i]![round % peers[i]!.length]!, message, 'control');
    world.run(2);
  }
  return (1_000 * ROUNDS * NODES) / (performance.now() - startedMs);
}

/** Microseconds of real time for each delivery of a load vector, at 8 of them a virtual second, all copies counted in. */
function gossiped({ world, net, ids, gossip }: ReturnType<typeof network>): number {
  const before = gossip();
  const startedMs = performance.now();
  for (let seq = 0; seq < 800; seq++) {
    const node = ids[(seq * 131) % NODES]!;
    net.publish(node, { kind: 'load.vector', vector: { node, seq, ...LOAD } });
    world.run(125);
  }
  return (1_000 * (performance.now() - startedMs)) / (gossip() - before);
}

const flock = network();
const load = { node: nodeId('n1'), seq: 44, ...LOAD };
const messages: readonly Message[] = [
  { kind: 'swim.nack', seq: 1 },
  { kind: 'swim.ping', seq: 1, rumours: [], load },
];
for (const message of messages) {
  const rates = [1, 2, 3].map(() => direct(flock, message) / 1e6);
  console.log(`${message.kind}: ${Math.max(...rates).toFixed(2)} million messages a second`);
}
console.log(`gossip: ${gossiped(flock).toFixed(2)} us a delivery`);
