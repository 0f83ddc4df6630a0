import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DoctorCheck, SelfView } from '../../src/api/schema.js';
import { isRunning } from '../../src/cli/running.js';
import { connect } from '../../src/client/index.js';
import { openLmdb } from '../../src/node/io/store/environment.js';
import { FORMAT_KEY } from '../../src/node/io/store/format.js';
import { until } from '../support/until.js';
import { COVEY, covey } from './support/covey.js';
import { Daemon } from './support/daemon.js';

const MARK = 'a-name-to-be-found-in-the-file';

describe('a daemon and its disk', function () {
  this.timeout(120_000);
  let dir: string;
  let data: string;
  let daemon: Daemon | undefined;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-e2e-'));
    data = join(dir, 'data');
  });

  afterEach(async () => {
    await stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const start = async () => {
    daemon = await Daemon.start(['--data', data, '--listen', '127.0.0.1:0']);
  };
  const stop = async () => {
    if (daemon?.running === true) await daemon.stop();
    daemon = undefined;
  };
  const cli = (...args: string[]) => covey(args, { env: { COVEY_DATA: data } });
  /** For what may not be answered. */
  const brief = (...args: string[]) => covey(args, { env: { COVEY_DATA: data }, timeoutMs: 8_000 });
  const file = () => join(data, 'store', 'data.mdb');
  const failed = async () => {
    const { code, stdout } = await cli('doctor', '--json');
    const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: DoctorCheck[] };
    expect(code).to.equal(ok ? 0 : 1);
    return checks.filter((check) => !check.ok).map(({ name }) => name);
  };
  const submitted = async () => {
    await start();
    expect((await cli('run', '--name', MARK, '--', 'true')).code).to.equal(0);
    await stop();
  };

  it('should start on a flipped bit, report it, and work', async () => {
    await submitted();
    const bytes = readFileSync(file());
    for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1)) bytes.writeUInt8(0x7e, at);
    writeFileSync(file(), bytes);
    await start();
    expect(await failed())
      .to.include('store-values')
      .and.not.include('store-loss');
    expect((await cli('run', '--', 'true')).code).to.equal(0);
  });

  it('should start on a file cut short, report the loss, and work', async () => {
    await submitted();
    truncateSync(file(), 5_000);
    await start();
    expect(await failed()).to.include('store-loss');
    // A job made within the clock skew of the loss might be one that was lost, and no vote is given on it.
    const early = await cli('run', '--', 'true');
    expect(early.stderr).to.match(/^covey: this node lost its store .*\(hint: .*try again in \d+ s\)\n$/);
    const runs = async () => (await cli('run', '--', 'true')).code === 0;
    await until('a job is accepted and runs', runs, 30_000);
  });

  it('should not start on a store of a later version, and say which', async () => {
    await submitted();
    const env = openLmdb(join(data, 'store'));
    await env.commit([{ key: Buffer.from(FORMAT_KEY), value: Buffer.from('{"format":9,"by":"7.7.7"}') }]);
    await env.close();
    const { code, stderr } = await covey(['up', '--data', data]);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^covey: .*format 9, written by covey 7\.7\.7.*\(hint: .*\)\n$/);
  });

  it('should go on though its log cannot be written', async () => {
    mkdirSync(data, { mode: 0o700 });
    symlinkSync('/dev/full', join(data, 'covey.log'));
    // It says so when it cannot reach whom it is to join.
    const { code, stdout, stderr } = await cli('up', '--detach', '--json', '--join', '127.0.0.1:1');
    expect(code, stderr).to.equal(0);
    const { pid } = JSON.parse(stdout) as { pid: number };
    expect(await failed()).to.include('joined');
    expect((await cli('leave')).code).to.equal(0);
    expect(isRunning(pid)).to.equal(false);
  });

  it('should say without a daemon what is to be said', async () => {
    expect(await failed()).to.include.members(['data-directory', 'daemon']);
  });

  it('should refuse while its disk is full, start on it, and go on by itself', async function () {
    if (process.getuid?.() !== 0) this.skip();
    mkdirSync(data, { mode: 0o700 });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=700', 'tmpfs', data], { stdio: 'ignore' });
    } catch {
      return this.skip();
    }
    try {
      await start();
      const flock = connect({ addr: join(data, 'covey.sock') });
      const store = async () => (await flock.self()).store satisfies SelfView['store'];
      fill(join(data, 'filler'));
      await daemon?.kill9();
      await start();
      fill(join(data, 'filler-2'));
      await until(
        'it refuses',
        async () => {
          // What meets the full disk is neither accepted nor refused, and is not waited for to its end.
          await brief('submit', '--name', 'x'.repeat(200), '--stdin', COVEY, '--', 'true');
          return !(await store()).ok;
        },
        30_000,
      );
      const refused = await cli('submit', '--', 'true');
      expect([refused.code, refused.stderr]).to.satisfy(([code, text]: [number, string]) => {
        return code === 1 && text.includes('no space left on device');
      });
      expect(await failed()).to.include('store');
      for (const name of ['filler', 'filler-2']) rmSync(join(data, name));
      await until('it takes writes', async () => (await store()).ok, 30_000);
      expect((await cli('run', '--', 'true')).code).to.equal(0);
      flock.close();
    } finally {
      await stop();
      execFileSync('umount', [data]);
    }
  });
});

function fill(path: string): void {
  try {
    writeFileSync(path, Buffer.alloc(32 * 2 ** 20));
  } catch (error) {
    expect(error).to.have.property('code', 'ENOSPC');
  }
}
