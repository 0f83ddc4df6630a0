import { expect } from 'chai';
import { connect, type Flock } from '../../src/client/index.js';
import { until } from '../support/until.js';
import { FakeDaemon, json } from './support/fake-daemon.js';
import { JOB, jobAnswer, SUBMITTED } from './support/views.js';

const messageOf = (of: Promise<unknown>) =>
  of.then(
    () => 'none',
    (error: unknown) => (error as Error).message,
  );
const CALLEE = { module: '/srv/square.mjs' };

describe('a map that is aborted', () => {
  let daemon: FakeDaemon;
  let flock: Flock;

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    flock = connect({ addr: daemon.socket }, {});
    daemon
      .answers('POST /v1/jobs', SUBMITTED, 202)
      .answers(`POST /v1/jobs/${JOB}/cancel`, { job: JOB, cancelled: 1, degraded: false });
  });
  afterEach(async () => {
    flock.close();
    await daemon.close();
  });

  const asked = (what: string) => until(what, () => daemon.asked.includes(what));

  it('should submit nothing where it was so before', async () => {
    const results = flock.map(CALLEE, [1], { signal: AbortSignal.abort(new Error('enough')) });
    expect(await messageOf(results.toArray())).to.equal('enough');
    expect(daemon.asked).to.deep.equal([]);
  });

  it('should cancel what is being submitted once its id is known', async () => {
    let answer: () => void = () => undefined;
    daemon.on('POST /v1/jobs', (_seen, response) => void (answer = () => json(response, SUBMITTED, 202)));
    const abort = new AbortController();
    const results = flock.map(CALLEE, [1], { signal: abort.signal });
    await asked('POST /v1/jobs');
    const taken = messageOf(results.toArray());
    abort.abort(new Error('enough'));
    expect(await taken).to.equal('enough');
    answer();
    await asked(`POST /v1/jobs/${JOB}/cancel`);
  });

  it('should wait no longer for results, and cancel the job', async () => {
    daemon.answers(`GET /v1/jobs/${JOB}`, jobAnswer('running'));
    daemon.on(`GET /v1/jobs/${JOB}/results`, () => undefined);
    const abort = new AbortController();
    const taken = messageOf(flock.map(CALLEE, [1], { signal: abort.signal }).toArray());
    await asked(`GET /v1/jobs/${JOB}/results`);
    abort.abort(new Error('enough'));
    expect(await taken).to.equal('enough');
    await asked(`POST /v1/jobs/${JOB}/cancel`);
  });
});

describe('the results of a map', () => {
  const LEFT = 4_000;

  it('should be looked for few at a time while they come one by one, and by the page where they are there', async () => {
    const daemon = await FakeDaemon.start();
    const flock = connect({ addr: daemon.socket }, {});
    const limits: number[] = [];
    daemon
      .answers('POST /v1/jobs', { ...SUBMITTED, tasks: LEFT }, 202)
      .answers(`GET /v1/jobs/${JOB}`, jobAnswer('running'));
    daemon.on(`GET /v1/jobs/${JOB}/results`, ({ query }, response) => {
      const first = Number(query['after'] ?? -1) + 1;
      const limit = Number(query['limit']);
      limits.push(limit);
      const ended = limits.length === 1 ? 3 : LEFT;
      const results = Array.from({ length: Math.min(limit, LEFT - first) }, (_, i) => resultOf(first + i, i < ended));
      json(response, { results, next: null, partial: false, asked: 1, answered: 1 });
    });
    try {
      const results = await flock
        .map(
          CALLEE,
          Array.from({ length: LEFT }, (_, i) => i),
        )
        .toArray();
      expect(results).to.deep.equal(Array.from({ length: LEFT }, (_, i) => i));
      expect(limits).to.deep.equal([64, 64, 128, 256, 512, 1000, 1000, 1000, 1000]);
    } finally {
      flock.close();
      await daemon.close();
    }
  });
});

const resultOf = (index: number, hasEnded: boolean) => ({
  ...{ task: `${JOB}/${index}`, index, state: hasEnded ? 'succeeded' : 'queued', reason: null },
  ...{ result: hasEnded ? index : null, hasResult: hasEnded, outputs: null },
});
