import { expect } from 'chai';
import { Encoder } from 'cbor-x';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Put, Store } from '../../../../src/node/core/ports.js';
import { LOST_KEY } from '../../../../src/node/core/stored.js';
import { openLmdb } from '../../../../src/node/io/store/environment.js';
import { FORMAT_KEY } from '../../../../src/node/io/store/format.js';
import { openStore, type OpenedStore } from '../../../../src/node/io/store/open.js';
import { failure } from '../../../support/failure.js';
import { until } from '../../../support/until.js';

const TEXT = 'all that this node has to remember';

describe('a store that was left in some state', () => {
  let dir: string;
  let path: string;
  let warnings: string[];
  let opened: OpenedStore | undefined;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-store-'));
    path = join(dir, 'store');
    warnings = [];
  });

  afterEach(async () => {
    await opened?.store.close();
    opened = undefined;
    rmSync(dir, { recursive: true });
  });

  const open = async (hasStarted = true): Promise<OpenedStore> => {
    await opened?.store.close();
    opened = undefined;
    opened = await openStore(path, { version: '9.9.9', hasStarted, warn: (message) => warnings.push(message) });
    return opened;
  };
  const close = async () => {
    await opened?.store.close();
    opened = undefined;
  };
  const file = () => join(path, 'data.mdb');
  /** Changes one bit in each place of the file where `text` stands. */
  const flip = (text: string) => {
    const bytes = readFileSync(file());
    let at = bytes.indexOf(text);
    expect(at).to.be.greaterThan(0);
    for (; at >= 0; at = bytes.indexOf(text, at + 1)) bytes.writeUInt8(bytes.readUInt8(at + 1) ^ 4, at + 1);
    writeFileSync(file(), bytes);
  };
  const begin = async (puts: readonly Put[]) => {
    const { store, loss } = await open(false);
    expect(loss).to.equal(false);
    await write(store, puts);
    await close();
  };

  it('should give a flipped value as bad, all others as they were, until it is written again', async () => {
    await begin([
      { key: 'job/a', value: TEXT },
      { key: 'job/b', value: 'another' },
    ]);
    flip(TEXT);
    const { store, loss, everBad } = await open();
    expect([store.get('job/a'), loss]).to.deep.equal([undefined, false]);
    expect(store.range('job/')).to.deep.equal([
      { key: 'job/a', isBad: true },
      { key: 'job/b', value: 'another' },
    ]);
    expect(store.health()).to.deep.equal({ isOk: true, bad: 1 });
    await write(store, [{ key: 'job/a', value: 1 }]);
    expect([store.get('job/a'), store.health().bad, everBad()]).to.deep.equal([1, 0, 1]);
    expect((await open()).everBad()).to.equal(0);
  });

  it('should know of a flipped key that something is lost, also at the next start, until that is seen to', async () => {
    await begin([
      { key: 'job/some-long-name', value: 1 },
      { key: 'job/z', value: 2 },
    ]);
    flip('some-long-name');
    expect((await open()).loss).to.equal(true);
    expect(warnings).to.have.length(1);
    expect(opened!.store.range('job/')).to.deep.equal([{ key: 'job/z', value: 2 }]);
    expect((await open()).loss).to.equal(true);
    await write(opened!.store, [{ key: LOST_KEY, value: undefined }]);
    expect((await open()).loss).to.equal(false);
    expect(warnings).to.have.length(1);
  });

  for (const [how, bytes] of [
    ['in its middle', 16 * 4096],
    ['in its first page', 100],
    ['to nothing', 0],
  ] as const) {
    it(`should put aside a file cut ${how}, and begin with an empty one that says so`, async () => {
      await begin(Array.from({ length: 4_000 }, (_, n) => ({ key: `job/${n}`, value: TEXT.repeat(3) })));
      truncateSync(file(), bytes);
      const { store, loss, aside } = await open();
      expect([loss, store.range('')]).to.deep.equal([true, [{ key: LOST_KEY, value: true }]]);
      expect(existsSync(join(aside!, 'data.mdb'))).to.equal(true);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.contain(aside!);
      await write(store, [{ key: 'job/new', value: 1 }]);
      expect((await open()).loss).to.equal(true);
    });
  }

  it('should know that what is not there any more is lost, where its node has started before', async () => {
    await begin([{ key: 'a', value: 1 }]);
    rmSync(path, { recursive: true });
    expect((await open(true)).loss).to.equal(true);
  });

  it('should refuse a store of a later format, and change nothing', async () => {
    await begin([{ key: 'a', value: 1 }]);
    const env = openLmdb(path);
    await env.commit([{ key: Buffer.from(FORMAT_KEY), value: Buffer.from('{"format":3,"by":"7.7.7"}') }]);
    await env.close();
    const before = readFileSync(file());
    const error = await failure(open());
    expect(error).to.include({ code: 'failed', hint: 'start covey 7.7.7 or later; nothing was changed' });
    expect((error as Error).message).to.contain('has format 3, written by covey 7.7.7');
    expect(readFileSync(file()).equals(before)).to.equal(true);
    expect(readdirSync(dir)).to.deep.equal(['store']);
  });

  it('should bring a store of format 1 to checksums, all that it holds', async () => {
    mkdirSync(path);
    const cbor = new Encoder({ useRecords: false, tagUint8Array: false, variableMapSize: true });
    const env = openLmdb(path);
    const keys = Array.from({ length: 500 }, (_, n) => `job/${String(n).padStart(3, '0')}`);
    await env.commit(keys.map((key) => ({ key: Buffer.from(key), value: cbor.encode({ key, text: TEXT }) })));
    await env.close();
    const { store, loss } = await open();
    const all = keys.map((key) => ({ key, value: { key, text: TEXT } }));
    expect([loss, store.range('')]).to.deep.equal([false, all]);
    expect((await open()).store.range('')).to.deep.equal(all);
    await close();
    const raw = openLmdb(path);
    expect(raw.get(Buffer.from(FORMAT_KEY))?.toString()).to.equal('{"format":2,"by":"9.9.9"}');
    await raw.close();
  });

  it('should refuse on a disk that is full, and go on by itself once there is room', async function () {
    if (process.getuid?.() !== 0) this.skip();
    this.timeout(60_000);
    mkdirSync(path);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path], { stdio: 'ignore' });
    } catch {
      return this.skip();
    }
    try {
      const { store } = await open(false);
      await write(store, [{ key: 'a', value: 1 }]);
      fill(join(path, 'filler'));
      const error = await failure(write(store, [{ key: 'b', value: TEXT.repeat(10_000) }]));
      expect((error as Error).message).to.equal('the store cannot write: no space left on device');
      expect([store.health().isOk, store.get('a')]).to.deep.equal([false, 1]);
      const again = (await open()).store;
      expect(again.get('a')).to.equal(1);
      await failure(write(again, [{ key: 'b', value: TEXT.repeat(10_000) }]));
      expect(again.health().isOk).to.equal(false);
      rmSync(join(path, 'filler'));
      await until('it takes writes', () => again.health().isOk, 30_000);
      await write(again, [{ key: 'b', value: 2 }]);
      expect(again.get('b')).to.equal(2);
    } finally {
      await close();
      execFileSync('umount', [path]);
    }
  });
});

function fill(path: string): void {
  try {
    writeFileSync(path, Buffer.alloc(8 * 2 ** 20));
  } catch (error) {
    expect(error).to.have.property('code', 'ENOSPC');
  }
}

function write(store: Store, puts: readonly Put[]): Promise<void> {
  return new Promise((resolve, reject) => {
    store.write(puts, (error) => (error ? reject(error) : resolve()));
  });
}
