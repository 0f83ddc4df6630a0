import { expect } from 'chai';
import fc from 'fast-check';
import type { Put } from '../../../src/kernel/effects.js';
import { nodeId, type NodeId } from '../../../src/kernel/ids.js';
import { Acceptor } from '../../../src/tasks/register/acceptor.js';
import { admits, type Ballot } from '../../../src/tasks/register/ballot.js';
import { REGISTER_DEFAULTS } from '../../../src/tasks/register/config.js';
import { DEGRADED_BIT, Epochs, EPOCHS_PER_BALLOT, isDegraded } from '../../../src/tasks/register/epochs.js';
import { Entries } from '../../../src/tasks/register/entries.js';
import { compareVersions, type Version } from '../../../src/tasks/register/version.js';

const pages = (pageEntriesMax: number) => ({ ...REGISTER_DEFAULTS, pageEntriesMax });
const [a, b] = [nodeId('a'), nodeId('b')];
const about = { id: 'r', generation: 0, createdAtMs: 1, digest: 7, bornAtMs: 1 };

const ballots: fc.Arbitrary<Ballot> = fc.record({ n: fc.integer({ min: 1, max: 4 }), node: fc.constantFrom(a, b) });
const versions: fc.Arbitrary<Version> = fc.record({
  generation: fc.integer({ min: 0, max: 2 }),
  n: fc.integer({ min: 1, max: 3 }),
  node: fc.constantFrom(a, b),
  seq: fc.integer({ min: 0, max: 3 }),
});

describe('an acceptor', () => {
  it('should promise one node only for each n, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(ballots, { maxLength: 12 }), (asked) => {
        const acceptor = new Acceptor('r', 0);
        const served = new Map<number, string>();
        for (const ballot of asked) {
          if (!acceptor.prepare(ballot, 1)) continue;
          expect(served.get(ballot.n) ?? ballot.node).to.equal(ballot.node);
          served.set(ballot.n, ballot.node);
        }
        expect(asked.some((ballot) => admits(acceptor.promised, { n: 9, node: ballot.node }))).to.equal(
          asked.length > 0,
        );
      }),
    );
  });

  it('should store the promise of a register that it does not know', () => {
    const acceptor = new Acceptor('r', 0);
    const puts: Put[] = [];
    acceptor.prepare({ n: 2, node: a }, 5);
    acceptor.flush(puts);
    expect(puts.map(({ key }) => key)).to.deep.equal(['register/r']);
    expect(puts[0]!.value).to.include({ bornAtMs: 5, head: undefined, era: 0 });
  });

  it('should answer for an entry only when it knows it committed', () => {
    const acceptor = new Acceptor('r', 0);
    const accept = { kind: 'accept' as const, ...about, n: 1, seq: 2, entries: [{ key: 'x', value: 1 }], committed: 1 };
    acceptor.accept({ n: 1, node: a }, accept, []);
    expect(acceptor.isCommitted('x')).to.equal(false);
    acceptor.learn({ n: 1, node: b }, 2);
    expect(acceptor.isCommitted('x')).to.equal(false);
    acceptor.learn({ n: 1, node: a }, 2);
    expect(acceptor.isCommitted('x')).to.equal(true);
  });

  describe('between two registers with one id', () => {
    const older = { id: 'r', generation: 0, createdAtMs: 1, digest: 7, bornAtMs: 1 };
    const newer = { ...older, createdAtMs: 2, digest: 8, bornAtMs: 2 };
    const headOf = ({ generation, createdAtMs, digest, bornAtMs }: typeof older, ...set: NodeId[]) => {
      return { set, generation, createdAtMs, digest, bornAtMs };
    };
    const written = (about: typeof older, n: number, key: string) => ({
      ...{ kind: 'accept' as const, ...about, n, seq: 1, entries: [{ key, value: key }], committed: 0 },
      head: headOf(about, a, b),
    });
    const keys = (acceptor: Acceptor) => [...acceptor.entries].map(([key]) => key);

    it('should take the older one, however far the other has moved', () => {
      const acceptor = new Acceptor('r', 0);
      acceptor.accept({ n: 2, node: a }, written({ ...newer, generation: 3 }, 2, 'theirs'), []);
      expect(acceptor.accept({ n: 3, node: b }, written(older, 3, 'ours'), [])).to.equal(true);
      expect(acceptor.head).to.deep.equal(headOf(older, a, b));
      expect(keys(acceptor)).to.deep.equal(['ours']);
    });

    it('should forward to the older one only', () => {
      const acceptor = new Acceptor('r', 0);
      acceptor.accept({ n: 2, node: a }, written(older, 2, 'ours'), []);
      acceptor.settle(headOf({ ...newer, generation: 3 }, b), a, []);
      expect([acceptor.isStub, keys(acceptor)]).to.deep.equal([false, ['ours']]);
      const other = new Acceptor('r', 0);
      other.accept({ n: 2, node: a }, written({ ...newer, generation: 3 }, 2, 'theirs'), []);
      other.settle(headOf({ ...older, generation: 1 }, b), a, []);
      expect([other.isStub, other.head?.createdAtMs, keys(other)]).to.deep.equal([true, 1, []]);
    });
  });
});

describe('versions', () => {
  it('should be in one total order', () => {
    fc.assert(
      fc.property(versions, versions, versions, (x, y, z) => {
        expect(Math.sign(compareVersions(x, y)) + Math.sign(compareVersions(y, x))).to.equal(0);
        if (compareVersions(x, y) <= 0 && compareVersions(y, z) <= 0) expect(compareVersions(x, z)).to.be.at.most(0);
      }),
    );
  });

  it('should make of the same writes the same entries, in any order and any number of times', () => {
    const writes = fc.array(fc.record({ key: fc.constantFrom('x', 'y'), version: versions }), { maxLength: 8 });
    fc.assert(
      fc.property(writes, fc.infiniteStream(fc.nat()), (all, dice) => {
        const keep = (order: typeof all) => {
          const entries = new Entries();
          for (const { key, version } of order) entries.keep(key, version, JSON.stringify(version));
          return entries.page(undefined, pages(9)).entries;
        };
        const shuffled = [...all, ...all].sort(() => ((dice.next().value ?? 0) % 3) - 1);
        expect(keep(shuffled)).to.deep.equal(keep(all));
      }),
    );
  });

  it('should come in pages that lose nothing', () => {
    const entries = new Entries();
    for (const key of ['b', 'd', '', 'a', 'c']) entries.keep(key, { generation: 0, n: 1, node: a, seq: 1 }, key);
    const keys: string[] = [];
    for (let page = entries.page(undefined, pages(2)); ; page = entries.page(page.next, pages(2))) {
      keys.push(...page.entries.map(({ key }) => key));
      if (page.next === undefined) break;
    }
    expect(keys).to.deep.equal(['', 'a', 'b', 'c', 'd']);
  });
});

describe('epochs', () => {
  it('should end before the degraded ones begin', () => {
    const epochs = new Epochs(3);
    let last = 0;
    let given = 0;
    let isRising = true;
    for (let epoch = epochs.next(); epoch !== undefined; epoch = epochs.next()) {
      isRising &&= epoch > last && !isDegraded(epoch);
      last = epoch;
      given += 1;
    }
    expect(isRising).to.equal(true);
    expect(given).to.equal(DEGRADED_BIT - 1);
    expect(Math.floor(last / EPOCHS_PER_BALLOT)).to.equal(3);
  });
});
