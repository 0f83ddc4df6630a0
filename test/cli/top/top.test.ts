import { expect } from 'chai';
import type { JobAnswer } from '../../../src/client/index.js';
import type { Sample } from '../../../src/cli/top/sample.js';
import { noCounts } from '../../../src/kernel/states.js';
import { FakeDaemon, json } from '../../client/support/fake-daemon.js';
import { JOB, jobAnswer, NODE, WHOLE } from '../../client/support/views.js';
import { until } from '../../support/until.js';
import { objects } from '../support/answers.js';
import { covey, Running } from '../support/cli.js';

const counts = (running: number, succeeded: number) => ({ ...noCounts(), running, succeeded });

describe('covey top', () => {
  let daemon: FakeDaemon;
  let job: JobAnswer;

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    job = jobAnswer('running', { tasks: 9, counts: counts(2, 1) });
    const member = { id: NODE, state: 'alive', self: true, addresses: [], boot: 1, version: '0.1.0', cpus: 2 };
    const load = { running: 2, queued: 4, waiting: 3, free: 0.5 };
    const resources = { cpus: 2, memBytes: 0, gpus: 0, custom: {} };
    const more = { load, resources, labels: {}, zone: '', draining: false, rttMs: null };
    daemon.answers('GET /v1/nodes', { nodes: [{ ...member, ...more }] });
    daemon.on('GET /v1/jobs', ({ query }, response) => {
      json(response, { jobs: query['state'] === job.state ? [job] : [], cursor: null, ...WHOLE });
    });
  });
  afterEach(() => daemon.close());

  it('should be a table, once, where nobody watches', async () => {
    const { code, stdout } = await covey(daemon.data, 'top');
    expect(code).to.equal(0);
    const lines = stdout.split('\n');
    expect(lines[0]).to.equal('1 of 1 nodes alive; tasks: 2 running, 4 queued, 3 waiting; 0.50 CPUs free');
    expect(lines[3]).to.match(/^fh3zLUJD\* +alive +2 +4 +3 +0\.50 +2 +-$/);
    expect(lines[6]).to.match(new RegExp(`^${JOB} +demo +running +1 succeeded, 2 running +- +`));
    job = jobAnswer('succeeded');
    expect((await covey(daemon.data, 'top')).stdout).to.contain('nothing runs, and nothing waits');
  });

  it('should be an object at each look, with rates from the second on, and end well with Ctrl-C', async () => {
    const running = new Running(['top', '--json', '-i', '200ms'], { env: { COVEY_DATA: daemon.data } });
    const samples = () => (running.stdout === '' ? [] : (objects(running.stdout) as Sample[]));
    await until('a first look', () => samples().length > 0);
    job = { ...job, counts: counts(2, 5) };
    await until('a rate', () => samples().some(({ endedPerSecond }) => (endedPerSecond ?? 0) > 0));
    running.life.signal('SIGINT');
    expect((await running.ended).code).to.equal(0);
    expect(samples()[0]).to.include({ endedPerSecond: null, running: 2, queued: 4, waiting: 3, free: 0.5, ...WHOLE });
  });
});
