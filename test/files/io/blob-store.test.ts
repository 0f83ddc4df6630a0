import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobStore } from '../../../src/files/io/blob-store.js';
import { hashOf } from '../../../src/files/io/hashing.js';
import { failure } from '../../support/failure.js';

const KEEP_MS = 1_000;

describe('The store of blobs', () => {
  let dir: string;
  let nowMs: number;
  const open = (bytesMax = 100) => new BlobStore({ dir, bytesMax, keepMs: KEEP_MS, now: () => nowMs });
  const bytes = (text: string) => Buffer.from(text);
  const put = async (store: BlobStore, text: string) => {
    await store.put(hashOf(bytes(text)), [bytes(text)]);
    return hashOf(bytes(text));
  };
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-blobs-'));
    nowMs = Date.now();
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('should keep what was put, over a restart too', async () => {
    const store = open();
    const hash = await put(store, 'hello');
    await put(store, 'hello');
    expect([store.bytes, store.missing([hash, hashOf(bytes('x'))])]).to.deep.equal([5, [hashOf(bytes('x'))]]);
    const again = open();
    expect(Buffer.from((await again.read(hash))!).toString()).to.equal('hello');
    expect(again.bytes).to.equal(5);
  });

  it('should refuse bytes of another hash, and keep nothing of them', async () => {
    const store = open();
    const error = await failure(() => store.put(hashOf(bytes('a')), [bytes('b')]));
    expect(error).to.include({ code: 'usage' });
    expect(error.message).to.match(/^these bytes are not blob/);
    expect([store.bytes, store.has(hashOf(bytes('a')))]).to.deep.equal([0, false]);
  });

  it('should drop what was used longest ago for want of room, but nothing that was used of late', async () => {
    const store = open(10);
    const [first, second] = [await put(store, 'aaaa'), await put(store, 'bbbb')];
    nowMs += KEEP_MS / 2;
    await store.read(first);
    expect(await failure(() => put(store, 'cccc'))).to.include({ code: 'busy' });
    nowMs += KEEP_MS / 2;
    const third = await put(store, 'cccc');
    expect([first, second, third].map((hash) => store.has(hash))).to.deep.equal([true, false, true]);
    expect(await failure(() => put(store, 'x'.repeat(11)))).to.include({ code: 'too-large' });
  });

  it('should keep what it said it had, since that is not sent again', async () => {
    const store = open(10);
    const hash = await put(store, 'aaaa');
    nowMs += 2 * KEEP_MS;
    expect(store.missing([hash])).to.deep.equal([]);
    expect(await failure(() => put(store, 'bbbbbbbb'))).to.include({ code: 'busy' });
    expect(store.has(hash)).to.equal(true);
  });

  it('should give no blob that is not what it was, and drop it', async () => {
    const store = open();
    const hash = await put(store, 'good');
    const to = join(dir, 'copy');
    expect(await store.copy(hash, to, 0o600)).to.equal(true);
    writeFileSync(join(dir, hash.slice(0, 2), hash), 'evil');
    expect(await store.copy(hash, join(dir, 'other'), 0o600)).to.equal(false);
    expect([store.has(hash), store.bytes]).to.deep.equal([false, 0]);
    await put(store, 'good');
    writeFileSync(join(dir, hash.slice(0, 2), hash), 'evil');
    expect(await store.read(hash)).to.equal(undefined);
    expect(store.has(hash)).to.equal(false);
  });

  it('should take a copy of a file', async () => {
    const store = open();
    writeFileSync(join(dir, 'out'), 'out');
    expect(await store.putFile(join(dir, 'out'))).to.deep.equal({ hash: hashOf(bytes('out')), bytes: 3 });
    expect(await store.putFile(join(dir, 'out'))).to.deep.equal({ hash: hashOf(bytes('out')), bytes: 3 });
    expect(store.bytes).to.equal(3);
  });
});
