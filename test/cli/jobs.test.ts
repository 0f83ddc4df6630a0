import { expect } from 'chai';
import type { TaskView } from '../../src/client/index.js';
import { FakeDaemon, json } from '../client/support/fake-daemon.js';
import { JOB, jobAnswer, SUBMITTED, taskDetail, WHOLE } from '../client/support/views.js';
import { answerTasks, objects } from './support/answers.js';
import { covey } from './support/cli.js';

const OTHER = 'k1111111111111111111';

describe('commands about jobs', () => {
  let daemon: FakeDaemon;
  const run = (...argv: readonly string[]) => covey(daemon.data, ...argv);

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    daemon
      .answers(`GET /v1/jobs/${JOB}`, jobAnswer('succeeded'))
      .answers('GET /v1/jobs', { jobs: [jobAnswer('succeeded')], cursor: null, ...WHOLE });
  });
  afterEach(() => daemon.close());

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
      answerTasks(daemon, 3, { 1: 'failed' });
      const { stdout } = await run('show', JOB, '--json');
      const shown = JSON.parse(stdout) as { tasks: TaskView[] };
      const { job, state, run: runs, counts, degraded } = jobAnswer('succeeded');
      expect({ ...shown, tasks: shown.tasks.map(({ id }) => id) }).to.deep.equal({
        ...{
          job,
          state,
          run: runs,
          counts,
          schedule: null,
          limits: null,
          held: false,
          after: [],
          waits: null,
          reason: null,
          degraded,
          ...WHOLE,
        },
        tasks: [`${JOB}/0`, `${JOB}/1`, `${JOB}/2`],
      });
      const failed = JSON.parse((await run('show', JOB, '--json', '--state', 'failed')).stdout) as {
        tasks: TaskView[];
      };
      expect(failed.tasks.map(({ index }) => index)).to.deep.equal([1]);
    });

    it('should page by a thousand, and follow the pages with --all', async () => {
      answerTasks(daemon, 2_500);
      const page = JSON.parse((await run('show', JOB, '--json')).stdout) as { tasks: TaskView[] };
      expect(page.tasks).to.have.length(1_000);
      const all = JSON.parse((await run('show', JOB, '--json', '--all')).stdout) as { tasks: TaskView[] };
      expect(all.tasks.map(({ index }) => index)).to.deep.equal(Array.from({ length: 2_500 }, (_, i) => i));
      expect((await run('show', JOB)).stderr).to.equal('covey: these are the first 1000; --all shows every one\n');
    });

    it('should say how far functions are that run', async () => {
      answerTasks(daemon, 2, { 1: 'running' });
      daemon.answers(`GET /v1/tasks/${JOB}/1`, taskDetail('running', { progress: { fraction: 0.4, text: 'reading' } }));
      const { stdout } = await run('show', JOB);
      expect(stdout)
        .to.match(/TIME +PROGRESS +REASON/)
        .and.to.match(/\n1 +running .* 40 %, reading\n/);
      expect(daemon.asked).not.to.include(`GET /v1/tasks/${JOB}/0`);
    });

    it('should show the chosen tasks of an array', async () => {
      answerTasks(daemon, 10);
      expect((await run('show', `${JOB}/1-7:3`, '-q')).stdout).to.equal(`${JOB}/1\n${JOB}/4\n${JOB}/7\n`);
    });

    it('should say where an answer is not complete', async () => {
      const partial = { partial: true, asked: 3, answered: 2 };
      daemon.answers(`GET /v1/jobs/${JOB}/tasks`, { tasks: [], next: null, ...partial });
      expect((await run('show', JOB)).stderr).to.equal('covey: 2 of 3 nodes answered: tasks may be missing\n');
      expect(JSON.parse((await run('show', JOB, '--json')).stdout)).to.deep.include(partial);
      daemon.answers(`GET /v1/jobs/${JOB}/tasks`, { tasks: [], next: null, ...partial, answered: 3 });
      const why = 'not every record can be read just now';
      expect((await run('show', JOB)).stderr).to.equal(`covey: ${why}: tasks may be missing\n`);
    });

    it('should show a task with the end of its output', async () => {
      const task = taskDetail('failed', {
        exitCode: 137,
        signal: 'SIGKILL',
        reason: 'it was\u001b[31m killed',
        cpuMs: 2_340,
        peakBytes: 96 * 2 ** 20,
        stdoutTail: Buffer.from('one\ntwo\n').toString('base64'),
        stdoutBytes: 5000,
      });
      daemon.answers(`GET /v1/tasks/${JOB}/0`, task);
      const { stdout } = await run('show', `${JOB}/0`);
      expect(stdout).to.contain('exit       SIGKILL\n');
      expect(stdout).to.contain('reason     it was [31m killed\n');
      expect(stdout).to.contain('cpu        2.3s\nmemory     96M at most\n');
      expect(stdout).to.contain('stdout (the last 8 of 4.9K bytes)\n  one\n  two\n');
      expect(JSON.parse((await run('show', `${JOB}/0`, '--json')).stdout)).to.deep.equal(task);
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
      answerTasks(daemon, 3, { 1: 'failed' });
      expect(await run('wait', `${JOB}/0-1`)).to.deep.equal({
        code: 1,
        stdout: `${JOB}/0 succeeded\n${JOB}/1 failed\n`,
        stderr: '',
      });
      answerTasks(daemon, 3, { 2: 'running' });
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
      expect(objects((await run('ls', '--json')).stdout)).to.deep.equal([
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
});
