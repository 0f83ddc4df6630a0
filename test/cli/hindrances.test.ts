import { expect } from 'chai';
import { FakeDaemon, json, problem } from '../client/support/fake-daemon.js';
import { JOB, jobAnswer, SUBMITTED, taskDetail } from '../client/support/views.js';
import { until } from '../support/until.js';
import { Running } from './support/cli.js';

const FULL = 'the disk of node Wfh3zLUJ takes no writes: no space left on device';

describe('whoever waits', function () {
  this.timeout(30_000);
  let daemon: FakeDaemon;
  let isEnded: boolean;
  let looks: readonly ('full' | 'away' | 'well')[];

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    isEnded = false;
    looks = [];
    let look = 0;
    daemon
      .answers('POST /v1/jobs', SUBMITTED, 202)
      .on(`GET /v1/tasks/${JOB}/0/logs`, async (_seen, response) => {
        await until('it has ended', () => isEnded, 25_000);
        response.end('');
      })
      .on(`GET /v1/tasks/${JOB}/0`, (_seen, response) => json(response, taskDetail('succeeded')))
      .on(`GET /v1/jobs/${JOB}`, async ({ query }, response) => {
        if ('waitMs' in query) await until('it has ended', () => isEnded, 25_000);
        if (isEnded) return json(response, jobAnswer('succeeded'));
        const found = 'waitMs' in query ? 'well' : (looks[Math.min(look++, looks.length - 1)] ?? 'well');
        if (found === 'away') return problem(response, 503, 'unavailable', 'too few replicas are there');
        json(response, jobAnswer('running', { hindrance: found === 'full' ? FULL : null }));
      });
  });
  afterEach(() => daemon.close());

  for (const argv of [
    ['run', '--', 'x'],
    ['wait', JOB],
  ]) {
    it(`should hear from \`covey ${argv[0]}\` what keeps it waiting, whenever that changes`, async () => {
      // The first look of \`wait\` is for the job's id.
      looks = [...(argv[0] === 'wait' ? ['well' as const] : []), 'full', 'full', 'away', 'well'];
      const running = new Running(argv, { env: { COVEY_DATA: daemon.data } });
      const cannot = `covey: job ${JOB} cannot come to its end now`;
      const lines = [
        `${cannot}: ${FULL}; waiting`,
        `${cannot}: too few replicas are there; waiting`,
        `covey: job ${JOB} goes on`,
      ];
      const said = () => running.stderr.trim().split('\n');
      await until('it has said all', () => said().length >= lines.length, 25_000);
      isEnded = true;
      expect((await running.ended).code).to.equal(0);
      expect(said()).to.deep.equal(lines);
    });
  }
});
