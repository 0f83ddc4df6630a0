import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOver, isRunning } from '../../src/cli/running.js';
import { FakeDaemon, json, problem } from '../client/support/fake-daemon.js';
import { JOB, jobAnswer, NODE, WHOLE } from '../client/support/views.js';
import { answerTasks, objects } from './support/answers.js';
import { covey, Running } from './support/cli.js';

describe('commands about members', () => {
  let daemon: FakeDaemon;
  const run = (...argv: readonly string[]) => covey(daemon.data, ...argv);

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    daemon
      .answers(`GET /v1/jobs/${JOB}`, jobAnswer('succeeded'))
      .answers('GET /v1/jobs', { jobs: [jobAnswer('succeeded')], cursor: null, ...WHOLE });
  });
  afterEach(() => daemon.close());

  describe('nodes, ring and explain', () => {
    const candidates = [{ node: NODE, order: 0, load: 0.125, bound: 2, free: 1, speed: 0.9, out: 'draining' }];

    it('should show nodes by the end of their ids, and whole with --full', async () => {
      const node = {
        ...{ id: NODE, state: 'alive', self: true, addresses: [`/ip4/127.0.0.1/tcp/4700/p2p/${NODE}`], boot: 1 },
        ...{ version: '0.1.0', cpus: 2, load: { running: 1, queued: 2, waiting: 3, free: 0 }, draining: true },
        ...{ resources: { cpus: 2, memBytes: 2 ** 30, gpus: 1, custom: { disk: 3 } }, labels: { a: 'b' } },
        ...{ zone: 'z', rttMs: 1.25, speed: 1.5 },
      };
      daemon.answers('GET /v1/nodes', { nodes: [node] });
      const rows = (await run('nodes')).stdout.trim().split('\n');
      expect(rows[1]?.split(/ {2,}/)).to.deep.equal(
        'fh3zLUJD*|alive, draining|127.0.0.1:4700|1|2|3|0|2|1.5|1G|gpus=1,disk=3|zone=z,a=b|1.3ms'.split('|'),
      );
      expect((await run('nodes', '--full')).stdout).to.contain(`${NODE}* `);
      expect(objects((await run('nodes', '--json')).stdout)).to.deep.equal([node]);
      expect((await run('nodes', '-q')).stdout).to.equal(`${NODE}\n`);
    });

    it('should show the candidates for a key', async () => {
      daemon.answers('GET /v1/ring', { key: 'a b', hash: 7, candidates });
      expect((await run('ring', 'a b')).stdout).to.equal(
        'ORDER  NODE      LOAD  BOUND  FREE  SPEED  OUT\n0      fh3zLUJD  0.13  2      1     0.90   draining\n',
      );
      expect(daemon.requests[0]?.query).to.deep.equal({ key: 'a b' });
    });

    it('should explain the first task that has not ended', async () => {
      answerTasks(daemon, 3, { 1: 'pending' });
      const path = [{ node: NODE, what: 'refused', load: 3, bound: 2, reason: 'full' }];
      const filtered = [
        { nodes: 2, out: null },
        { nodes: 1, out: 'draining' },
      ];
      const scored = { policy: 'cost', what: 'ms of latency', best: 'least', among: 'all' };
      daemon.answers(`GET /v1/tasks/${JOB}/1/explain`, {
        ...{ task: `${JOB}/1`, state: 'pending', summary: 'it waits for room', coordinator: NODE, shard: 0, key: 'k' },
        ...{ path, candidates: [{ ...candidates[0], score: 403.25 }], waiting: 1, filtered, learntMs: 1_250, scored },
      });
      const lines = (await run('explain', JOB)).stdout.split('\n');
      expect(lines).to.deep.equal([
        `${JOB}/1 is pending: it waits for room`,
        '  fh3zLUJD refused at load 3 of 2: full',
        '  of 3 nodes 2 could take it now; 1 not: 1 draining',
        '  such tasks have taken 1.3s at its coordinator of late, at speed 1',
        '  scored by cost: ms of latency; of those that take it the least is picked',
        '',
        'ORDER  NODE      LOAD  BOUND  FREE  SPEED  SCORE   OUT',
        '0      fh3zLUJD  0.13  2      1     0.90   403.25  draining',
        '',
      ]);
    });
  });

  describe('drain', () => {
    const left = { node: NODE, running: 1, queued: 0, handing: 0, records: 0, unfinished: 2 };

    it('should wait until nothing goes any more, and say how many tasks stay', async () => {
      let looks = 0;
      daemon.on(`POST /v1/nodes/${NODE}/drain`, (_seen, response) => {
        json(response, { ...left, running: looks++ === 0 ? 1 : 0 });
      });
      const { code, stdout, stderr } = await run('drain', NODE);
      expect([code, stdout]).to.deep.equal([0, `${NODE} is drained: nothing is left on it that others can take\n`]);
      expect(stderr)
        .to.contain('covey: still there: 1 running\n')
        .and.to.contain('covey: 2 unfinished tasks stay on it');
      expect(daemon.requests.map(({ query }) => query['begin'])).to.deep.equal([undefined, 'false']);
      expect(objects((await run('drain', NODE, '--json')).stdout)).to.deep.equal([
        { ...left, running: 0, drained: true },
      ]);
    });
  });

  describe('doctor', () => {
    const names = ({ stdout }: { stdout: string }) => [...stdout.matchAll(/^(\w+) +([a-z-]+): (.*)$/gm)];

    it('should speak of the node that it was asked about, and of no other', async () => {
      const nowhere = '/tmp/covey-nobody-is-here';
      for (const [args, socket, others] of [
        [['--addr', `${nowhere}/some.sock`], `${nowhere}/some.sock`, ['node-version', 'daemon', 'socket']],
        [['--data', nowhere], `${nowhere}/covey.sock`, ['node-version', 'data-directory', 'daemon', 'socket']],
      ] as const) {
        const ended = await run('doctor', ...args);
        expect(ended).to.include({ code: 1, stderr: '' });
        expect(names(ended).map(([, , name]) => name)).to.deep.equal(others);
        expect(ended.stdout).to.contain(`FAILED  daemon: no daemon answers at ${socket} (hint: `);
        expect(ended.stdout).not.to.contain(daemon.data);
      }
    });
  });

  describe('leave, keys and version', () => {
    it('should take a process whose first thread alone has ended for one that runs', () => {
      const stat = (state: string, threads: number) =>
        `7 (a) b) ${state} ${Array.from({ length: 16 }, () => 0).join(' ')} ${threads} 0`;
      expect([isOver(stat('Z', 1)), isOver(stat('Z', 4)), isOver(stat('S', 1))]).to.deep.equal([true, false, false]);
    });

    it('should leave, and be done once the process of the daemon has ended', async () => {
      const slow = 'process.on("SIGTERM", () => setTimeout(() => process.exit(), 300)); setInterval(() => {}, 9e5);';
      const child = spawn(process.execPath, ['-e', `${slow} console.log("here")`], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let looks = 0;
      daemon
        .on('GET /v1/node', (_seen, response) => {
          looks += 1;
          if (looks < 4) return json(response, { node: NODE, pid: child.pid });
          child.kill('SIGTERM');
          response.destroy();
        })
        .answers('POST /v1/node/leave', { leaving: true });
      try {
        await once(child.stdout, 'data');
        expect(await run('leave', '-q')).to.deep.equal({ code: 0, stdout: `${NODE}\n`, stderr: '' });
        expect(isRunning(child.pid!)).to.equal(false);
        expect(looks).to.be.at.least(4);
      } finally {
        child.kill('SIGKILL');
      }
    });

    it('should report why a daemon will not leave', async () => {
      daemon
        .answers('GET /v1/node', { node: NODE })
        .on('POST /v1/node/leave', (_seen, response) => problem(response, 503, 'unavailable', 'not now'));
      expect(await run('leave', '-q')).to.deep.equal({ code: 1, stdout: '', stderr: 'covey: not now\n' });
    });

    it('should make keys, and never overwrite one', async () => {
      const [one, other] = [await run('keys', 'new'), await run('keys', 'new')];
      expect(one.stdout).to.match(/^[0-9a-f]{64}\n$/);
      expect(other.stdout).not.to.equal(one.stdout);
      const cwd = await mkdtemp(join(tmpdir(), 'covey-keys-'));
      try {
        const write = () => new Running(['keys', 'new', '--out', 'key'], { cwd }).ended;
        expect(await write()).to.deep.equal({ code: 0, stdout: `${join(cwd, 'key')}\n`, stderr: '' });
        const key = await readFile(join(cwd, 'key'), 'utf8');
        expect(key).to.match(/^[0-9a-f]{64}\n$/);
        expect((await stat(join(cwd, 'key'))).mode & 0o777).to.equal(0o600);
        expect((await write()).code).to.equal(1);
        expect(await readFile(join(cwd, 'key'), 'utf8')).to.equal(key);
      } finally {
        await rm(cwd, { recursive: true });
      }
      expect((await run('keys', 'old')).code).to.equal(2);
    });

    it('should tell versions with and without a daemon', async () => {
      const node = process.versions.node;
      daemon.answers('GET /v1/node', { node: NODE, version: '9.9.9' });
      const { covey: own, ...rest } = JSON.parse((await run('version', '--json')).stdout) as Record<string, unknown>;
      expect(own).to.match(/^\d+\.\d+\.\d+$/);
      expect(rest).to.deep.equal({ node, daemon: { node: NODE, version: '9.9.9' } });
      const alone = await covey('/tmp/covey-nobody-is-here', 'version', '--json');
      expect(alone.code).to.equal(0);
      expect(JSON.parse(alone.stdout)).to.deep.equal({ covey: own, node, daemon: null });
    });
  });
});
