import { expect } from 'chai';
import type { NodeId } from '../../src/kernel/ids.js';
import type { Topic, Transport } from '../../src/node/core/ports.js';
import { blob, note, type TestMessage } from './test-message.js';

/** What a member of the flock was told, in order. */
export interface Told {
  readonly messages: { readonly from: NodeId; readonly message: TestMessage }[];
  readonly gossip: { readonly topic: Topic; readonly message: TestMessage }[];
  readonly connected: NodeId[];
  readonly disconnected: NodeId[];
  readonly unreachable: { readonly addresses: readonly string[]; readonly reason: string }[];
}

export interface Member {
  readonly transport: Transport<TestMessage>;
  readonly told: Told;
}

/** Nodes that do not know each other yet, in one network. */
export interface Flock {
  readonly members: readonly Member[];
  /** Ends a member, and starts it again with the same identity at another address. */
  restart(index: number): Promise<Member>;
  /** Where nobody listens. */
  readonly deadAddress: string;
  /** Waits, in the time of the flock's world. */
  until(what: string, condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export interface FlockLimits {
  readonly connectionsKept?: number;
}

/** What every `Transport` keeps, the real and the simulated one. */
export function transportContract(
  name: string,
  makeFlock: (size: number, limits?: FlockLimits) => Promise<Flock>,
): void {
  describe(`${name}: transport contract`, () => {
    let flock: Flock;

    async function start(size: number, limits?: FlockLimits): Promise<readonly Member[]> {
      flock = await makeFlock(size, limits);
      return flock.members;
    }

    async function startPair(): Promise<[Member, Member]> {
      const [a, b] = await start(2);
      await connect(a!, b!);
      return [a!, b!];
    }

    async function connect(from: Member, to: Member): Promise<void> {
      from.transport.dial(to.transport.addresses());
      await flock.until('both ends are connected', () => knows(from, to) && knows(to, from));
    }

    afterEach(async () => flock.close());

    it('should deliver in order on each lane, both ways', async () => {
      const [a, b] = await startPair();
      for (let n = 0; n < 500; n++) {
        for (const lane of ['control', 'bulk'] as const) {
          a.transport.send(b.transport.id, note(n, lane), lane);
          b.transport.send(a.transport.id, note(n, lane), lane);
        }
      }
      await flock.until('all has come', () => a.told.messages.length === 1_000 && b.told.messages.length === 1_000);
      const counted = Array.from({ length: 500 }, (_, n) => n);
      for (const { told } of [a, b]) {
        expect(numbers(told, 'control')).to.deep.equal(counted);
        expect(numbers(told, 'bulk')).to.deep.equal(counted);
      }
      expect(b.told.messages.every(({ from }) => from === a.transport.id)).to.equal(true);
      expect(a.transport.stats().dropped + b.transport.stats().dropped).to.equal(0);
    });

    it('should connect by an address that names no id', async () => {
      const [a, b] = await start(2);
      a!.transport.dial(b!.transport.addresses().map((address) => address.replace(/\/p2p\/.*$/, '')));
      await flock.until('both ends are connected', () => knows(a!, b!) && knows(b!, a!));
      a!.transport.send(b!.transport.id, note(7), 'control');
      await flock.until('the message has come', () => b!.told.messages.length === 1);
    });

    it('should tell of a connection once, though both dial, and dial again', async () => {
      const [a, b] = await start(2);
      a!.transport.dial(b!.transport.addresses());
      b!.transport.dial(a!.transport.addresses());
      await flock.until('both ends are connected', () => knows(a!, b!) && knows(b!, a!));
      a!.transport.dial(b!.transport.addresses());
      a!.transport.send(b!.transport.id, note(1), 'control');
      b!.transport.send(a!.transport.id, note(2), 'control');
      await flock.until('both have heard', () => a!.told.messages.length === 1 && b!.told.messages.length === 1);
      expect(a!.told.connected).to.deep.equal([b!.transport.id]);
      expect(b!.told.connected).to.deep.equal([a!.transport.id]);
      expect([a!.transport.stats().peers, b!.transport.stats().peers]).to.deep.equal([1, 1]);
    });

    it('should tell of the end of a connection', async () => {
      const [a, b] = await startPair();
      await b.transport.close();
      await flock.until('the end is seen', () => a.told.disconnected.length === 1);
      expect(a.told.disconnected).to.deep.equal([b.transport.id]);
      expect(a.transport.stats().peers).to.equal(0);
    });

    it('should hang up, and come to the same peer again', async () => {
      const [a, b] = await startPair();
      a.transport.hangUp(b.transport.id);
      await flock.until('the end is seen', () => a.told.disconnected.length === 1 && b.told.disconnected.length === 1);
      a.transport.hangUp(b.transport.id);
      a.transport.dial(b.transport.addresses());
      await flock.until(
        'both are connected again',
        () => a.told.connected.length === 2 && b.told.connected.length === 2,
      );
      expect(a.told.disconnected).to.deep.equal([b.transport.id]);
    });

    it('should keep so many connections, those used last, and come back to the others when needed', async () => {
      const [hub, ...others] = (await start(4, { connectionsKept: 2 })) as [Member, ...Member[]];
      const [first, second, third] = others as [Member, Member, Member];
      for (const { transport } of others) hub.transport.learn(transport.id, transport.addresses());
      await connect(hub, first);
      await connect(hub, second);
      first.transport.send(hub.transport.id, note(1), 'control');
      await flock.until('the first is the one used last', () => hub.told.messages.length === 1);
      await connect(third, hub);
      await flock.until('both ends see the second go', () =>
        [hub, second].every(({ told }) => told.disconnected.length === 1),
      );
      expect(hub.told.disconnected).to.deep.equal([second.transport.id]);
      expect(hub.transport.stats().peers).to.equal(2);
      hub.transport.send(second.transport.id, note(2), 'control');
      await flock.until('it hears again', () => second.told.messages.length === 1);
      await flock.until('the first goes in turn', () => first.told.disconnected.length === 1);
      expect([first, second, third].map(({ transport }) => transport.stats().peers)).to.deep.equal([0, 1, 1]);
    });

    for (const who of ['that dialled', 'that was dialled']) {
      it(`should let what was sent leave before it closes, at the end ${who}`, async () => {
        const pair = await startPair();
        const [closing, staying] = who === 'that dialled' ? pair : [pair[1], pair[0]];
        for (let n = 0; n < 5; n++) closing.transport.send(staying.transport.id, blob(n, 20_000), 'bulk');
        closing.transport.send(staying.transport.id, note(5, 'farewell'), 'control');
        await closing.transport.close();
        await flock.until('all has come', () => staying.told.messages.length === 6);
      });
    }

    it('should say who is unreachable, and ignore a dial of itself', async () => {
      const [a] = await start(1);
      a!.transport.dial(a!.transport.addresses());
      a!.transport.dial([flock.deadAddress]);
      await flock.until('the failure is told', () => a!.told.unreachable.length > 0);
      expect(a!.told.unreachable).to.have.length(1);
      expect(a!.told.unreachable[0]!.addresses).to.deep.equal([flock.deadAddress]);
      expect(a!.told.unreachable[0]!.reason).to.not.equal('');
      expect(a!.told.connected).to.deep.equal([]);
    });

    it('should dial through learned addresses when there is something to send', async () => {
      const [a, b] = await start(2);
      a!.transport.learn(b!.transport.id, b!.transport.addresses());
      for (let n = 0; n < 10; n++) a!.transport.send(b!.transport.id, note(n), 'control');
      await flock.until('all has come', () => b!.told.messages.length === 10);
      expect(b!.told.messages.map(({ message }) => message.n)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it('should drop and count what is sent to a stranger', async () => {
      const [a, b] = await start(2);
      a!.transport.send(b!.transport.id, note(1), 'control');
      expect(a!.transport.stats().dropped).to.equal(1);
    });

    it('should let no dead peer hold up the others', async () => {
      const [a, b, c] = await start(3);
      await connect(a!, b!);
      await connect(a!, c!);
      a!.transport.learn(b!.transport.id, [flock.deadAddress]);
      await b!.transport.close();
      for (let n = 0; n < 100; n++) {
        a!.transport.send(b!.transport.id, blob(n % 256, 10_000), 'bulk');
        a!.transport.send(c!.transport.id, note(n), 'control');
      }
      await flock.until('the living have all', () => c!.told.messages.length === 100);
      await flock.until('the dead are counted', () => a!.transport.stats().dropped > 0);
      expect(c!.told.messages.map(({ message }) => message.n)).to.deep.equal(Array.from({ length: 100 }, (_, n) => n));
    });

    it('should find a peer again that restarted at another address', async () => {
      const [a, b] = await startPair();
      const again = await flock.restart(1);
      expect(again.transport.id).to.equal(b.transport.id);
      await flock.until('the end is seen', () => a.told.disconnected.length === 1);
      a.transport.learn(again.transport.id, again.transport.addresses());
      await flock.until('a message comes through', () => {
        a.transport.send(again.transport.id, note(1), 'control');
        return again.told.messages.length > 0;
      });
      expect(a.told.connected).to.deep.equal([b.transport.id, b.transport.id]);
    });

    it('should carry messages of nearly 1 MiB, and drop larger ones', async () => {
      const [a, b] = await startPair();
      const size = 2 ** 20 - 100;
      for (let n = 1; n <= 5; n++) a.transport.send(b.transport.id, blob(n, size), 'bulk');
      a.transport.send(b.transport.id, blob(6, 2 ** 20), 'bulk');
      a.transport.send(b.transport.id, note(7), 'bulk');
      await flock.until('all but one have come', () => b.told.messages.length === 6);
      expect(b.told.messages.map(({ message }) => message.n)).to.deep.equal([1, 2, 3, 4, 5, 7]);
      const [{ message }] = b.told.messages as [Told['messages'][number]];
      expect(message.kind === 'blob' && Buffer.compare(message.data, Buffer.alloc(size, 1))).to.equal(0);
      expect(a.transport.stats().dropped).to.equal(1);
      expect(b.transport.stats().refused).to.deep.equal({});
    });

    it('should let gossip reach all of twelve nodes, each once', async function () {
      this.timeout(180_000);
      const members = await start(12);
      for (const member of members.slice(1)) {
        member.transport.dial(members[0]!.transport.addresses());
        for (const other of members) {
          if (other.transport.id < member.transport.id) member.transport.dial(other.transport.addresses());
        }
      }
      await flock.until('all know all', () => members.every(({ transport }) => transport.stats().peers === 11));
      await flock.until('all are in the mesh', () =>
        members.every(({ transport }) => transport.stats().mesh.rumours >= 4 && transport.stats().mesh.load >= 4),
      );
      members.forEach(({ transport }, n) => transport.publish('rumours', note(n)));
      members.forEach(({ transport }, n) => transport.publish('load', note(100 + n)));
      await flock.until('all have heard all', () => members.every(({ told }) => told.gossip.length >= 22));
      members.forEach(({ told }, me) => {
        const others = Array.from({ length: 12 }, (_, n) => n).filter((n) => n !== me);
        expect(heard(told, 'rumours')).to.deep.equal(others);
        expect(heard(told, 'load')).to.deep.equal(others.map((n) => 100 + n));
      });
    });
  });
}

function knows(one: Member, other: Member): boolean {
  return one.told.connected.includes(other.transport.id);
}

function numbers(told: Told, words: string): number[] {
  return told.messages.flatMap(({ message }) => (message.kind === 'note' && message.text === words ? [message.n] : []));
}

function heard(told: Told, topic: Topic): number[] {
  return told.gossip
    .filter((entry) => entry.topic === topic)
    .map(({ message }) => message.n)
    .sort((a, b) => a - b);
}
