import { expect } from 'chai';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskView } from '../../src/client/index.js';
import { FakeDaemon, json, problem } from '../client/support/fake-daemon.js';
import { JOB, jobAnswer, NODE, SUBMITTED, taskDetail, WHOLE } from '../client/support/views.js';
import { covey, Running } from './support/cli.js';

const OTHER = 'k1111111111111111111';

function lines(text: string): readonly unknown[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe('commands', () => {
  let daemon: FakeDaemon;
  const run = (...argv: readonly string[]) => covey(daemon.data, ...argv);

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    daemon
      .answers(`GET /v1/jobs/${JOB}`, jobAnswer('succeeded'))
      .answers('GET /v1/jobs', { jobs: [jobAnswer('succeeded')], cursor: null, ...WHOLE });
  });
  afterEach(() => daemon.close());

  /** A job of tasks 0..count-1, in pages as the daemon would make them. */
  function array(count: number, states: Readonly<Record<number, TaskView['state']>> = {}): void {
    const tasks = Array.from({ length: count }, (_, index) => taskDetail(states[index] ?? 'succeeded', { index }));
    daemon.on(`GET /v1/jobs/${JOB}/tasks`, ({ query }, response) => {
      const after = Number(query['after'] ?? -1);
      const matching = tasks.filter((task) => task.index > after && (query['state'] ?? task.state) === task.state);
      const page = matching.slice(0, Number(query['limit'] ?? 1000));
      const next = page.length < matching.length ? (page.at(-1)?.index ?? null) : null;
      json(response, { tasks: page, next, ...WHOLE });
    });
  }

  describe('the command line', () => {
    it('should say what is wrong in one line, with a suggestion, and exit with 2', async () => {
      const wrong: readonly (readonly [argv: string[], line: string])[] = [
        [['lss'], "covey: unknown command 'lss' (hint: did you mean ls?)\n"],
        [['ls', '--jsn'], "covey: unknown option '--jsn' (hint: did you mean --json?)\n"],
        [['show'], "covey: missing required argument 'id' (hint: see `covey show --help`)\n"],
        [['ls', '--limit'], "covey: option '-n, --limit <n>' argument missing (hint: see `covey ls --help`)\n"],
        [
          ['nodes', 'x'],
          "covey: too many arguments for 'nodes'. Expected 0 arguments but got 1. (hint: see `covey nodes --help`)\n",
        ],
      ];
      for (const [argv, line] of wrong) expect(await run(...argv)).to.deep.equal({ code: 2, stdout: '', stderr: line });
    });

    it('should give errors as objects with --json, wherever that stands', async () => {
      for (const argv of [
        ['--json', 'show', 'zzzz'],
        ['show', 'zzzz', '--json'],
      ]) {
        daemon.answers('GET /v1/jobs', { jobs: [], cursor: null, ...WHOLE });
        const { code, stderr } = await run(...argv);
        expect(code).to.equal(3);
        expect(lines(stderr)).to.deep.equal([
          { code: 'not-found', message: 'no job is called zzzz, or begins so', hint: 'see `covey ls`' },
        ]);
      }
    });

    it('should exit with 4 where no daemon answers', async () => {
      const { code, stderr } = await covey('/tmp/covey-nobody-is-here', 'nodes');
      expect(code).to.equal(4);
      expect(stderr).to.match(/^covey: no daemon answers at .*covey\.sock \(hint: start one with `covey up`.*\n$/);
    });

    it('should print a stack trace only with --debug', async () => {
      expect((await run('show', '!')).stderr).not.to.contain('    at ');
      expect((await run('show', '!', '--debug')).stderr).to.contain('    at ');
    });

    it('should help with every command, with examples', async () => {
      const { stdout } = await run('--help');
      const names = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? '').filter((n) => n !== 'help');
      expect(names).to.have.length(15);
      for (const name of names) {
        const help = await run(name, '--help');
        expect(help).to.include({ code: 0, stderr: '' });
        expect(help.stdout, name)
          .to.contain(`Usage: covey ${name}`)
          .and.to.contain('Examples:')
          .and.to.contain('--json');
        expect((await run('help', name)).stdout).to.equal(help.stdout);
      }
    });
  });

  describe('selecting', () => {
    it('should take a whole id without asking everyone', async () => {
      await run('cancel', JOB);
      expect(daemon.asked).to.deep.equal([`GET /v1/jobs/${JOB}`, `POST /v1/jobs/${JOB}/cancel`]);
    });

    it('should complete a unique beginning and refuse an ambiguous one', async () => {
      daemon.answers(`POST /v1/jobs/${JOB}/cancel`, { job: JOB, cancelled: 1 });
      expect((await run('cancel', 'k0')).stdout).to.equal(`${JOB}: 1 task cancelled\n`);
      expect(daemon.requests[0]?.query).to.deep.equal({ prefix: 'k0', limit: '4' });
      const jobs = [jobAnswer('failed'), jobAnswer('failed', { job: OTHER })];
      daemon.answers('GET /v1/jobs', { jobs, cursor: null, ...WHOLE });
      const { code, stderr } = await run('cancel', 'k');
      expect(code).to.equal(2);
      expect(stderr).to.contain(`several jobs begin with k: ${JOB}, ${OTHER}`);
    });

    it('should know last and all', async () => {
      const jobs = [jobAnswer('running', { job: OTHER }), jobAnswer('running')];
      daemon
        .on('GET /v1/jobs', ({ query }, response) =>
          json(response, { jobs: jobs.slice(0, Number(query['limit'])), cursor: null, ...WHOLE }),
        )
        .answers(`POST /v1/jobs/${OTHER}/cancel`, { job: OTHER, cancelled: 0 })
        .answers(`POST /v1/jobs/${JOB}/cancel`, { job: JOB, cancelled: 2 });
      expect((await run('cancel', 'last')).stdout).to.equal(`${OTHER}: nothing was left to cancel\n`);
      expect((await run('cancel', 'all', '-q')).stdout).to.equal(`${OTHER}\n${JOB}\n`);
      daemon.answers('GET /v1/jobs', { jobs: [], cursor: null, ...WHOLE });
      expect((await run('cancel', 'last')).code).to.equal(3);
      expect(await run('cancel', 'all')).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    });

    it('should cancel single tasks, and of a range those that have not ended', async () => {
      array(6, { 1: 'running', 3: 'pending', 4: 'running' });
      for (const index of [1, 3, 5]) {
        daemon.answers(`POST /v1/tasks/${JOB}/${index}/cancel`, { job: JOB, cancelled: 1 });
      }
      expect((await run('cancel', `${JOB}/5`)).stdout).to.equal(`${JOB}/5: 1 task cancelled\n`);
      expect((await run('cancel', `${JOB}/1-5:2`)).stdout).to.equal(`${JOB}/1-5:2: 2 tasks cancelled\n`);
    });
  });

  describe('submit', () => {
    it('should print the id, and say how durable the job is', async () => {
      daemon.answers('POST /v1/jobs', SUBMITTED, 202);
      expect(await run('submit', '--id', 'mine', '--', 'true')).to.deep.equal({
        code: 0,
        stdout: `${JOB}\n`,
        stderr: 'covey: on disk at 1 of 1 nodes: if its disk is lost, so is the job\n',
      });
      expect(daemon.requests[0]?.headers['idempotency-key']).to.equal('mine');
      expect(await run('submit', '-q', '--', 'true')).to.deep.equal({ code: 0, stdout: `${JOB}\n`, stderr: '' });
      const { stdout, stderr } = await run('submit', '--json', '--', 'true');
      expect([JSON.parse(stdout), stderr]).to.deep.equal([SUBMITTED, '']);
    });
  });

  describe('show', () => {
    it('should be one object with just the keys that were promised', async () => {
      array(3, { 1: 'failed' });
      const { stdout } = await run('show', JOB, '--json');
      const shown = JSON.parse(stdout) as { tasks: TaskView[] };
      const { job, state, counts } = jobAnswer('succeeded');
      expect({ ...shown, tasks: shown.tasks.map(({ id }) => id) }).to.deep.equal({
        ...{ job, state, counts, ...WHOLE },
        tasks: [`${JOB}/0`, `${JOB}/1`, `${JOB}/2`],
      });
      const failed = JSON.parse((await run('show', JOB, '--json', '--state', 'failed')).stdout) as {
        tasks: TaskView[];
      };
      expect(failed.tasks.map(({ index }) => index)).to.deep.equal([1]);
    });

    it('should page by a thousand, and follow the pages with --all', async () => {
      array(2_500);
      const page = JSON.parse((await run('show', JOB, '--json')).stdout) as { tasks: TaskView[] };
      expect(page.tasks).to.have.length(1_000);
      const all = JSON.parse((await run('show', JOB, '--json', '--all')).stdout) as { tasks: TaskView[] };
      expect(all.tasks.map(({ index }) => index)).to.deep.equal(Array.from({ length: 2_500 }, (_, i) => i));
      expect((await run('show', JOB)).stderr).to.equal('covey: these are the first 1000; --all shows every one\n');
    });

    it('should show the chosen tasks of an array', async () => {
      array(10);
      expect((await run('show', `${JOB}/1-7:3`, '-q')).stdout).to.equal(`${JOB}/1\n${JOB}/4\n${JOB}/7\n`);
    });

    it('should say where an answer is not complete', async () => {
      const partial = { partial: true, asked: 3, answered: 2 };
      daemon.answers(`GET /v1/jobs/${JOB}/tasks`, { tasks: [], next: null, ...partial });
      expect((await run('show', JOB)).stderr).to.equal('covey: 2 of 3 nodes answered: tasks may be missing\n');
      expect(JSON.parse((await run('show', JOB, '--json')).stdout)).to.deep.include(partial);
    });

    it('should show a task with the end of its output', async () => {
      const task = taskDetail('failed', {
        exitCode: 137,
        signal: 'SIGKILL',
        reason: 'it was\u001b[31m killed',
        stdoutTail: Buffer.from('one\ntwo\n').toString('base64'),
        stdoutBytes: 5000,
      });
      daemon.answers(`GET /v1/tasks/${JOB}/0`, task);
      const { stdout } = await run('show', `${JOB}/0`);
      expect(stdout).to.contain('exit       SIGKILL\n');
      expect(stdout).to.contain('reason     it was [31m killed\n');
      expect(stdout).to.contain('stdout (the last 8 of 4.9K bytes)\n  one\n  two\n');
      expect(JSON.parse((await run('show', `${JOB}/0`, '--json')).stdout)).to.deep.equal(task);
    });
  });

  describe('logs', () => {
    const written: Readonly<Record<string, string>> = {
      'stdout 0': 'a',
      'stderr 0': 'b',
      'stdout 2': 'c',
      'stderr 2': '',
    };

    beforeEach(() => {
      for (const index of [0, 2]) {
        daemon.on(`GET /v1/tasks/${JOB}/${index}/logs`, ({ query }, response) => {
          response.end(written[`${query['stream']} ${index}`]);
        });
      }
    });

    it('should keep the streams apart', async () => {
      expect(await run('logs', `${JOB}/0`)).to.deep.equal({ code: 0, stdout: 'a', stderr: 'b' });
      expect(await run('logs', `${JOB}/0`, '--stderr')).to.deep.equal({ code: 0, stdout: '', stderr: 'b' });
      expect(lines((await run('logs', `${JOB}/0`, '--json', '--stdout')).stdout)).to.deep.equal([
        { task: `${JOB}/0`, stream: 'stdout', data: 'a' },
      ]);
    });

    it('should go through an array in order, and on where the output of a task is gone', async () => {
      array(3);
      expect(await run('logs', JOB)).to.deep.equal({
        code: 3,
        stdout: 'ac',
        stderr: `bcovey: there is no /v1/tasks/${JOB}/1/logs\n`,
      });
    });

    it('should not wait for tasks that have not begun, unless it follows', async () => {
      const tasks = [taskDetail('succeeded'), taskDetail('pending', { index: 2, attempts: 0, startedAt: null })];
      daemon.answers(`GET /v1/jobs/${JOB}/tasks`, { tasks, next: null, ...WHOLE });
      expect((await run('logs', JOB, '--stdout')).stdout).to.equal('a');
      expect((await run('logs', '-f', JOB, '--stdout')).stdout).to.equal('ac');
      expect(daemon.requests.at(-1)?.query).to.deep.equal({ stream: 'stdout', follow: '1' });
    });
  });

  describe('wait', () => {
    it('should exit with 0 where all succeeded and with 1 where some did not', async () => {
      daemon.answers(`GET /v1/jobs/${OTHER}`, jobAnswer('failed', { job: OTHER, tasks: 4 }));
      expect(await run('wait', JOB)).to.deep.equal({ code: 0, stdout: `${JOB} succeeded\n`, stderr: '' });
      const { code, stdout } = await run('wait', JOB, OTHER);
      expect(code).to.equal(1);
      expect(stdout.trim().split('\n')).to.have.members([`${JOB} succeeded`, `${OTHER} failed (4 failed)`]);
    });

    it('should exit with 5 where the time was up', async () => {
      daemon.answers(`GET /v1/jobs/${JOB}`, jobAnswer('running'));
      const { code, stderr } = await run('wait', JOB, '--timeout', '50ms');
      expect(code).to.equal(5);
      expect(stderr).to.equal(`covey: job ${JOB} is still running (hint: it goes on; wait again)\n`);
    });

    it('should wait for single tasks', async () => {
      array(3, { 1: 'failed' });
      expect(await run('wait', `${JOB}/0-1`)).to.deep.equal({
        code: 1,
        stdout: `${JOB}/0 succeeded\n${JOB}/1 failed\n`,
        stderr: '',
      });
      array(3, { 2: 'running' });
      expect((await run('wait', `${JOB}/2`, '--timeout', '50ms')).code).to.equal(5);
      expect((await run('wait', `${JOB}/9`)).code).to.equal(3);
    });
  });

  describe('ls', () => {
    beforeEach(() => {
      const jobs = [OTHER, JOB].map((job) => jobAnswer('running', { job }));
      daemon.on('GET /v1/jobs', ({ query }, response) => {
        const from = Number(query['cursor'] ?? 0);
        const page = jobs.slice(from, from + Number(query['limit']));
        const next = from + page.length;
        json(response, { jobs: page, cursor: next < jobs.length ? String(next) : null, ...WHOLE });
      });
    });

    it('should list a job a line, as a table, as ids and as objects', async () => {
      const { stdout } = await run('ls');
      expect(stdout).to.match(/^JOB +STATE +TASKS +AGE +NAME\nk1\w+ +running +1 running +\S.* demo\nk0\w+ .*demo\n$/);
      expect((await run('ls', '-q')).stdout).to.equal(`${OTHER}\n${JOB}\n`);
      expect(lines((await run('ls', '--json')).stdout)).to.deep.equal([
        jobAnswer('running', { job: OTHER }),
        jobAnswer('running'),
      ]);
    });

    it('should stop at the limit and say so', async () => {
      const { stdout, stderr } = await run('ls', '-n', '1');
      expect(stdout.trim().split('\n')).to.have.length(2);
      expect(stderr).to.equal('covey: there are more; --all lists every one\n');
    });

    it('should know which states there are', async () => {
      await run('ls', '--state', 'running');
      expect(daemon.requests[0]?.query['state']).to.equal('running');
      expect((await run('ls', '--state', 'done')).code).to.equal(2);
    });
  });

  describe('nodes, ring and explain', () => {
    const candidates = [{ node: NODE, order: 0, load: 0.125, bound: 2, free: 1, out: 'draining' }];

    it('should show nodes by the end of their ids, and whole with --full', async () => {
      const node = {
        ...{ id: NODE, state: 'alive', self: true, addresses: [`/ip4/127.0.0.1/tcp/4700/p2p/${NODE}`], boot: 1 },
        ...{ version: '0.1.0', cpus: 2, load: { running: 1, queued: 2, waiting: 3, free: 0 }, draining: true },
        ...{ resources: { cpus: 2, memBytes: 2 ** 30, gpus: 1, custom: { disk: 3 } }, labels: { a: 'b' } },
        ...{ zone: 'z', rttMs: 1.25 },
      };
      daemon.answers('GET /v1/nodes', { nodes: [node] });
      const rows = (await run('nodes')).stdout.trim().split('\n');
      expect(rows[1]?.split(/ {2,}/)).to.deep.equal(
        'fh3zLUJD*|alive, draining|127.0.0.1:4700|1|2|3|0|2|1G|gpus=1,disk=3|zone=z,a=b|1.3ms'.split('|'),
      );
      expect((await run('nodes', '--full')).stdout).to.contain(`${NODE}* `);
      expect(lines((await run('nodes', '--json')).stdout)).to.deep.equal([node]);
      expect((await run('nodes', '-q')).stdout).to.equal(`${NODE}\n`);
    });

    it('should show the candidates for a key', async () => {
      daemon.answers('GET /v1/ring', { key: 'a b', hash: 7, candidates });
      expect((await run('ring', 'a b')).stdout).to.equal(
        'ORDER  NODE      LOAD  BOUND  FREE  OUT\n0      fh3zLUJD  0.13  2      1     draining\n',
      );
      expect(daemon.requests[0]?.query).to.deep.equal({ key: 'a b' });
    });

    it('should explain the first task that has not ended', async () => {
      array(3, { 1: 'pending' });
      const path = [{ node: NODE, what: 'refused', load: 3, bound: 2, reason: 'full' }];
      daemon.answers(`GET /v1/tasks/${JOB}/1/explain`, {
        ...{ task: `${JOB}/1`, state: 'pending', summary: 'it waits for room', coordinator: NODE, shard: 0, key: 'k' },
        ...{ path, candidates, waiting: 1 },
      });
      expect((await run('explain', JOB)).stdout).to.match(
        new RegExp(`^${JOB}/1 is pending: it waits for room\\n {2}fh3zLUJD refused at load 3 of 2: full\\n\\nORDER`),
      );
    });
  });

  describe('leave, keys and version', () => {
    it('should leave, and be done once the daemon no longer answers', async () => {
      let looks = 0;
      daemon
        .on('GET /v1/node', (_seen, response) => {
          looks += 1;
          if (looks < 4) json(response, { node: NODE });
          else response.destroy();
        })
        .answers('POST /v1/node/leave', { leaving: true });
      expect(await run('leave', '-q')).to.deep.equal({ code: 0, stdout: `${NODE}\n`, stderr: '' });
      expect(looks).to.be.at.least(4);
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
