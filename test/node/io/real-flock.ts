import { newIdentity, type Identity } from '../../../src/node/io/identity.js';
import type { Transport } from '../../../src/node/core/ports.js';
import { createTransport, type Streams, type TransportOptions } from '../../../src/node/io/transport.js';
import { testCodec, type TestMessage } from '../../contract/test-message.js';
import type { Flock, FlockLimits, Member, Told } from '../../contract/transport-contract.js';
import { until } from '../../support/until.js';

type Extra = Partial<Omit<TransportOptions<TestMessage>, 'events'>>;

const LIMITS = { handshakesPerSecond: 100 };

interface RealMember extends Member {
  readonly transport: Transport<TestMessage> & Streams;
}

/** A node on a free port of this machine. */
export async function startMember(extra: Extra = {}, identity?: Identity): Promise<RealMember> {
  const told: Told = { messages: [], gossip: [], connected: [], disconnected: [], unreachable: [] };
  const { privateKey } = identity ?? (await newIdentity());
  const transport = await createTransport<TestMessage>({
    listen: ['/ip4/127.0.0.1/tcp/0'],
    privateKey,
    codec: testCodec,
    limits: LIMITS,
    ...extra,
    events: {
      message: (from, message) => void told.messages.push({ from, message }),
      gossip: (topic, message) => void told.gossip.push({ topic, message }),
      connected: (peer) => void told.connected.push(peer),
      disconnected: (peer) => void told.disconnected.push(peer),
      unreachable: (addresses, reason) => void told.unreachable.push({ addresses, reason }),
    },
  });
  return { transport, told };
}

export async function realFlock(size: number, limits: FlockLimits = {}): Promise<Flock> {
  const extra = { limits: { ...LIMITS, ...limits } };
  const identities = await Promise.all(Array.from({ length: size }, newIdentity));
  const members = await Promise.all(identities.map((identity) => startMember(extra, identity)));
  return {
    members,
    restart: async (index) => {
      await members[index]!.transport.close();
      members[index] = await startMember(extra, identities[index]);
      return members[index];
    },
    // Port 1 wants privileges to listen on, and has no user any more.
    deadAddress: '/ip4/127.0.0.1/tcp/1',
    until: async (what, condition) => void (await until(what, condition, 60_000)),
    close: async () => void (await Promise.all(members.map(({ transport }) => transport.close()))),
  };
}
