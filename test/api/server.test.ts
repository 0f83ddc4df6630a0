import { expect } from 'chai';
import { once } from 'node:events';
import { existsSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { JobAnswer, SelfView } from '../../src/api/schema.js';
import { startDaemon } from '../../src/node/daemon.js';
import { failure } from '../support/failure.js';
import { until } from '../support/until.js';
import { refused } from './support/refused.js';
import { alone, call, Served, temporaryDir } from './support/served.js';

describe('API server', () => {
  let served: Served;
  before(async () => (served = await Served.start({ http: '127.0.0.1:0' })));
  after(() => served.stop());

  const wait = (job: string, waitMs: number) => served.get(`/v1/jobs/${job}?waitMs=${waitMs}`);

  it('should listen on a socket that only its owner may use', () => {
    const { socket } = served.daemon.ready;
    expect(socket).to.equal(join(served.dir, 'covey.sock'));
    expect(statSync(socket).mode & 0o777).to.equal(0o600);
    expect(statSync(served.dir).mode & 0o777).to.equal(0o700);
  });

  it('should answer on TCP where that was asked for', async () => {
    const { http, node } = served.daemon.ready;
    const { hostname, port } = new URL(http!);
    expect(hostname).to.equal('127.0.0.1');
    const to = { host: hostname, port: Number(port) };
    const self = (await call(to, 'GET', '/v1/node')).json<SelfView>();
    expect(self).to.include({ node, http });
    await refused(call(to, 'GET', '/nothing'), 404, 'not-found', /nothing/);
  });

  it('should let no web page use the TCP port', async () => {
    const { hostname, port } = new URL(served.daemon.ready.http!);
    const to = { host: hostname, port: Number(port) };
    for (const headers of [{ origin: 'http://example.com' }, { host: 'rebound.example.com' }]) {
      await refused(call(to, 'POST', '/v1/node/leave', { headers }), 403, 'forbidden', /web pages/);
    }
  });

  it('should wait for a job until it ends, or as long as it was asked to', async () => {
    const sleeping = await served.submit({ argv: ['sleep', '60'] });
    const from = performance.now();
    const early = (await wait(sleeping, 150)).json<JobAnswer>();
    expect(performance.now() - from).to.be.within(140, 5000);
    expect(early.finishedAt).to.equal(null);
    const late = wait(sleeping, 60_000);
    await until('it waits', async () => (await served.clients()) === 1);
    await served.post(`/v1/jobs/${sleeping}/cancel`);
    expect((await late).json<JobAnswer>().state).to.equal('cancelled');
    expect((await wait(sleeping, 60_000)).json<JobAnswer>().state).to.equal('cancelled');
  });

  it('should forget clients that go away while they wait or follow', async () => {
    const sleeping = await served.submit({ argv: ['sleep', '60'] });
    await until('it runs', async () => (await wait(sleeping, 0)).json<JobAnswer>().state === 'running');
    const leaving = new AbortController();
    const paths = [`/v1/jobs/${sleeping}?waitMs=60000`, `/v1/tasks/${sleeping}/0/logs?follow=1`];
    const polls = [...paths, ...paths].map((path) => served.get(path, { signal: leaving.signal }));
    const ends = Promise.allSettled(polls);
    await until('all wait', async () => (await served.clients()) === 4);
    leaving.abort();
    expect((await ends).map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'rejected', 'rejected']);
    await until('none is kept', async () => (await served.clients()) === 0);
    await served.post(`/v1/jobs/${sleeping}/cancel`);
  });

  it('should forget a client that goes away in the middle of a long output', async () => {
    const endless = await served.submit({ argv: ['sh', '-c', 'while :; do echo line; done'] });
    const leaving = new AbortController();
    const following = served.get(`/v1/tasks/${endless}/0/logs?follow=1`, { signal: leaving.signal });
    const end = following.catch((error: unknown) => error);
    await until('it follows', async () => (await served.clients()) === 1);
    leaving.abort();
    await end;
    await served.post(`/v1/jobs/${endless}/cancel`);
    await until('it is forgotten', async () => (await served.clients()) === 0);
  });

  it('should leave when asked, and answer first', async () => {
    const other = await Served.start();
    expect((await other.post('/v1/node/leave')).json()).to.deep.equal({ leaving: true, unfinished: 0 });
    await other.daemon.stopped;
    expect(existsSync(other.daemon.ready.socket)).to.equal(false);
    rmSync(other.dir, { recursive: true });
  });
});

describe('API addresses', () => {
  let dir: string;
  beforeEach(() => (dir = temporaryDir()));
  afterEach(() => rmSync(dir, { recursive: true }));

  const fails = (http: string) => failure(startDaemon(alone(dir, { http })));

  it('should be loopback only', async () => {
    for (const http of [
      '0.0.0.0:0',
      '[::]:0',
      '192.0.2.1:80',
      'example.com:80',
      '127.example.com:0',
      ':80',
      '80',
      '',
    ]) {
      const { code, message, hint } = await fails(http);
      expect([code, message], http).to.deep.equal(['usage', `--http ${http} is not a loopback HOST:PORT`]);
      expect(hint).to.match(/127\.0\.0\.1/);
    }
  });

  it('should be free, and possible', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect((await fails(`127.0.0.1:${port}`)).code).to.equal('held');
    other.close();
    expect((await fails('127.0.0.1:99999')).code).to.equal('usage');
  });

  it('should fit into a socket address', async () => {
    const { code, message } = await failure(startDaemon(alone(join(dir, 'd'.repeat(120)))));
    expect([code, message]).to.deep.equal([
      'usage',
      `${join(dir, 'd'.repeat(120))}/covey.sock is too long for a Unix socket`,
    ]);
  });
});
