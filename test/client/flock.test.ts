import { expect } from 'chai';
import { connect, type Flock } from '../../src/client/index.js';
import { failure } from '../support/failure.js';
import { until } from '../support/until.js';
import { FakeDaemon, json, problem } from './support/fake-daemon.js';
import { JOB, jobAnswer, NODE, taskDetail, WHOLE } from './support/views.js';

describe('flock', () => {
  let daemon: FakeDaemon;
  let flock: Flock;

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    flock = connect({ data: daemon.data }, {});
  });
  afterEach(async () => {
    flock.close();
    await daemon.close();
  });

  it('should ask what the API describes', async () => {
    const task = `/v1/tasks/${JOB}/3`;
    daemon
      .answers(`GET /v1/jobs/${JOB}`, jobAnswer('running'))
      .answers('GET /v1/jobs', { jobs: [], cursor: null, ...WHOLE })
      .answers(`GET /v1/jobs/${JOB}/tasks`, { tasks: [], next: null, ...WHOLE })
      .answers(`GET ${task}`, taskDetail('running', { index: 3 }))
      .answers(`GET ${task}/explain`, { task: `${JOB}/3` })
      .answers(`POST ${task}/cancel`, { job: JOB, cancelled: 1 })
      .answers(`POST /v1/jobs/${JOB}/cancel`, { job: JOB, cancelled: 9 })
      .answers('GET /v1/nodes', { nodes: [] })
      .answers('GET /v1/ring', { key: 'a b', hash: 1, candidates: [] })
      .answers('GET /v1/node', { node: NODE })
      .answers('POST /v1/node/leave', { leaving: true });

    expect((await flock.job(JOB)).state).to.equal('running');
    await flock.jobs({ limit: 5, cursor: 'c', prefix: 'k0', state: 'failed' });
    await flock.tasks(JOB, { after: 7, limit: 2, state: undefined });
    expect((await flock.task(`${JOB}/3`)).index).to.equal(3);
    await flock.explain(`${JOB}/3`);
    expect((await flock.cancel(`${JOB}/3`)).cancelled).to.equal(1);
    expect((await flock.cancel(JOB)).cancelled).to.equal(9);
    await flock.nodes();
    await flock.ring('a b');
    expect((await flock.self()).node).to.equal(NODE);
    await flock.leave();

    expect(daemon.asked).to.deep.equal([
      `GET /v1/jobs/${JOB}`,
      'GET /v1/jobs',
      `GET /v1/jobs/${JOB}/tasks`,
      `GET ${task}`,
      `GET ${task}/explain`,
      `POST ${task}/cancel`,
      `POST /v1/jobs/${JOB}/cancel`,
      'GET /v1/nodes',
      'GET /v1/ring',
      'GET /v1/node',
      'POST /v1/node/leave',
    ]);
    expect(daemon.requests[1]?.query).to.deep.equal({ limit: '5', cursor: 'c', prefix: 'k0', state: 'failed' });
    expect(daemon.requests[2]?.query).to.deep.equal({ after: '7', limit: '2' });
    expect(daemon.requests[8]?.query).to.deep.equal({ key: 'a b' });
  });

  it('should turn a problem into an error with its code and hint', async () => {
    daemon.on(`GET /v1/jobs/${JOB}`, (_seen, response) => problem(response, 404, 'not-found', 'no such job', 'look'));
    const error = await failure(flock.job(JOB));
    expect(error).to.include({ code: 'not-found', message: 'no such job', hint: 'look' });
  });

  it('should call an unknown code and an answer of something else a failure', async () => {
    daemon.on('GET /v1/nodes', (_seen, response) => problem(response, 500, 'brand-new', 'news'));
    expect(await failure(flock.nodes())).to.include({ code: 'failed', message: 'news' });
    daemon.on('GET /v1/nodes', (_seen, response) => void response.end('<html>'));
    expect(await failure(flock.nodes())).to.include({ code: 'failed', message: `${daemon.socket} answered 200` });
  });

  it('should say that no daemon answers, and what to do', async () => {
    const alone = connect({ data: '/tmp/covey-nobody-is-here' }, {});
    const error = await failure(alone.nodes());
    expect(error).to.include({
      code: 'no-daemon',
      message: 'no daemon answers at /tmp/covey-nobody-is-here/covey.sock',
      hint: 'start one with `covey up`, or name another with --addr',
    });
    alone.close();
  });

  it('should ask once more where the connection was lost', async () => {
    let times = 0;
    daemon.on('GET /v1/nodes', (_seen, response) => {
      times += 1;
      if (times === 1) response.destroy();
      else json(response, { nodes: [] });
    });
    expect(await flock.nodes()).to.deep.equal({ nodes: [] });
    daemon.on('GET /v1/nodes', (_seen, response) => void response.destroy());
    expect((await failure(flock.nodes())).code).to.equal('unavailable');
  });

  it('should not wait for ever for a daemon that hangs', async () => {
    daemon.on('GET /v1/node', () => undefined);
    expect((await failure(flock.self({ timeoutMs: 20 }))).code).to.equal('unavailable');
  });

  it('should refuse ids that are none before it asks', async () => {
    expect((await failure(() => flock.job('../x'))).code).to.equal('usage');
    expect((await failure(() => flock.task(JOB))).code).to.equal('usage');
    expect(daemon.requests).to.deep.equal([]);
  });

  describe('waiting', () => {
    it('should ask again until the job is terminal, and report each look', async () => {
      const states = ['pending', 'running', 'succeeded'] as const;
      let turn = 0;
      daemon.on(`GET /v1/jobs/${JOB}`, (_seen, response) => json(response, jobAnswer(states[turn++] ?? 'failed')));
      const looks: string[] = [];
      const end = await flock.wait(JOB, { onProgress: ({ state }) => looks.push(state) });
      expect(end.state).to.equal('succeeded');
      expect(looks).to.deep.equal(states);
      expect(daemon.requests.map(({ query }) => query['waitMs'])).to.deep.equal(['500', '500', '500']);
    });

    it('should bear that too few replicas are there, for a time', async () => {
      let turn = 0;
      daemon.on(`GET /v1/jobs/${JOB}`, (_seen, response) => {
        if (turn++ < 2) problem(response, 503, 'unavailable', 'too few replicas');
        else json(response, jobAnswer('succeeded'));
      });
      expect((await flock.wait(JOB)).state).to.equal('succeeded');
      expect(turn).to.equal(3);
    });

    it('should say that it is unavailable when the time is up meanwhile', async () => {
      daemon.on(`GET /v1/jobs/${JOB}`, (_seen, response) => {
        problem(response, 503, 'unavailable', 'too few replicas');
      });
      expect(await failure(flock.wait(JOB, { timeoutMs: 300 }))).to.include({ code: 'unavailable' });
    });

    it('should let the daemon wait as long as it may where nobody looks on', async () => {
      daemon.answers(`GET /v1/jobs/${JOB}`, jobAnswer('failed'));
      await flock.wait(JOB);
      expect(daemon.requests[0]?.query).to.deep.equal({ waitMs: '60000' });
    });

    it('should give up in time', async () => {
      daemon.answers(`GET /v1/jobs/${JOB}`, jobAnswer('running'));
      expect((await failure(flock.wait(JOB, { timeoutMs: 60 }))).code).to.equal('timed-out');
    });

    it('should end with its signal', async () => {
      daemon.on(`GET /v1/jobs/${JOB}`, () => undefined);
      const stop = new AbortController();
      const waiting = flock.wait(JOB, { signal: stop.signal }).then(
        () => undefined,
        (error: unknown) => error,
      );
      await until('it waits', () => daemon.requests.length === 1);
      stop.abort();
      expect(await waiting).to.equal(stop.signal.reason);
    });
  });

  describe('logs', () => {
    const path = `GET /v1/tasks/${JOB}/0/logs`;

    it('should give the bytes as they come', async () => {
      const raw = Buffer.from([0, 255, 10, 195]);
      daemon.on(path, (_seen, response) => {
        response.write(raw.subarray(0, 2));
        setImmediate(() => response.end(raw.subarray(2)));
      });
      const got: Uint8Array[] = [];
      const query = { stream: 'stderr', offset: 7, follow: true } as const;
      for await (const chunk of flock.logs(`${JOB}/0`, query)) got.push(chunk);
      expect(Buffer.concat(got)).to.deep.equal(raw);
      expect(daemon.requests[0]?.query).to.deep.equal({ stream: 'stderr', offset: '7', follow: '1' });
    });

    it('should end the request when the loop is left', async () => {
      let closed = false;
      daemon.on(path, (_seen, response) => {
        response.on('close', () => (closed = true));
        response.write('first');
      });
      for await (const chunk of flock.logs(`${JOB}/0`, { follow: true })) {
        expect(Buffer.from(chunk).toString()).to.equal('first');
        break;
      }
      await until('the request has ended', () => closed);
    });

    it('should tell a broken stream from a finished one', async () => {
      daemon.on(path, (_seen, response) => {
        response.write('half');
        setImmediate(() => response.destroy());
      });
      const read = async () => {
        for await (const chunk of flock.logs(`${JOB}/0`)) expect(Buffer.from(chunk).toString()).to.equal('half');
      };
      expect((await failure(read())).code).to.equal('unavailable');
    });

    it('should turn a problem into an error', async () => {
      daemon.on(path, (_seen, response) => problem(response, 404, 'not-found', 'no such task'));
      expect((await failure(flock.logs(`${JOB}/0`).next())).code).to.equal('not-found');
    });
  });
});
