import { expect } from 'chai';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until.js';
import { covey } from './support/covey.js';
import { Flock } from './support/flock.js';

describe('a copy of the data directory of a daemon', function () {
  this.timeout(120_000);
  let flock: Flock;

  before(async () => {
    flock = await Flock.start(2);
  });
  after(() => flock.stop());

  /** Starts what is in `dir`; it is refused with one line, and everybody goes on. */
  async function refused(dir: string, ...args: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await covey(['up', '--data', dir, '--listen', '127.0.0.1:0', ...args]);
    expect([code, stdout], stderr).to.deep.equal([1, '']);
    const line = new RegExp(
      `^covey: node ${flock.id(1)} runs already.*: this data directory, .* is a copy \\(hint: .*\\)\\n$`,
    );
    expect(stderr).to.match(line);
    expect([flock.daemon(0).running, flock.daemon(1).running]).to.deep.equal([true, true]);
    await flock.settled();
    expect((await flock.cli(['run', '--', 'true'])).code).to.equal(0);
  }

  it('should be refused while that runs, which goes on', async () => {
    const stored = () => readFileSync(join(flock.dataDir(1), 'store', 'data.mdb'));
    await until('its members are on its disk', () => stored().includes(flock.id(0)));
    const copy = flock.path('files', 'copy');
    cpSync(flock.dataDir(1), copy, { recursive: true, filter: (path) => !path.endsWith('covey.sock') });
    rmSync(join(copy, 'daemon.lock'));
    await refused(copy);
  });

  it('should be refused where its key alone is a copy, by whomever it is to join', async () => {
    for (const node of [0, 1]) {
      const dir = flock.path('files', `key-${node}`);
      mkdirSync(dir, { mode: 0o700 });
      cpSync(join(flock.dataDir(1), 'node.key'), join(dir, 'node.key'));
      await refused(dir, '--join', flock.daemon(node).ready.listen[0]!.replace(/\/p2p\/.*/, ''));
    }
  });

  it('should start where the other has ended, which is no copy any more', async () => {
    await flock.kill9(1);
    await flock.restart(1, 'same-port');
    await flock.settled();
  });
});
