import { expect } from 'chai';
import { FakeDaemon, json, problem } from '../client/support/fake-daemon.js';
import { JOB, jobAnswer, WHOLE } from '../client/support/views.js';
import { answerTasks } from './support/answers.js';
import { covey } from './support/cli.js';

const OTHER = 'k1111111111111111111';

describe('selecting', () => {
  let daemon: FakeDaemon;
  const run = (...argv: readonly string[]) => covey(daemon.data, ...argv);

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    daemon
      .answers(`GET /v1/jobs/${JOB}`, jobAnswer('succeeded'))
      .answers('GET /v1/jobs', { jobs: [jobAnswer('succeeded')], cursor: null, ...WHOLE });
  });
  afterEach(() => daemon.close());

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
    daemon.answers(`GET /v1/jobs/${OTHER}`, jobAnswer('cancelled', { job: OTHER, degraded: true }));
    const nothing = `${OTHER}: nothing was left to cancel: the job is cancelled (degraded: provisional)\n`;
    expect((await run('cancel', 'last')).stdout).to.equal(nothing);
    expect((await run('cancel', 'all', '-q')).stdout).to.equal(`${OTHER}\n${JOB}\n`);
    daemon.answers('GET /v1/jobs', { jobs: [], cursor: null, ...WHOLE });
    expect((await run('cancel', 'last')).code).to.equal(3);
    expect(await run('cancel', 'all')).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('should leave those out of all that tell of the end of others', async () => {
    const jobs = [jobAnswer('pending', { job: `uc${JOB}` }), jobAnswer('running')];
    daemon
      .answers('GET /v1/jobs', { jobs, cursor: null, ...WHOLE })
      .answers(`POST /v1/jobs/${JOB}/cancel`, { job: JOB, cancelled: 2 });
    expect((await run('cancel', 'all', '-q')).stdout).to.equal(`${JOB}\n`);
  });

  it('should not say that there is no job where not all have answered', async () => {
    daemon.answers('GET /v1/jobs', { jobs: [], cursor: null, ...WHOLE });
    expect((await run('ls')).stderr).to.contain('there is no such job');
    daemon.answers('GET /v1/jobs', { jobs: [], cursor: null, partial: true, asked: 3, answered: 2 });
    const { stderr } = await run('ls');
    expect(stderr).to.not.contain('no such job');
    expect(stderr).to.contain('2 of 3 nodes answered');
  });

  it('should not take for the last what only tells of its end', async () => {
    const notices = ['uu', 'uc', 'uu'].map((begin, i) => jobAnswer('pending', { job: `${begin}${JOB}${i}` }));
    daemon
      .on('GET /v1/jobs', ({ query }, response) => {
        const rest = query['cursor'] === undefined ? notices : [jobAnswer('running')];
        json(response, { jobs: rest, cursor: query['cursor'] === undefined ? 'more' : null, ...WHOLE });
      })
      .answers(`POST /v1/jobs/${JOB}/cancel`, { job: JOB, cancelled: 1 });
    expect((await run('cancel', 'last', '-q')).stdout).to.equal(`${JOB}\n`);
  });

  it('should say with the words of the daemon that no task has such an index', async () => {
    answerTasks(daemon, 3);
    const none = `job ${JOB} has tasks 0-2; there is no task 7`;
    daemon.on(`GET /v1/tasks/${JOB}/7`, (_seen, response) => problem(response, 404, 'not-found', none));
    for (const command of ['show', 'logs', 'wait', 'cancel', 'retry', 'explain']) {
      expect(await run(command, `${JOB}/7-9`), command).to.deep.equal({
        code: 3,
        stdout: '',
        stderr: `covey: ${none}\n`,
      });
    }
    expect((await run('show', `${JOB}/0-2`, '--state', 'failed')).code, 'there are such tasks').to.equal(0);
  });

  it('should cancel single tasks, and of a range those that have not ended', async () => {
    answerTasks(daemon, 6, { 1: 'running', 3: 'pending', 4: 'running' });
    for (const index of [1, 3, 5]) {
      daemon.answers(`POST /v1/tasks/${JOB}/${index}/cancel`, { job: JOB, cancelled: 1 });
    }
    expect((await run('cancel', `${JOB}/5`)).stdout).to.equal(`${JOB}/5: 1 task cancelled\n`);
    expect((await run('cancel', `${JOB}/1-5:2`)).stdout).to.equal(`${JOB}/1-5:2: 2 tasks cancelled\n`);
  });
});
