import type { Libp2p, Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { expect } from 'chai';
import * as lp from 'it-length-prefixed';
import { joinBatch } from '../../../src/node/io/codec.js';
import { newIdentity } from '../../../src/node/io/identity.js';
import { DEFAULT_LIMITS } from '../../../src/node/io/limits.js';
import { createNetwork, type Network } from '../../../src/node/io/network.js';
import { note, testCodec, type TestMessage } from '../../contract/test-message.js';
import type { Member } from '../../contract/transport-contract.js';
import { until } from '../../support/until.js';
import { startMember } from './real-flock.js';

const CONTROL = '/covey/covey/control/1';

describe('transport under hostile bytes', () => {
  let victim: Member;
  let friend: Member;
  let attacker: Network;

  before(async () => {
    [victim, friend] = await Promise.all([startMember(), startMember()]);
    const { privateKey } = await newIdentity();
    attacker = await createNetwork({ listen: [], privateKey, cluster: 'covey' }, DEFAULT_LIMITS);
    // It takes the victim's own stream, as a node would.
    await attacker.handle(CONTROL, () => undefined);
    await attacker.start();
    friend.transport.dial(victim.transport.addresses());
    await until('the friend is connected', () => friend.told.connected.length === 1);
  });

  after(async () => {
    await Promise.all([victim.transport.close(), friend.transport.close(), attacker.stop()]);
  });

  async function attack(bytes: Uint8Array): Promise<Stream> {
    const stream = await openRaw(attacker, victim);
    stream.send(bytes);
    return stream;
  }

  function refused(cause: string): number {
    return victim.transport.stats().refused[cause] ?? 0;
  }

  async function expectRefusal(cause: string, bytes: Uint8Array): Promise<void> {
    const before = refused(cause);
    const stream = await attack(bytes);
    await until(`${cause} is counted`, () => refused(cause) === before + 1);
    await until('the stream is closed', () => stream.status !== 'open');
    await expectFriendship();
  }

  async function expectFriendship(): Promise<void> {
    const heard = victim.told.messages.length;
    friend.transport.send(victim.transport.id, note(1), 'control');
    await until('the friend is heard', () => victim.told.messages.length === heard + 1);
    expect(victim.told.messages.at(-1)!.from).to.equal(friend.transport.id);
    expect(victim.told.disconnected).to.deep.equal([]);
  }

  it('should refuse noise in a frame', async () => {
    await expectRefusal('malformed', framed(Uint8Array.from({ length: 64 }, (_, n) => (n * 197 + 91) % 256)));
  });

  it('should refuse a giant length prefix', async () => {
    await expectRefusal('oversized', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f));
    await expectRefusal('oversized', new Uint8Array(64).fill(0xff));
  });

  it('should refuse an array that announces more than it holds', async () => {
    await expectRefusal('malformed', framed(Uint8Array.of(0x9a, 0x06, 0xff, 0xff, 0xff)));
  });

  it('should refuse CBOR of the wrong shape', async () => {
    await expectRefusal('malformed', framed(Uint8Array.of(0xa0)));
    await expectRefusal('invalid', framed(joinBatch([Uint8Array.of(0xf6)])));
    await expectRefusal('invalid', framed(batch({ kind: 'note', n: -1, text: '' })));
    await expectRefusal('invalid', framed(batch({ kind: 'note', n: 1, text: 'x', more: true })));
  });

  it('should refuse a frame that is cut short', async () => {
    const before = refused('truncated');
    const stream = await attack(framed(batch(note(1))).subarray(0, 5));
    await stream.close();
    await until('it is counted', () => refused('truncated') === before + 1);
    await expectFriendship();
  });

  it('should drop a message of an unknown kind and read on', async () => {
    const before = refused('unknown');
    const stream = await attack(framed(batch({ kind: 'of-a-later-version', n: 1 }, note(42, 'known'))));
    const known = () => victim.told.messages.some(({ message }) => message.n === 42);
    await until('the known message has come', known);
    expect(refused('unknown')).to.equal(before + 1);
    stream.send(framed(batch(note(43, 'after'))));
    await until('the next frame has come', () => victim.told.messages.some(({ message }) => message.n === 43));
    expect(stream.status).to.equal('open');
  });

  it('should refuse gossip that is no message', async () => {
    const { pubsub } = attacker.services;
    pubsub.subscribe('covey/covey/load');
    await until('the attacker is known to gossip', () => pubsub.getSubscribers('covey/covey/load').length > 0);
    const before = refused('malformed');
    await pubsub.publish('covey/covey/load', Uint8Array.of(1, 2, 3));
    await until('it is counted', () => refused('malformed') === before + 1);
    await pubsub.publish('covey/covey/load', batch(note(77)));
    await until('a good one comes through', () => victim.told.gossip.some(({ message }) => message.n === 77));
    expect(victim.told.gossip).to.have.length(1);
  });
});

async function openRaw(attacker: Libp2p, victim: Member): Promise<Stream> {
  const connection = await attacker.dial(multiaddr(victim.transport.addresses()[0]));
  return connection.newStream(CONTROL);
}

function framed(bytes: Uint8Array): Uint8Array {
  return lp.encode.single(bytes).subarray();
}

function batch(...messages: object[]): Uint8Array {
  return testCodec.encode(messages as TestMessage[]);
}
