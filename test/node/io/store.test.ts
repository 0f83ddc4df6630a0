import { expect } from 'chai';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../../src/node/core/ports.js';
import { openStore } from '../../../src/node/io/store.js';
import { storeContract } from '../../contract/store-contract.js';

storeContract('lmdb', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'covey-store-'));
  const opened: Store[] = [await openStore(join(dir, 'store'))];
  return {
    store: opened[0]!,
    reopen: async () => {
      await opened.at(-1)!.close();
      opened.push(await openStore(join(dir, 'store')));
      return opened.at(-1)!;
    },
    dispose: async () => {
      await opened.at(-1)!.close();
      rmSync(dir, { recursive: true });
    },
  };
});

describe('lmdb store', () => {
  it('should keep its files from other users', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'covey-store-'));
    const store = await openStore(join(dir, 'with.dot'));
    const mode = (path: string) => statSync(join(dir, path)).mode & 0o777;
    expect(mode('with.dot')).to.equal(0o700);
    expect(mode('with.dot/data.mdb')).to.equal(0o600);
    expect(mode('with.dot/lock.mdb')).to.equal(0o600);
    await store.close();
    rmSync(dir, { recursive: true });
  });
});
