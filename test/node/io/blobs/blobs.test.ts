import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobStore } from '../../../../src/files/io/blob-store.js';
import { hashOf } from '../../../../src/files/io/hashing.js';
import { nodeId, type NodeId } from '../../../../src/kernel/ids.js';
import { Blobs } from '../../../../src/node/io/blobs/blobs.js';
import { BlobExchange } from '../../../../src/node/io/blobs/exchange.js';
import { failure } from '../../../support/failure.js';
import { until } from '../../../support/until.js';
import { startMember } from '../real-flock.js';

const SELF = nodeId('self');
const content = Buffer.from('content');
const FILE = { path: 'f', executable: false, bytes: content.length, hash: hashOf(content) };

describe('Blobs of a flock', () => {
  let dir: string;
  let made = 0;
  const store = () => new BlobStore({ dir: join(dir, String(++made)), bytesMax: 2 ** 30, keepMs: 1_000 });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-blobs-'));
    made = 0;
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** Others by name: what they hold, or why they cannot be spoken to. */
  class Others {
    readonly held = new Map<NodeId, BlobStore>();
    readonly broken = new Set<NodeId>();
    given = 0;

    constructor(
      private readonly own: BlobStore,
      ...names: readonly string[]
    ) {
      for (const name of names) this.held.set(nodeId(name), store());
    }

    of(node: NodeId): BlobStore {
      if (this.broken.has(node)) throw new Error('gone');
      return this.held.get(node)!;
    }

    readonly told: string[] = [];

    tell = (node: NodeId, _tree: string, keepers: readonly NodeId[]) => {
      this.told.push(`${node}: ${keepers.join()}`);
      return Promise.resolve();
    };

    missing = (node: NodeId, hashes: readonly string[]) => Promise.resolve().then(() => this.of(node).missing(hashes));

    give = async (node: NodeId, hash: string) => {
      this.given += 1;
      await this.of(node).put(hash, this.own.open(hash)!.read());
    };

    fetch = async (node: NodeId, hash: string) => {
      const bytes = this.of(node).open(hash);
      if (!bytes) return false;
      await this.own.put(hash, bytes.read());
      return true;
    };
  }

  function flockOf(...names: readonly string[]) {
    const own = store();
    const others = new Others(own, ...names);
    const alive = () => [...others.held.keys(), SELF];
    const noted: string[] = [];
    const note = (_tree: string, keepers: readonly NodeId[]) =>
      noted.at(-1) !== keepers.join() && noted.push(keepers.join()) > 0;
    return { own, others, noted, blobs: new Blobs(own, others, { self: SELF, alive }, { note }) };
  }

  it('should keep a tree at two others, and send nothing twice', async () => {
    const { own, others, noted, blobs } = flockOf('a', 'b', 'c');
    await own.put(FILE.hash, [content]);
    const tree = await blobs.enter({ files: [FILE], links: [] });
    expect([await blobs.keep(tree), others.given]).to.deep.equal([3, 4]);
    expect([await blobs.keep(tree), others.given]).to.deep.equal([3, 4]);
    expect(others.told, 'of each other, once').to.deep.equal(['a: self,a,b', 'b: self,a,b']);
    others.held.delete(nodeId('a'));
    expect([await blobs.keep(tree), others.given], 'a has died').to.deep.equal([3, 6]);
    expect(noted).to.deep.equal(['self,a,b', 'self,b,c']);
    expect(others.told.slice(2)).to.deep.equal(['b: self,b,c', 'c: self,b,c']);
  });

  it('should give nothing that is damaged: it is brought anew first', async () => {
    const { own, others, blobs } = flockOf('a', 'b', 'c');
    await own.put(FILE.hash, [content]);
    const tree = await blobs.enter({ files: [FILE], links: [] });
    await blobs.keep(tree);
    others.held.delete(nodeId('a'));
    writeFileSync(join(dir, '1', FILE.hash.slice(0, 2), FILE.hash), 'damaged');
    expect(await blobs.keep(tree)).to.equal(3);
    expect(await others.of(nodeId('c')).isSound(FILE.hash)).to.equal(true);
    expect(await own.isSound(FILE.hash)).to.equal(true);
  });

  it('should go on along the ring past those that do not take it, and say so where none does', async () => {
    const { own, others, blobs } = flockOf('a', 'b', 'c');
    await own.put(FILE.hash, [content]);
    const tree = await blobs.enter({ files: [FILE], links: [] });
    others.broken.add(nodeId('a'));
    expect(await blobs.keep(tree)).to.equal(3);
    expect(others.of(nodeId('c')).has(tree)).to.equal(true);
    for (const node of ['b', 'c']) others.broken.add(nodeId(node));
    expect(await failure(() => blobs.keep(tree))).to.include({ code: 'unavailable' });
  });

  it('should be enough alone where there is nobody else', async () => {
    const { own, blobs } = flockOf();
    await own.put(FILE.hash, [content]);
    expect(await blobs.keep(await blobs.enter({ files: [FILE], links: [] }))).to.equal(1);
  });

  it('should read nothing that is damaged: it is brought anew', async () => {
    const { own, others, blobs } = flockOf('a');
    for (const one of [own, others.of(nodeId('a'))]) await one.put(FILE.hash, [content]);
    writeFileSync(join(dir, '1', FILE.hash.slice(0, 2), FILE.hash), 'konzept');
    const { bytes, read } = await blobs.open(FILE.hash, FILE.hash);
    expect([bytes, Buffer.concat(await read().toArray()).toString()]).to.deep.equal([content.length, 'content']);
    writeFileSync(join(dir, '1', FILE.hash.slice(0, 2), FILE.hash), 'konzept');
    others.broken.add(nodeId('a'));
    expect(await failure(() => blobs.open(FILE.hash, FILE.hash))).to.include({ code: 'not-found' });
  });

  it('should bring what is not here from whoever has it, and again where it is damaged', async () => {
    const { own, others, blobs } = flockOf('a', 'b');
    await others.of(nodeId('b')).put(FILE.hash, [content]);
    others.broken.add(nodeId('a'));
    await blobs.copy(FILE.hash, FILE.hash, join(dir, 'one'), 0o600);
    expect(own.has(FILE.hash)).to.equal(true);
    rmSync(join(dir, '1', FILE.hash.slice(0, 2), FILE.hash));
    await blobs.copy(FILE.hash, FILE.hash, join(dir, 'two'), 0o600);
    others.broken.add(nodeId('b'));
    await own.drop(FILE.hash);
    const error = await failure(() => blobs.bring(FILE.hash, FILE.hash));
    expect(error).to.include({ code: 'not-found' });
    expect(error.message).to.match(/^no node has the file .* any more \(gone\)$/);
  });

  describe('over real streams', () => {
    it('should travel both ways, whatever their size', async () => {
      const [a, b] = [await startMember(), await startMember()];
      try {
        const [ours, theirs] = [store(), store()];
        const noted: (readonly [string, readonly NodeId[]])[] = [];
        const trees = { note: (tree: string, keepers: readonly NodeId[]) => noted.push([tree, keepers]) > 0 };
        const [here, there] = [
          new BlobExchange(a.transport, ours, trees),
          new BlobExchange(b.transport, theirs, trees),
        ];
        await here.open();
        await there.open();
        a.transport.learn(b.transport.id, b.transport.addresses());
        a.transport.dial(b.transport.addresses());
        await until('they are connected', () => a.told.connected.length === 1 && b.told.connected.length === 1);
        for (const size of [0, 1, 5_000_000]) {
          const bytes = Buffer.alloc(size, 'x');
          await ours.put(hashOf(bytes), [bytes]);
          expect(await here.missing(b.transport.id, [hashOf(bytes)])).to.deep.equal([hashOf(bytes)]);
          await here.give(b.transport.id, hashOf(bytes));
          expect(theirs.has(hashOf(bytes))).to.equal(true);
          await ours.drop(hashOf(bytes));
          expect(await here.fetch(b.transport.id, hashOf(bytes))).to.equal(true);
          expect(ours.has(hashOf(bytes))).to.equal(true);
        }
        expect(await here.fetch(b.transport.id, 'f'.repeat(64))).to.equal(false);
        const keepers = [nodeId(a.transport.id), nodeId(b.transport.id)];
        await here.tell(b.transport.id, FILE.hash, keepers);
        expect(noted).to.deep.equal([[FILE.hash, keepers]]);
        const many = Array.from({ length: 4 }, () => keepers[0]!);
        await here.tell(b.transport.id, FILE.hash, many).catch(() => undefined);
        expect(noted, 'more than there may be').to.have.length(1);
        // The other end goes on though one has asked what nobody understands.
        const stream = await a.transport.openStream(b.transport.id, 'blobs/1');
        stream.send(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
        expect(await here.missing(b.transport.id, ['e'.repeat(64)])).to.deep.equal(['e'.repeat(64)]);
      } finally {
        await Promise.all([a.transport.close(), b.transport.close()]);
      }
    });
  });
});
