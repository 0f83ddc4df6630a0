import { expect } from 'chai';
import type { Put, Store } from '../../src/node/core/ports.js';

/** A store, and its disk's next life. */
export interface OpenedStore {
  readonly store: Store;
  /** Ends the store, and opens what it left on the disk. */
  reopen(): Promise<Store>;
  /** From now on no write succeeds, or all do again. */
  setFailure(failure: Error | undefined): void;
  /** Waits until `store` says that it takes writes. */
  healed(store: Store): Promise<unknown>;
  dispose(): Promise<void>;
}

/** What every `Store` keeps, the real and the simulated one. */
export function storeContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name}: store contract`, () => {
    let opened: OpenedStore;
    let store: Store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });

    afterEach(async () => opened.dispose());

    const write = (puts: readonly Put[]) => written(store, puts);

    it('should give back plain data of every sort, after a restart too', async () => {
      const value = {
        n: 1.5,
        big: 2 ** 40,
        text: 'grün',
        list: [1, null, true],
        deep: { '': -1 },
        raw: Uint8Array.of(0, 255),
      };
      await write([{ key: 'a', value }]);
      const check = (reader: Store) => {
        const found = reader.get('a') as typeof value;
        expect({ ...found, raw: undefined }).to.deep.equal({ ...value, raw: undefined });
        expect(found.raw).to.be.instanceOf(Uint8Array);
        expect([...found.raw]).to.deep.equal([0, 255]);
      };
      check(store);
      check(await opened.reopen());
    });

    it('should know nothing of a key that was never written, or removed', async () => {
      await write([{ key: 'a', value: 1 }]);
      await write([
        { key: 'a', value: undefined },
        { key: 'never', value: undefined },
      ]);
      expect(store.get('a')).to.equal(undefined);
      expect(store.get('b')).to.equal(undefined);
      expect(store.range('')).to.deep.equal([]);
      expect((await opened.reopen()).get('a')).to.equal(undefined);
    });

    it('should write a batch whole', async () => {
      await write([{ key: 'a', value: 1 }]);
      const error = await failure(store, [
        { key: 'a', value: 2 },
        { key: '', value: 3 },
      ]);
      expect(error).to.be.instanceOf(Error);
      expect(store.get('a')).to.equal(1);
      await write([{ key: 'a', value: 4 }]);
      expect(store.get('a')).to.equal(4);
    });

    it('should finish batches in the order of their writing, the last value staying', async () => {
      const order: number[] = [];
      const all = Array.from({ length: 200 }, async (_, n) => {
        await write([
          { key: 'same', value: n },
          { key: `own/${n}`, value: n },
        ]);
        order.push(n);
      });
      await Promise.all(all);
      expect(order).to.deep.equal(Array.from({ length: 200 }, (_, n) => n));
      const again = await opened.reopen();
      expect(again.get('same')).to.equal(199);
      expect(again.range('own/')).to.have.length(200);
    });

    it('should apply the puts of one batch in their order', async () => {
      await write([
        { key: 'a', value: 1 },
        { key: 'a', value: undefined },
        { key: 'a', value: 2 },
      ]);
      expect(store.get('a')).to.equal(2);
    });

    it('should list a prefix in the order of UTF-8 bytes', async () => {
      const keys = ['t/\u{1F600}', 't/\uFFFD', 't/a', 't/', 't/aa', 't/B', 't0', 's/z', 't'];
      await write(keys.map((key) => ({ key, value: key })));
      const under = ['t/', 't/B', 't/a', 't/aa', 't/\uFFFD', 't/\u{1F600}'];
      expect(store.range('t/').map(({ key }) => key)).to.deep.equal(under);
      expect(store.range('t/').map(({ value }) => value)).to.deep.equal(under);
      expect(store.range('nothing')).to.deep.equal([]);
      expect(store.range('')).to.have.length(keys.length);
    });

    it('should page through a prefix', async () => {
      const keys = Array.from({ length: 25 }, (_, n) => `p/${String(n).padStart(2, '0')}`);
      await write([...keys, 'o', 'q'].map((key) => ({ key, value: 0 })));
      const found: string[] = [];
      for (;;) {
        const after = found.at(-1);
        const page = store.range('p/', { limit: 10, ...(after !== undefined && { after }) });
        if (page.length === 0) break;
        expect(page.length).to.be.at.most(10);
        found.push(...page.map(({ key }) => key));
      }
      expect(found).to.deep.equal(keys);
      expect(store.range('p/', { after: 'a', limit: 1 }).map(({ key }) => key)).to.deep.equal(['p/00']);
      expect(store.range('p/', { after: 'q' })).to.deep.equal([]);
    });

    it('should fail with one write all that were written behind it, in order, after it said that it refuses', async () => {
      await write([{ key: 'a', value: 1 }]);
      const told: string[] = [];
      store.watch(() => told.push(store.health().isOk ? 'well' : `refuses: ${store.health().reason}`));
      opened.setFailure(new Error('no space left on device'));
      const all = ['a', 'b', 'c'].map(async (key) => {
        const error = await failure(store, [{ key, value: 2 }]);
        told.push(`${key} ${error instanceof Error ? 'failed' : 'is there'}`);
      });
      await Promise.all(all);
      const refused = ['refuses: no space left on device', 'a failed', 'b failed', 'c failed'];
      expect(told).to.deep.equal(refused);
      expect(await failure(store, [{ key: 'd', value: 2 }])).to.be.instanceOf(Error);
      expect([store.get('a'), store.get('b'), store.health().isOk]).to.deep.equal([1, undefined, false]);
      opened.setFailure(undefined);
      await opened.healed(store);
      expect(told).to.deep.equal([...refused, 'well']);
      await write([{ key: 'b', value: 3 }]);
      const again = await opened.reopen();
      expect(again.range('')).to.deep.equal([
        { key: 'a', value: 1 },
        { key: 'b', value: 3 },
      ]);
    });

    it('should finish what was written before it closes, and refuse what comes after', async () => {
      const last = write([{ key: 'last', value: 'word' }]);
      const again = await opened.reopen();
      await last;
      expect(again.get('last')).to.equal('word');
      expect(await failure(store, [{ key: 'late', value: 1 }])).to.be.instanceOf(Error);
    });
  });
}

function written(store: Store, puts: readonly Put[]): Promise<void> {
  return new Promise((resolve, reject) => {
    store.write(puts, (error) => (error === undefined ? resolve() : reject(error)));
  });
}

async function failure(store: Store, puts: readonly Put[]): Promise<unknown> {
  return written(store, puts).then(
    () => undefined,
    (error: unknown) => error,
  );
}
