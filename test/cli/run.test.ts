import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import type { JobAnswer, TaskDetail, TaskView } from '../../src/client/index.js';
import { noCounts, type TaskState } from '../../src/kernel/states.js';
import { FakeDaemon, json } from '../client/support/fake-daemon.js';
import { JOB, jobAnswer, SUBMITTED, taskDetail, taskView } from '../client/support/views.js';
import { until } from '../support/until.js';
import { answerPages, objects, writes } from './support/answers.js';
import { covey, Running } from './support/cli.js';

describe('run', () => {
  let daemon: FakeDaemon;

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    daemon.answers('POST /v1/jobs', SUBMITTED, 202);
  });
  afterEach(() => daemon.close());

  /** The task writes `out` and `err` and comes to `task`. */
  function ends(task: TaskDetail, written: { readonly stdout?: string; readonly stderr?: string } = {}): void {
    daemon
      .on(`GET /v1/tasks/${JOB}/0/logs`, ({ query }, response) => {
        response.end(query['stream'] === 'stdout' ? written.stdout : written.stderr);
      })
      .answers(`GET /v1/tasks/${JOB}/0`, task);
  }

  /** The task goes on until it is cancelled: its streams stay open. */
  function goesOn(): { readonly cancelled: () => boolean } {
    const streams: ServerResponse[] = [];
    let cancelled = false;
    daemon
      .on(`GET /v1/tasks/${JOB}/0/logs`, (_seen, response) => {
        streams.push(response);
        response.write('begun ');
      })
      .on(`POST /v1/jobs/${JOB}/cancel`, (_seen, response) => {
        cancelled = true;
        json(response, { job: JOB, cancelled: 1 });
        for (const stream of streams) stream.end();
      });
    return { cancelled: () => cancelled };
  }

  const start = (...argv: readonly string[]) => new Running(['run', ...argv], { env: { COVEY_DATA: daemon.data } });

  it('should show both streams apart and exit with the code of the task', async () => {
    ends(taskDetail('failed', { exitCode: 3 }), { stdout: 'out', stderr: 'err' });
    expect(await start('--', 'x').ended).to.deep.equal({ code: 3, stdout: 'out', stderr: 'err' });
    ends(taskDetail('succeeded'));
    expect(await start('--', 'x').ended).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('should say why a task ended that did not end by itself', async () => {
    ends(taskDetail('timed-out', { reason: 'ran longer than 1s' }));
    expect(await start('--', 'x').ended).to.include({
      code: 124,
      stderr: `covey: task ${JOB}/0 timed-out: ran longer than 1s\n`,
    });
    ends(taskDetail('failed', { reason: 'cwd /x does not exist on this node' }));
    expect(await start('--', 'x').ended).to.include({
      code: 125,
      stderr: `covey: task ${JOB}/0 failed: cwd /x does not exist on this node\n`,
    });
  });

  it('should wait on where the output cannot be followed', async () => {
    let looks = 0;
    daemon
      .on(`GET /v1/tasks/${JOB}/0`, (_seen, response) =>
        json(response, taskDetail(looks++ < 1 ? 'running' : 'succeeded')),
      )
      .answers(`GET /v1/jobs/${JOB}`, jobAnswer('succeeded'));
    const { code, stderr } = await start('--', 'x').ended;
    expect(code).to.equal(0);
    expect(stderr).to.contain(`the output of ${JOB}/0 cannot be followed`);
    expect(daemon.asked).to.include(`GET /v1/jobs/${JOB}`);
  });

  it('should give objects with --json', async () => {
    const task = taskDetail('succeeded');
    ends(task, { stdout: 'é\n' });
    expect(objects((await start('--json', '--', 'x').ended).stdout)).to.deep.equal([
      SUBMITTED,
      { task: `${JOB}/0`, stream: 'stdout', data: 'é\n' },
      task,
    ]);
  });

  describe('arrays', () => {
    beforeEach(() => daemon.answers('POST /v1/jobs', { ...SUBMITTED, tasks: 3 }, 202));

    /** The job looks so at the first look, the second, …; the last look repeats itself. */
    function stands(...looks: readonly { readonly job: JobAnswer; readonly tasks: readonly TaskView[] }[]): void {
      let look = 0;
      daemon.on(`GET /v1/jobs/${JOB}`, (_seen, response) => {
        const now = looks[Math.min(look++, looks.length - 1)];
        answerPages(daemon, now?.tasks ?? []);
        json(response, now?.job);
      });
    }
    const states = (changes: Partial<Record<TaskState, number>>) => ({
      tasks: 3,
      counts: { ...noCounts(), ...changes },
    });

    it('should exit with 0 or 1', async () => {
      const tasks = [0, 1, 2].map((index) => writes(daemon, index, {}));
      stands({ job: jobAnswer('failed', states({ succeeded: 2, failed: 1 })), tasks });
      const { code, stdout, stderr } = await start('--array', '1-3', '--', 'x').ended;
      expect([code, stdout]).to.deep.equal([1, '']);
      expect(stderr).to.contain(
        `covey: job ${JOB} failed (1 failed, 2 succeeded); see \`covey show ${JOB} --state failed\``,
      );
      stands({ job: jobAnswer('succeeded', { tasks: 3 }), tasks });
      expect(await start('-q', '--array', '1-3', '--', 'x').ended).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    });

    it('should show the output of each task once, by rising index, those that ended first too', async () => {
      const [a, b, c] = ['a\n', 'b\n', 'c\n'].map((stdout, i) =>
        writes(daemon, i, { stdout, stderr: `err ${stdout}` }),
      );
      const goesOn = taskView('running', { index: 1 });
      stands(
        { job: jobAnswer('running', states({ running: 1, succeeded: 2 })), tasks: [a!, goesOn, c!] },
        { job: jobAnswer('succeeded', { tasks: 3 }), tasks: [a!, b!, c!] },
      );
      const { code, stdout, stderr } = await start('--array', '3', '--', 'x').ended;
      expect([code, stdout]).to.deep.equal([0, 'a\nb\nc\n']);
      expect(stderr.split('\n').filter((line) => line.startsWith('err'))).to.deep.equal(['err a', 'err b', 'err c']);
      expect(daemon.asked.indexOf(`GET /v1/tasks/${JOB}/0`), 'printed while the job goes on').to.be.lessThan(
        daemon.asked.lastIndexOf(`GET /v1/jobs/${JOB}`),
      );
    });

    it('should show all of a long output, and go on where one is gone', async () => {
      const long = 'x'.repeat(5000);
      const lost = taskView('succeeded', { index: 1, stdoutBytes: 5000, stderrBytes: 0 });
      const tasks = [writes(daemon, 0, { stdout: long }), lost, writes(daemon, 2, { stdout: 'y' })];
      stands({ job: jobAnswer('succeeded', { tasks: 3 }), tasks });
      const { code, stdout, stderr } = await start('--array', '3', '--', 'x').ended;
      expect([code, stdout]).to.deep.equal([0, `${long}y`]);
      expect(stderr).to.contain(`covey: the output of ${JOB}/1 is not to be had`);
    });

    it('should give objects with --json, and nothing with -q', async () => {
      const tasks = [0, 1, 2].map((index) => writes(daemon, index, index === 1 ? {} : { stdout: `${index}\n` }));
      const job = jobAnswer('succeeded', { tasks: 3 });
      stands({ job, tasks });
      expect(objects((await start('--json', '--array', '3', '--', 'x').ended).stdout)).to.deep.equal([
        { ...SUBMITTED, tasks: 3 },
        { task: `${JOB}/0`, stream: 'stdout', data: '0\n' },
        { task: `${JOB}/2`, stream: 'stdout', data: '2\n' },
        job,
      ]);
      expect(await start('-q', '--array', '3', '--', 'x').ended).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    });
  });

  it('should exit with 125 where covey fails, and with 2 where it was asked wrongly', async () => {
    const env = { COVEY_ADDR: '/tmp/covey-nobody-is-here.sock' };
    const { code, stderr } = await new Running(['run', '--', 'x'], { env }).ended;
    expect(code).to.equal(125);
    expect(stderr).to.match(/^covey: no daemon answers at \/tmp\/covey-nobody-is-here.sock/);
    expect((await covey(daemon.data, 'run')).code).to.equal(2);
    expect((await covey(daemon.data, 'run', '--frobnicate', '--', 'x')).code).to.equal(2);
  });

  it('should say how to follow again where the daemon went away', async () => {
    daemon.on(`GET /v1/tasks/${JOB}/0/logs`, (_seen, response) => void response.destroy());
    daemon.on(`GET /v1/tasks/${JOB}/0`, (_seen, response) => void response.destroy());
    const { code, stderr } = await start('--', 'x').ended;
    expect(code).to.equal(125);
    expect(stderr).to.contain(`\`covey logs -f ${JOB}\` follows it again`);
  });

  describe('signals', () => {
    it('should detach at the first Ctrl-C and cancel at the second', async () => {
      const task = goesOn();
      const running = start('--', 'x');
      await until('it follows', () => running.stdout === 'begun ');
      running.life.signal('SIGINT');
      await until('it says so', () =>
        running.stderr.includes(`detached from ${JOB}; follow it with \`covey logs -f ${JOB}\``),
      );
      expect(task.cancelled()).to.equal(false);
      running.life.signal('SIGINT');
      expect(await running.ended).to.include({ code: 130 });
      expect(task.cancelled()).to.equal(true);
      expect(running.stderr).to.contain(`cancelled ${JOB}`);
    });

    it('should leave the job alone where no second Ctrl-C comes', async () => {
      const task = goesOn();
      const running = start('--', 'x');
      await until('it follows', () => running.stdout === 'begun ');
      running.life.signal('SIGINT');
      expect((await running.ended).code).to.equal(130);
      expect(task.cancelled()).to.equal(false);
    });

    it('should detach at once when it is asked to end', async () => {
      const task = goesOn();
      const running = start('--', 'x');
      await until('it follows', () => running.stdout === 'begun ');
      const began = performance.now();
      running.life.signal('SIGTERM');
      expect((await running.ended).code).to.equal(143);
      expect(performance.now() - began).to.be.below(1_500);
      expect(task.cancelled()).to.equal(false);
    });
  });
});
