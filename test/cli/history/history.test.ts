import { expect } from 'chai';
import type { JobAnswer } from '../../../src/client/index.js';
import { noCounts } from '../../../src/kernel/states.js';
import { FakeDaemon, json, problem } from '../../client/support/fake-daemon.js';
import { JOB, jobAnswer, NODE, taskView, WHOLE } from '../../client/support/views.js';
import { answerPages, answerTasks, objects } from '../support/answers.js';
import { covey } from '../support/cli.js';

const OTHER = 'k1111111111111111111';
const ENDED = '2026-11-21T09:00:03.250Z';

describe('covey history', () => {
  let daemon: FakeDaemon;
  const run = (...argv: readonly string[]) => covey(daemon.data, 'history', ...argv);
  const lists = (...jobs: readonly JobAnswer[]) => daemon.answers('GET /v1/jobs', { jobs, cursor: null, ...WHOLE });

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
  });
  afterEach(() => daemon.close());

  it('should write what ended as CSV, with how long it waited and ran', async () => {
    lists(jobAnswer('failed', { name: 'build, "test"', tasks: 3 }));
    answerPages(daemon, [
      taskView('succeeded', { finishedAt: ENDED, cpuMs: 1980, peakBytes: 4096 }),
      taskView('running', { index: 1 }),
      taskView('failed', { index: 2, startedAt: null, executor: null, exitCode: 137, signal: 'SIGKILL', attempts: 2 }),
    ]);
    const at = '2026-11-21T09:00:00.000Z';
    expect(await run('--format', 'csv')).to.deep.equal({
      code: 0,
      stderr: '',
      stdout: [
        'task,job,name,index,state,exitCode,signal,attempts,run,node,submittedAt,startedAt,finishedAt,waitMs,runMs,cpuMs,peakBytes,reason,degraded',
        `${JOB}/0,${JOB},"build, ""test""",0,succeeded,0,,1,1,${NODE},${at},2026-11-21T09:00:01.000Z,${ENDED},1000,2250,1980,4096,,false`,
        `${JOB}/2,${JOB},"build, ""test""",2,failed,137,SIGKILL,2,1,,${at},,,,,,,,false`,
        '',
      ].join('\r\n'),
    });
  });

  it('should write the same as objects, an id a line, and a table', async () => {
    lists(jobAnswer('succeeded'));
    answerPages(daemon, [taskView('succeeded', { finishedAt: ENDED, cpuMs: 1980 })]);
    const { stdout } = await run('--json');
    expect(objects(stdout)).to.have.length(1);
    const used = { cpuMs: 1980, peakBytes: null };
    expect(objects(stdout)[0]).to.include({
      task: `${JOB}/0`,
      name: 'demo',
      exitCode: 0,
      waitMs: 1000,
      runMs: 2250,
      ...used,
    });
    expect((await run('--format', 'json')).stdout).to.equal(stdout);
    expect((await run('-q')).stdout).to.equal(`${JOB}/0\n`);
    expect((await run()).stdout).to.match(
      /^TASK +STATE +EXIT .*NAME\nk.*\/0 +succeeded +0 +1 +1\.0s +2\.3s +2\.0s +- +fh3zLUJD +\S.* demo\n$/,
    );
  });

  it('should write jobs with --jobs', async () => {
    const counts = { ...noCounts(), failed: 1, succeeded: 2 };
    lists(jobAnswer('failed', { tasks: 3, counts, finishedAt: ENDED }), jobAnswer('running', { job: OTHER }));
    const [head, line, ...rest] = (await run('--jobs', '--format', 'csv')).stdout.split('\r\n');
    expect(head).to.equal(
      'job,name,state,tasks,succeeded,failed,cancelled,timed-out,interrupted,expired,run,submittedAt,finishedAt,tookMs,reason,degraded',
    );
    expect(line).to.equal(`${JOB},demo,failed,3,2,1,0,0,0,0,1,2026-11-21T09:00:00.000Z,${ENDED},3250,,false`);
    expect(rest).to.deep.equal(['']);
    expect((await run('--jobs')).stdout).to.match(/\nk.* +failed +3\.3s +\S.* 1 failed, 2 succeeded +demo\n$/);
    await run('--jobs', '--state', 'failed');
    expect(daemon.requests.at(-1)?.query['state']).to.equal('failed');
  });

  it('should ask only for tasks that may be wanted', async () => {
    const old = { job: OTHER, name: 'other', finishedAt: ENDED };
    const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
    lists(jobAnswer('succeeded', old), jobAnswer('running', { counts: { ...noCounts(), running: 1, failed: 2 } }));
    answerPages(daemon, [
      taskView('failed', { index: 0, finishedAt: ago(7_300_000) }),
      taskView('failed', { index: 1, finishedAt: ago(7_000_000) }),
    ]);
    for (const filter of [
      ['--since', '2h'],
      ['--name', 'dem', '--since', '2h'],
      ['--state', 'failed', '-n', '1'],
    ]) {
      daemon.requests.length = 0;
      const first = filter.includes('-n') ? 0 : 1;
      expect((await run('-q', ...filter)).stdout).to.equal(`${JOB}/${first}\n`);
      expect(daemon.asked).to.deep.equal(['GET /v1/jobs', `GET /v1/jobs/${JOB}/tasks`]);
    }
    expect((await run('-q', '--name', 'none')).stdout).to.equal('');
    expect((await run('--name', 'none')).stderr).to.equal('covey: nothing of the kind has ended\n');
  });

  it('should follow the pages, and show the first fifty in a table', async () => {
    lists(jobAnswer('succeeded', { tasks: 2_500 }));
    answerTasks(daemon, 2_500);
    expect((await run('--format', 'csv')).stdout.trim().split('\r\n')).to.have.length(2_501);
    expect(daemon.requests.map(({ query }) => query['after'])).to.deep.equal([undefined, undefined, '999', '1999']);
    const { stdout, stderr } = await run();
    expect(stdout.trim().split('\n')).to.have.length(51);
    expect(stderr).to.equal('covey: there are more; --limit takes more of them, --format csv all\n');
    expect((await run('--limit', '7')).stdout.trim().split('\n')).to.have.length(8);
  });

  it('should say once what is missing, with exit code 1, and go on', async () => {
    lists(jobAnswer('succeeded', { job: OTHER }), jobAnswer('succeeded'));
    daemon
      .on(`GET /v1/jobs/${OTHER}/tasks`, (_seen, response) => problem(response, 404, 'not-found', 'it is gone'))
      .on(`GET /v1/jobs/${JOB}/tasks`, ({ query }, response) => {
        const index = query['after'] === undefined ? 0 : 1;
        const page = { tasks: [taskView('succeeded', { index })], next: index === 0 ? 0 : null };
        json(response, { ...page, partial: true, asked: 3, answered: 2 });
      });
    expect(await run('-q')).to.deep.equal({
      code: 1,
      stdout: `${JOB}/0\n${JOB}/1\n`,
      stderr: `covey: it is gone\ncovey: 2 of 3 nodes answered: tasks of ${JOB} may be missing (hint: try again)\n`,
    });
  });

  it('should refuse what makes no sense', async () => {
    for (const [argv, what] of [
      [['--json', '--format', 'csv'], /ask for different things.*give one of them/],
      [['--state', 'running'], /Allowed choices are succeeded, failed/],
      [['--since', 'noon'], /--since: "noon" is not a duration/],
    ] as const) {
      const { code, stdout, stderr } = await run(...argv);
      expect([code, stdout]).to.deep.equal([2, '']);
      expect(stderr).to.match(what);
    }
  });
});
