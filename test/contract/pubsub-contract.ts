import { expect } from 'chai';
import { note } from './test-message.js';
import type { Flock, Member } from './transport-contract.js';

const SIZE = 8;

/** What every `Transport` keeps of gossip, the real and the simulated one. */
export function pubsubContract(name: string, makeFlock: (size: number) => Promise<Flock>): void {
  describe(`${name}: pubsub contract`, function () {
    this.timeout(60_000);
    let flock: Flock;

    beforeEach(async () => {
      flock = await makeFlock(SIZE);
      for (const [i, member] of flock.members.entries()) dialAll(member, flock.members.slice(0, i));
      await knit();
    });

    afterEach(async () => flock.close());

    async function knit(): Promise<void> {
      const isKnit = ({ transport }: Member) => {
        const { peers, mesh } = transport.stats();
        return peers === SIZE - 1 && mesh.rumours >= 4 && mesh.load >= 4;
      };
      await flock.until('all are in the mesh', () => flock.members.every(isKnit));
    }

    /** Publishes something of its own, and waits until all others have heard it: what came before has come by then. */
    async function mark(n: number): Promise<void> {
      flock.members[0]!.transport.publish('rumours', note(n, 'mark'));
      await flock.until(`mark ${n} is heard`, () => flock.members.slice(1).every((member) => has(member, n)));
    }

    it('should reach all, each once, on its topic', async () => {
      for (let n = 0; n < 5; n++) flock.members[n]!.transport.publish(n % 2 === 0 ? 'rumours' : 'load', note(n));
      await flock.until('all have heard all', () =>
        flock.members.every((member, i) => [0, 1, 2, 3, 4].every((n) => n === i || has(member, n))),
      );
      await mark(100);
      for (const [i, { told }] of flock.members.entries()) {
        const heard = told.gossip.filter(({ message }) => message.n < 100);
        expect(heard.map(({ message }) => message.n).sort()).to.deep.equal([0, 1, 2, 3, 4].filter((n) => n !== i));
        expect(heard.every(({ topic, message }) => topic === (message.n % 2 === 0 ? 'rumours' : 'load'))).to.equal(
          true,
        );
      }
    });

    it('should not deliver to a node what it published', async () => {
      const [publisher] = flock.members;
      publisher!.transport.publish('load', note(1));
      await mark(100);
      expect(publisher!.told.gossip).to.deep.equal([]);
    });

    it('should deliver once what two publish alike, and nothing when it is published again', async () => {
      flock.members[1]!.transport.publish('rumours', note(7));
      flock.members[2]!.transport.publish('rumours', note(7));
      await flock.until('the others have heard it', () => flock.members.slice(3).every((member) => has(member, 7)));
      flock.members[5]!.transport.publish('rumours', note(7));
      await mark(100);
      for (const [i, { told }] of flock.members.entries()) {
        const times = told.gossip.filter(({ message }) => message.n === 7).length;
        expect(times, `at ${i}`).to.equal(i === 1 || i === 2 ? 0 : 1);
      }
    });

    it('should knit the mesh again with those that were away', async () => {
      for (const i of [2, 5, 6]) {
        const again = await flock.restart(i);
        dialAll(
          again,
          flock.members.filter((member) => member !== again),
        );
      }
      await knit();
      flock.members[5]!.transport.publish('rumours', note(1));
      flock.members[0]!.transport.publish('rumours', note(2));
      await flock.until('all have heard both', () =>
        flock.members.every((member, i) => (i === 5 || has(member, 1)) && (i === 0 || has(member, 2))),
      );
    });
  });
}

function dialAll(member: Member, others: readonly Member[]): void {
  for (const other of others) member.transport.dial(other.transport.addresses());
}

function has({ told }: Member, n: number): boolean {
  return told.gossip.some(({ message }) => message.n === n);
}
