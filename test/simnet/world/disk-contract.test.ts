import { Prng } from '../../../src/kernel/prng.js';
import type { Put, Store } from '../../../src/node/core/ports.js';
import type { SimStore } from '../../../simnet/world/disk-store.js';
import { Disk } from '../../../simnet/world/disk.js';
import { World } from '../../../simnet/world/world.js';
import { storeContract } from '../../contract/store-contract.js';

storeContract('SimStore', () => {
  const world = new World();
  const disk = new Disk(world, new Prng(1));
  let store = disk.open();
  return Promise.resolve({
    store: asStore(world, store),
    reopen: () => {
      store.close();
      world.run(1_000);
      store = disk.open();
      return Promise.resolve(asStore(world, store));
    },
    setFailure: (failure) => (disk.failure = failure ? 'disk-full' : undefined),
    healed: () => Promise.resolve(world.run(1_100)),
    dispose: () => Promise.resolve(),
  });
});

/** Its world goes on by itself, as a real one does, once whoever writes has said all. */
function asStore(world: World, store: SimStore): Store {
  return {
    write: (puts: readonly Put[], done: (error?: Error) => void) => {
      store.write(puts, done);
      queueMicrotask(() => world.run(20));
    },
    get: (key) => store.get(key),
    range: (prefix, options) => store.range(prefix, options),
    health: () => store.health(),
    watch: (changed) => store.watch(changed),
    close: () => Promise.resolve(store.close()),
  };
}
