import { expect } from 'chai';
import { FakeDaemon } from '../client/support/fake-daemon.js';
import { JOB, jobAnswer, WHOLE } from '../client/support/views.js';
import { covey, Running, type Given } from './support/cli.js';

describe('covey abandon', () => {
  let daemon: FakeDaemon;
  const post = `POST /v1/jobs/${JOB}/abandon`;
  const typing = (given: Given) => new Running(['abandon', JOB], { ...given, env: { COVEY_DATA: daemon.data } }).ended;

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    daemon
      .answers('GET /v1/jobs', { jobs: [jobAnswer('pending')], cursor: null, ...WHOLE })
      .answers(post, { job: JOB, cancelled: 3, degraded: true });
  });
  afterEach(() => daemon.close());

  it('should end a job of which nobody can say how it stands', async () => {
    const { code, stdout } = await covey(daemon.data, 'abandon', JOB, '--yes');
    expect(code).to.equal(0);
    expect(stdout).to.equal(`${JOB}: abandoned, 3 tasks cancelled (degraded: provisional)\n`);
    expect(daemon.asked).to.deep.equal(['GET /v1/jobs', post]);
    const { stdout: json } = await covey(daemon.data, 'abandon', JOB, '--yes', '--json');
    expect(JSON.parse(json)).to.deep.equal({ job: JOB, cancelled: 3, degraded: true });
  });

  it('should ask first, and do nothing but on a yes', async () => {
    const { code, stderr } = await typing({ isWatched: true, stdin: 'y\n' });
    expect(code).to.equal(0);
    expect(stderr).to.contain(`give up the dead replicas of job ${JOB}, and end what has not ended? [y/N] `);
    for (const stdin of ['n\n', '\n', '']) {
      const ended = await typing({ isWatched: true, stdin });
      expect(ended.code).to.equal(1);
      expect(ended.stderr).to.contain('covey: nothing was done');
    }
    expect(daemon.asked.filter((asked) => asked === post)).to.have.length(1);
  });

  it('should not go on unasked where there is no terminal, nor with a part of a job', async () => {
    const { code, stderr } = await typing({ stdin: 'y\n' });
    expect(code).to.equal(2);
    expect(stderr).to.contain('no terminal to ask at (hint: add --yes)');
    expect((await covey(daemon.data, 'abandon', `${JOB}/1`, '--yes')).stderr).to.contain(
      'only whole jobs are abandoned',
    );
    expect(daemon.asked).not.to.include(post);
  });
});
