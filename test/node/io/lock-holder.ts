import { acquireLock } from '../../../src/node/io/lock.js';

/** A process of its own that takes the lock when it is told to, and holds it until it is killed. */
const [dir = ''] = process.argv.slice(2);

process.on('message', () => {
  try {
    acquireLock(dir);
    process.send?.('taken');
  } catch {
    process.send?.('held');
  }
});
process.send?.('ready');
