import { expect } from 'chai';
import { CoveyError } from '../../../src/kernel/errors.js';
import { blob, note } from '../../contract/test-message.js';
import type { Member } from '../../contract/transport-contract.js';
import { until } from '../../support/until.js';
import { startMember } from './real-flock.js';

const KEY = new Uint8Array(32).fill(1);
const OTHER_KEY = new Uint8Array(32).fill(2);

describe('libp2p transport', () => {
  const started: Member[] = [];

  async function start(extra: Parameters<typeof startMember>[0] = {}): Promise<Member> {
    const member = await startMember(extra);
    started.push(member);
    return member;
  }

  afterEach(async () => {
    await Promise.all(started.splice(0).map(({ transport }) => transport.close()));
  });

  async function reasonFor(dialler: Member, listener: Member): Promise<string> {
    dialler.transport.dial(listener.transport.addresses());
    await until('the failure is told', () => dialler.told.unreachable.length > 0);
    expect([...dialler.told.connected, ...listener.told.connected]).to.deep.equal([]);
    return dialler.told.unreachable[0]!.reason;
  }

  it('should connect nodes that share a cluster key', async () => {
    const [a, b] = [await start({ clusterKey: KEY }), await start({ clusterKey: KEY })];
    a.transport.dial(b.transport.addresses());
    await until('both ends are connected', () => a.told.connected.length === 1 && b.told.connected.length === 1);
    a.transport.send(b.transport.id, note(1), 'control');
    await until('the message has come', () => b.told.messages.length === 1);
  });

  it('should make nothing of two dials of one place at once', async () => {
    for (let i = 0; i < 5; i++) {
      const [a, b] = [await start(), await start()];
      const named = b.transport.addresses();
      a.transport.dial(named.map((address) => address.replace(/\/p2p\/.*/, '')));
      a.transport.dial(named);
      await until('both ends are connected', () => a.told.connected.length === 1 && b.told.connected.length === 1);
      a.transport.send(b.transport.id, note(1), 'control');
      await until('the message has come', () => b.told.messages.length === 1);
      expect([a.told.unreachable, a.told.disconnected, b.told.disconnected]).to.deep.equal([[], [], []]);
    }
  });

  it('should not connect nodes of different cluster keys, and say why', async () => {
    const [one, other, none] = [
      await start({ clusterKey: KEY }),
      await start({ clusterKey: OTHER_KEY }),
      await start(),
    ];
    expect(await reasonFor(one, other)).to.include('a node with another cluster key, or none');
    expect(await reasonFor(other, none)).to.include('a node with another cluster key, or none');
    expect(await reasonFor(none, one)).to.include('a node that wants a cluster key');
  });

  it('should not connect nodes of different clusters', async () => {
    expect(await reasonFor(await start({ cluster: 'one' }), await start({ cluster: 'two' }))).to.include(
      'another cluster',
    );
  });

  it('should say which port is in use', async () => {
    const { transport } = await start();
    const listen = transport.addresses().map((address) => address.replace(/\/p2p\/.*/, ''));
    const error = await startMember({ listen }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(CoveyError);
    expect((error as CoveyError).code).to.equal('held');
    expect((error as CoveyError).message).to.match(/^cannot listen on 127\.0\.0\.1:\d+: the port is in use$/);
  });

  it('should keep no more for a slow peer than the queue holds', async () => {
    const a = await start({ limits: { queueBytesMax: 200_000, handshakesPerSecond: 100 } });
    const b = await start();
    a.transport.learn(b.transport.id, b.transport.addresses());
    for (let n = 0; n < 5; n++) a.transport.send(b.transport.id, blob(n, 60_000), 'bulk');
    expect(a.transport.stats().dropped).to.equal(2);
    await until('the others have come', () => b.told.messages.length === 3);
    expect(b.told.messages.map(({ message }) => message.n)).to.deep.equal([0, 1, 2]);
  });

  it('should give up a peer that falls silent, and keep one that is only idle', async () => {
    const hasty = { heartbeatMs: 50, silenceMs: 1_000, handshakesPerSecond: 100 };
    const [a, b, mute] = [
      await start({ limits: hasty }),
      await start({ limits: hasty }),
      await start({ limits: { ...hasty, heartbeatMs: 60_000, silenceMs: 60_000 } }),
    ];
    a.transport.dial(b.transport.addresses());
    a.transport.dial(mute.transport.addresses());
    await until('all are connected', () => a.told.connected.length === 2);
    await until('the silent peer is given up', () => a.told.disconnected.length > 0);
    expect(a.told.disconnected).to.deep.equal([mute.transport.id]);
    expect(a.transport.stats().peers).to.equal(1);
    expect(b.told.disconnected).to.deep.equal([]);
  });

  it('should ration dials', async () => {
    const listeners = await Promise.all(Array.from({ length: 8 }, () => start()));
    const a = await start({ limits: { handshakesPerSecond: 20 } });
    const began = performance.now();
    for (const { transport } of listeners) a.transport.dial(transport.addresses());
    await until('all are connected', () => a.told.connected.length === 8);
    // A burst of four, then one every 50 ms.
    expect(performance.now() - began).to.be.at.least(199);
  });
});
