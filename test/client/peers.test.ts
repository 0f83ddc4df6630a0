import { expect } from 'chai';
import { connect, type Event, type Flock, type FlockEvent } from '../../src/client/index.js';
import { FRAMES } from '../../src/kernel/frames.js';
import { failure } from '../support/failure.js';
import { FakeDaemon } from './support/fake-daemon.js';
import { BODY, JOB, jobAnswer, SUBMITTED, taskView, WHOLE } from './support/views.js';

describe('a flock of several daemons', () => {
  let one: FakeDaemon;
  let two: FakeDaemon;
  let flock: Flock;

  beforeEach(async () => {
    one = await FakeDaemon.start();
    two = await FakeDaemon.start();
    flock = connect({ addr: [one.socket, two.socket] }, {});
  });
  afterEach(async () => {
    flock.close();
    await one.close();
    await two.close();
  });

  it('should ask the next where one is not there, and stay with that', async () => {
    two.answers(`GET /v1/jobs/${JOB}`, jobAnswer('running'));
    await one.close();
    expect((await flock.job(JOB)).state).to.equal('running');
    expect((await flock.job(JOB)).state).to.equal('running');
    expect(two.requests).to.have.length(2);
    expect(flock.address).to.equal(two.socket);
  });

  it('should go on waiting elsewhere when a daemon goes in the middle', async () => {
    one.on(`GET /v1/jobs/${JOB}`, (_seen, response) => void response.destroy());
    two.answers(`GET /v1/jobs/${JOB}`, jobAnswer('succeeded'));
    expect((await flock.wait(JOB)).state).to.equal('succeeded');
  });

  it('should say so where none of them answers, and ask each once', async () => {
    await one.close();
    await two.close();
    expect((await failure(flock.job(JOB))).code).to.equal('no-daemon');
  });

  it('should submit again elsewhere under the same key, and say that it is again', async () => {
    one.on('POST /v1/jobs', (_seen, response) => void response.destroy());
    two.answers('POST /v1/jobs', SUBMITTED, 202);
    expect((await flock.submit(BODY)).job).to.equal(JOB);
    const [first, second] = [one.requests[0]?.headers, two.requests[0]?.headers];
    expect(second?.['idempotency-key']).to.equal(first?.['idempotency-key']);
    expect(second?.['covey-repeat']).to.equal('unknown');
  });

  it('should ask nobody else what is about the daemon itself', async () => {
    one.on('GET /v1/node', (_seen, response) => void response.destroy());
    expect((await failure(flock.self())).code).to.equal('unavailable');
    expect(two.requests).to.deep.equal([]);
  });

  it('should go on with output where it was', async () => {
    const path = `GET /v1/tasks/${JOB}/0/logs`;
    const head = (offset: number, bytes: number) => `${JSON.stringify({ offset, bytes, at: '4@n1' })}\n`;
    one.on(path, (_seen, response) => {
      response.writeHead(200, { 'content-type': FRAMES });
      response.write(`${head(0, 6)}abc`, () => setTimeout(() => response.destroy(), 20));
    });
    two.on(path, (_seen, response) => void response.writeHead(200, { 'content-type': FRAMES }).end(`${head(3, 3)}def`));
    const got: Uint8Array[] = [];
    for await (const data of flock.logs(`${JOB}/0`, { follow: true })) got.push(data);
    expect(Buffer.concat(got).toString()).to.equal('abcdef');
    expect(two.requests[0]?.query).to.deep.equal({ stream: 'stdout', follow: '1', offset: '3', at: '4@n1' });
  });

  const sse = (...events: readonly [id: string, event: FlockEvent][]) => {
    return events.map(([id, event]) => `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`).join('');
  };
  const ended = (index: number): FlockEvent => ({
    ...{ event: 'task', task: `${JOB}/${index}`, job: JOB, index, state: 'succeeded', run: 1, epoch: 1 },
    ...{ executor: 'n', at: '2026-11-21T09:00:01.000Z' },
  });
  const OPEN: FlockEvent = { event: 'open', job: JOB };

  it('should go on with events after the last that came', async () => {
    one.on('GET /v1/events', (_seen, response) => {
      response.write(sse(['a', OPEN], ['b', ended(1)]), () => setTimeout(() => response.destroy(), 20));
    });
    two.on('GET /v1/events', (_seen, response) => void response.write(sse(['c', ended(2)])));
    const got: Event[] = [];
    for await (const event of flock.events({ job: JOB })) {
      got.push(event);
      if (event.id === 'c') break;
    }
    expect(got.map(({ id }) => id)).to.deep.equal(['a', 'b', 'c']);
    expect(two.requests[0]?.headers['last-event-id']).to.equal('b');
    expect(two.requests[0]?.query).to.deep.equal({ job: JOB });
  });

  it('should end events with their signal, and at a job that is not there', async () => {
    one.on('GET /v1/events', (_seen, response) => void response.write(sse(['a', OPEN])));
    const stop = new AbortController();
    const events = flock.events({ job: JOB, signal: stop.signal });
    await events.next();
    stop.abort();
    const end = await events.next().catch((error: unknown) => error);
    expect(end).to.equal(stop.signal.reason);
    const other = flock.events({ job: 'zzzzzzzz' });
    one.on('GET /v1/events', (_seen, response) => {
      response.writeHead(404).end(JSON.stringify({ code: 'not-found', detail: 'no job' }));
    });
    expect((await failure(other.next())).code).to.equal('not-found');
  });

  it('should give each task once as it ends, those too of which no event came', async () => {
    let isOver = false;
    const tasks = [0, 1, 2].map((index) => taskView('running', { index }));
    const end = (index: number) => (tasks[index] = taskView('succeeded', { index }));
    one.on(`GET /v1/jobs/${JOB}/tasks`, ({ query }, response) => {
      const after = Number(query['after'] ?? -1);
      const page = tasks.filter(({ index }) => index > after).slice(0, Number(query['limit']));
      response.end(JSON.stringify({ tasks: page, next: null, ...WHOLE }));
    });
    one.on(`GET /v1/jobs/${JOB}`, (_seen, response) => {
      const answer = () => response.end(JSON.stringify(jobAnswer(isOver ? 'succeeded' : 'running', { tasks: 3 })));
      setTimeout(answer, 60);
    });
    one.on('GET /v1/events', (_seen, response) => {
      response.write(sse(['a', OPEN]));
      end(1);
      response.write(sse(['b', ended(1)], ['c', ended(1)]));
    });
    const got: number[] = [];
    for await (const task of flock.asCompleted(JOB)) {
      got.push(task.index);
      end(0);
      end(2);
      isOver = true;
    }
    expect(got).to.deep.equal([1, 0, 2]);
  });
});
