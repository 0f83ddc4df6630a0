import { nodeId, type NodeId } from '../../../src/kernel/ids.js';
import { Prng } from '../../../src/kernel/prng.js';
import type { NodeEvent } from '../../../src/node/core/events.js';
import type { Topic, Transport } from '../../../src/node/core/ports.js';
import type { Message } from '../../../src/node/core/wire.js';
import { addressOf, Network } from '../../../simnet/world/network.js';
import { World } from '../../../simnet/world/world.js';
import type { TestMessage } from '../../contract/test-message.js';
import type { Flock, FlockLimits, Member, Told } from '../../contract/transport-contract.js';

/** What a transport lets leave before it closes. */
const LAST_WORDS_MS = 100;

/** The network knows of no topics: what is published names its own. */
interface Published {
  readonly topic: Topic;
  readonly message: TestMessage;
}

/** Members over the simulated network: their world runs while somebody waits. */
export function simFlock(size: number, limits: FlockLimits = {}, seed = 1): Promise<Flock> {
  const world = new World();
  const network = new Network(world, new Prng(seed), {
    ...limits,
    gossipId: (message) => JSON.stringify(message),
  });
  const members = Array.from({ length: size }, (_, i) => startMember(world, network, nodeId(`m${i}`)));
  return Promise.resolve({
    members,
    restart: async (index) => {
      const { id } = members[index]!.transport;
      await members[index]!.transport.close();
      members[index] = startMember(world, network, id);
      return members[index];
    },
    deadAddress: '/memory/nobody/p2p/nobody',
    until: (what, condition) => {
      for (let waitedMs = 0; !condition(); waitedMs += 10) {
        if (waitedMs > 30_000) throw new Error(`gave up after 30 virtual s waiting until ${what}`);
        world.run(10);
      }
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
}

function startMember(world: World, network: Network, id: NodeId): Member {
  const told: Told = { messages: [], gossip: [], connected: [], disconnected: [], unreachable: [] };
  network.attach(id, (event) => tell(told, event));
  return { told, transport: transportOf(world, network, id) };
}

function tell(told: Told, event: NodeEvent): void {
  switch (event.kind) {
    case 'message':
      return void told.messages.push({ from: event.from, message: event.message as unknown as TestMessage });
    case 'gossip':
      return void told.gossip.push(event.message as unknown as Published);
    case 'connected':
      return void told.connected.push(event.peer);
    case 'disconnected':
      return void told.disconnected.push(event.peer);
    case 'unreachable':
      return void told.unreachable.push({ addresses: event.addresses, reason: 'nobody is there' });
    default:
      throw new Error(`a network does not tell of ${event.kind}`);
  }
}

function transportOf(world: World, network: Network, id: NodeId): Transport<TestMessage> {
  let isClosed = false;
  return {
    id,
    addresses: () => [addressOf(id)],
    send: (to, message, lane) => network.send(id, to, message as unknown as Message, lane),
    publish: (topic, message) => {
      const published: Published = { topic, message };
      network.publish(id, published as unknown as Message);
    },
    dial: (addresses) => network.dial(id, addresses),
    hangUp: (peer) => network.reset(id, peer),
    learn: (peer, addresses) => network.learn(id, peer, addresses),
    stats: () => {
      const { connected, mesh } = network.peers(id);
      const { dropped, refused } = network.traffic(id);
      return {
        peers: connected,
        mesh: { rumours: mesh, load: mesh },
        refused: refused > 0 ? { lost: refused } : {},
        dropped,
      };
    },
    close: () => {
      if (!isClosed) {
        world.run(LAST_WORDS_MS);
        network.detach(id, false);
        world.run(LAST_WORDS_MS);
      }
      isClosed = true;
      return Promise.resolve();
    },
  };
}
