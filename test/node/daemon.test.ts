import { expect } from 'chai';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { JobAnswer, SelfView, TaskDetail } from '../../src/api/schema.js';
import { startDaemon, type Daemon, type DaemonOptions } from '../../src/node/daemon.js';
import { alone, call, temporaryDir, type Got, type Sent } from '../api/support/served.js';
import { failure } from '../support/failure.js';
import { until } from '../support/until.js';

describe('daemon', () => {
  let dir: string;
  const running: Daemon[] = [];
  beforeEach(() => (dir = temporaryDir()));
  afterEach(async () => {
    await Promise.all(running.splice(0).map((daemon) => daemon.leave()));
    rmSync(dir, { recursive: true });
  });

  async function start(more: Partial<DaemonOptions> = {}, data = join(dir, 'data')): Promise<Daemon> {
    const daemon = await startDaemon(alone(data, more));
    running.push(daemon);
    return daemon;
  }

  const ask = (daemon: Daemon, method: string, path: string, sent: Sent = {}): Promise<Got> =>
    call({ socketPath: daemon.ready.socket }, method, path, sent);
  const submit = async (daemon: Daemon, argv: string[]) =>
    (await ask(daemon, 'POST', '/v1/jobs', { body: { argv } })).json<{ job: string }>().job;

  it('should keep its data to its owner', async () => {
    await start();
    expect(statSync(join(dir, 'data')).mode & 0o777).to.equal(0o700);
    for (const name of ['store', 'node.key', 'covey.sock']) {
      expect(statSync(join(dir, 'data', name)).mode & 0o077, name).to.equal(0);
    }
  });

  it('should refuse a directory that another daemon holds, and not disturb that one', async () => {
    const first = await start();
    const error = await failure(startDaemon(alone(join(dir, 'data'))));
    expect([error.code, error.hint]).to.deep.equal([
      'held',
      'stop it with `covey leave`, or choose another directory with --data',
    ]);
    expect((await ask(first, 'GET', '/readyz')).status).to.equal(200);
  });

  it('should not open a port to other machines without a key', async () => {
    for (const listen of ['0.0.0.0:0', '/ip6/::/tcp/0', 'localhost.example.com:0']) {
      const error = await failure(startDaemon(alone(join(dir, 'data'), { listen: ['127.0.0.1:0', listen] })));
      expect(error.code, listen).to.equal('usage');
      expect(error.message).to.match(/can be reached from other machines/);
    }
    expect(existsSync(join(dir, 'data'))).to.equal(false);
    const keyed = await start({ listen: ['0.0.0.0:0'], clusterKey: '0123456789abcdef'.repeat(4) });
    expect(keyed.ready.listen).to.not.be.empty;
  });

  it('should refuse addresses and keys that are none', async () => {
    for (const more of [{ listen: ['nonsense'] }, { join: ['/ip4/1.2.3'] }, { clusterKey: 'short' }]) {
      expect((await failure(startDaemon(alone(join(dir, 'data'), more)))).code).to.equal('usage');
    }
    expect(readdirSync(dir)).to.deep.equal([]);
  });

  it('should let go of everything when it leaves, asked once or twice', async () => {
    const daemon = await start({ http: '127.0.0.1:0' });
    const ports = [Number(new URL(daemon.ready.http!).port), Number(/tcp\/(\d+)/.exec(daemon.ready.listen[0]!)![1])];
    await Promise.all([daemon.leave(), daemon.leave()]);
    await daemon.stopped;
    expect(existsSync(daemon.ready.socket)).to.equal(false);
    expect(existsSync(join(dir, 'data', 'daemon.lock'))).to.equal(false);
    for (const port of ports) {
      const taker = createServer().listen(port, '127.0.0.1');
      await once(taker, 'listening');
      taker.close();
    }
    await daemon.leave();
  });

  it('should let go of everything when it cannot start', async () => {
    const other = await start({ http: '127.0.0.1:0' }, join(dir, 'other'));
    const http = new URL(other.ready.http!).host;
    expect((await failure(startDaemon(alone(join(dir, 'data'), { http })))).code).to.equal('held');
    expect(existsSync(join(dir, 'data', 'covey.sock'))).to.equal(false);
    await start();
  });

  it('should take over the socket of a daemon that was killed', async () => {
    const data = join(dir, 'data');
    const first = await start();
    await first.leave();
    const stale = createServer().listen(join(dir, 'stale.sock'));
    await once(stale, 'listening');
    renameSync(join(dir, 'stale.sock'), join(data, 'covey.sock'));
    stale.close();
    const again = await start();
    expect((await ask(again, 'GET', '/healthz')).status).to.equal(200);
  });

  it('should show after a restart what it ran before, and finish what it had not', async () => {
    const first = await start();
    const done = await submit(first, ['echo', 'once']);
    expect((await ask(first, 'GET', `/v1/jobs/${done}?waitMs=10000`)).json<JobAnswer>().state).to.equal('succeeded');
    const open = await submit(first, ['sh', '-c', `touch ${dir}/ran; exec sleep 60`]);
    await until('it runs', () => existsSync(join(dir, 'ran')));
    await first.leave();
    running.splice(0);

    rmSync(join(dir, 'ran'));
    const again = await start();
    expect(again.ready.node).to.equal(first.ready.node);
    expect((await ask(again, 'GET', '/v1/node')).json<SelfView>().boot).to.equal(2);
    const task = (await ask(again, 'GET', `/v1/tasks/${done}/0`)).json<TaskDetail>();
    expect(task).to.include({ state: 'succeeded', attempts: 1, exitCode: 0 });
    expect((await ask(again, 'GET', `/v1/tasks/${done}/0/logs`)).body.toString()).to.equal('once\n');
    await until('it runs again', () => existsSync(join(dir, 'ran')));
    await ask(again, 'POST', `/v1/jobs/${open}/cancel`);
    const ended = (await ask(again, 'GET', `/v1/jobs/${open}?waitMs=10000`)).json<JobAnswer>();
    expect(ended.state).to.equal('cancelled');
  });
});
