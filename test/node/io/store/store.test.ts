import { expect } from 'chai';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Put, Store } from '../../../../src/node/core/ports.js';
import { openLmdb, type Environment } from '../../../../src/node/io/store/environment.js';
import { openStore } from '../../../../src/node/io/store/open.js';
import { storeContract } from '../../../contract/store-contract.js';
import { until } from '../../../support/until.js';

const VERSION = '9.9.9';

/** An LMDB whose commits fail while `failure` says so. */
class FaultyDisk {
  failure: Error | undefined;
  opened = 0;

  readonly open = (dir: string): Environment => {
    this.opened += 1;
    const env = openLmdb(dir);
    return { ...env, commit: (puts) => (this.failure ? Promise.reject(this.failure) : env.commit(puts)) };
  };
}

storeContract('lmdb', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'covey-store-'));
  const disk = new FaultyDisk();
  const open = async () => (await openStore(join(dir, 'store'), { version: VERSION, open: disk.open })).store;
  const opened: Store[] = [await open()];
  return {
    store: opened[0]!,
    reopen: async () => {
      await opened.at(-1)!.close();
      opened.push(await open());
      return opened.at(-1)!;
    },
    setFailure: (failure) => (disk.failure = failure),
    healed: (store) => until('the store takes writes', () => store.health().isOk),
    dispose: async () => {
      await opened.at(-1)!.close();
      rmSync(dir, { recursive: true });
    },
  };
});

describe('lmdb store', () => {
  let dir: string;
  let stores: Store[];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-store-'));
    stores = [];
  });

  afterEach(async () => {
    for (const store of stores) await store.close();
    rmSync(dir, { recursive: true });
  });

  it('should keep its files from other users', async () => {
    const { store } = await openStore(join(dir, 'with.dot'), { version: VERSION });
    stores.push(store);
    const mode = (path: string) => statSync(join(dir, path)).mode & 0o777;
    expect(mode('with.dot')).to.equal(0o700);
    expect(mode('with.dot/data.mdb')).to.equal(0o600);
    expect(mode('with.dot/lock.mdb')).to.equal(0o600);
  });

  it('should open its map anew after a failure, and keep what was durable', async () => {
    const disk = new FaultyDisk();
    const { store } = await openStore(join(dir, 'store'), { version: VERSION, open: disk.open });
    stores.push(store);
    await write(store, [{ key: 'a', value: 1 }]);
    disk.failure = new Error('Input/output error: at page 7');
    const error = await write(store, [{ key: 'a', value: 2 }]).catch((caught: unknown) => caught);
    expect(error).to.have.property('message', 'the store cannot write: input/output error');
    expect([store.get('a'), disk.opened]).to.deep.equal([1, 1]);
    disk.failure = undefined;
    await until('the store takes writes', () => store.health().isOk);
    expect([store.get('a'), disk.opened]).to.deep.equal([1, 2]);
  });

  it('should close while it refuses', async () => {
    const disk = new FaultyDisk();
    const { store } = await openStore(join(dir, 'store'), { version: VERSION, open: disk.open });
    disk.failure = new Error('no');
    await write(store, [{ key: 'a', value: 2 }]).catch(() => undefined);
    await store.close();
    const again = await openStore(join(dir, 'store'), { version: VERSION });
    stores.push(again.store);
    expect([again.store.get('a'), again.loss]).to.deep.equal([undefined, false]);
  });
});

function write(store: Store, puts: readonly Put[]): Promise<void> {
  return new Promise((resolve, reject) => {
    store.write(puts, (error) => (error ? reject(error) : resolve()));
  });
}
