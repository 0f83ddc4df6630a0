import { expect } from 'chai';
import type { JobAnswer } from '../../../src/client/index.js';
import { FakeDaemon, json } from '../../client/support/fake-daemon.js';
import { jobAnswer, WHOLE } from '../../client/support/views.js';
import { covey } from '../support/cli.js';

const [SPLIT, COUNT, ALARM, GONE] = ['ksplit', 'kcount', 'kalarm', 'kgone'];

describe('covey show --graph', () => {
  let daemon: FakeDaemon;

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    const jobs: readonly JobAnswer[] = [
      jobAnswer('succeeded', { job: SPLIT, name: 'split', after: [{ job: GONE, on: 'ok' }] }),
      jobAnswer('running', { job: COUNT, name: 'count', tasks: 3, after: [{ job: SPLIT, on: 'ok' }] }),
      jobAnswer('pending', { job: ALARM, name: 'alarm', after: [{ job: COUNT, on: 'fail' }] }),
    ];
    for (const job of jobs) daemon.answers(`GET /v1/jobs/${job.job}`, job);
    daemon.on('GET /v1/jobs', ({ query }, response) => {
      const waiting = jobs.filter(({ after }) => after.some(({ job }) => job === query['after']));
      json(response, { jobs: waiting, cursor: null, ...WHOLE });
    });
  });
  afterEach(() => daemon.close());

  it('should draw all that a job waits for, and all that waits for it', async () => {
    expect(await covey(daemon.data, 'show', COUNT, '--graph')).to.deep.equal({
      code: 0,
      stderr: '',
      stdout: [
        '●  kgone  not kept any more, or not to be reached',
        '│',
        '●  split ksplit  succeeded',
        '│',
        '●  count kcount  running, 3 running  <',
        '│',
        '●  alarm kalarm  pending, if count fails',
        '',
      ].join('\n'),
    });
  });

  it('should be one object with --json', async () => {
    const { stdout } = await covey(daemon.data, 'show', ALARM, '--graph', '--json');
    const { jobs, ...rest } = JSON.parse(stdout) as { readonly jobs: readonly JobAnswer[] };
    expect(rest).to.deep.equal({ job: ALARM, unknown: [GONE], more: false, ...WHOLE });
    expect(jobs.map(({ job }) => job)).to.have.members([SPLIT, COUNT, ALARM]);
  });
});
