import { expect } from 'chai';
import { FakeDaemon } from '../client/support/fake-daemon.js';
import { JOB, jobAnswer, taskView, WHOLE } from '../client/support/views.js';
import { answerPages, answerTasks, objects, writes } from './support/answers.js';
import { covey } from './support/cli.js';

describe('logs', () => {
  let daemon: FakeDaemon;
  const run = (...argv: readonly string[]) => covey(daemon.data, ...argv);

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    daemon
      .answers(`GET /v1/jobs/${JOB}`, jobAnswer('succeeded'))
      .answers('GET /v1/jobs', { jobs: [jobAnswer('succeeded')], cursor: null, ...WHOLE });
  });
  afterEach(() => daemon.close());

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
    expect(objects((await run('logs', `${JOB}/0`, '--json', '--stdout')).stdout)).to.deep.equal([
      { task: `${JOB}/0`, stream: 'stdout', data: 'a' },
    ]);
  });

  it('should go through an array in order, and on where the output of a task is gone', async () => {
    answerTasks(daemon, 3);
    expect(await run('logs', JOB)).to.deep.equal({
      code: 3,
      stdout: 'ac',
      stderr: `bcovey: there is no /v1/tasks/${JOB}/1/logs\n`,
    });
  });

  it('should not wait for tasks that have not begun, unless it follows', async () => {
    answerPages(daemon, [taskView('succeeded'), taskView('pending', { index: 2, attempts: 0, startedAt: null })]);
    expect((await run('logs', JOB, '--stdout')).stdout).to.equal('a');
    expect((await run('logs', '-f', JOB, '--stdout')).stdout).to.equal('ac');
    expect(daemon.requests.at(-1)?.query).to.deep.equal({ stream: 'stdout', follow: '1' });
  });

  it('should pass over tasks that wrote nothing, and look for short output in the record', async () => {
    const long = 'long '.repeat(1000);
    const tasks = [{}, { stdout: 'short ', stderr: 'e' }, { stderr: 'only' }, { stdout: long }];
    answerPages(
      daemon,
      tasks.map((written, index) => writes(daemon, index, written)),
    );
    expect(await run('logs', JOB, '--stdout')).to.deep.equal({ code: 0, stdout: `short ${long}`, stderr: '' });
    expect(daemon.asked.filter((route) => route.includes('/v1/tasks/'))).to.have.members([
      `GET /v1/tasks/${JOB}/1`,
      `GET /v1/tasks/${JOB}/3/logs`,
    ]);
  });
});
