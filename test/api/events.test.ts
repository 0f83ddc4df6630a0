import { expect } from 'chai';
import { until } from '../support/until.js';
import { EventStream } from './support/event-stream.js';
import { refused } from './support/refused.js';
import { Served } from './support/served.js';

describe('events', () => {
  let served: Served;
  const streams: EventStream[] = [];
  before(async () => (served = await Served.start()));
  after(() => served.stop());
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.leave();
  });

  const follow = async (query = '', lastId?: string) => {
    const stream = await EventStream.open(served.daemon.ready.socket, query, lastId);
    streams.push(stream);
    return stream;
  };
  const array = (count: number, argv = ['true']) => {
    return served.submit({ argv, tasks: { kind: 'range', first: 0, last: count - 1, step: 1 } });
  };

  it('should tell what becomes of jobs and tasks', async () => {
    const stream = await follow();
    await stream.until('open');
    expect(stream.response.headers['content-type']).to.equal('text/event-stream');
    const job = await served.submit({});
    await stream.until('job succeeded');
    const own = stream.received.filter(({ data }) => data.event !== 'open' && data.event !== 'gap' && data.job === job);
    expect(stream.told.filter((told) => told.startsWith('0 ')).at(-1)).to.equal('0 succeeded');
    const last = own.find(({ data }) => data.event === 'task' && data.state === 'succeeded');
    expect(last?.data).to.include({ task: `${job}/0`, run: 1, executor: served.daemon.ready.node });
  });

  it('should tell of one job only, and begin with how it stands', async () => {
    const sleeping = await served.submit({ argv: ['sleep', '60'] });
    const stream = await follow(`?job=${sleeping}`);
    await until('it stands', () => Promise.resolve(stream.told.some((told) => told.startsWith('job '))));
    const ran = await served.ran({});
    await served.post(`/v1/jobs/${sleeping}/cancel`);
    await stream.until('job cancelled');
    expect(stream.told.slice(0, 1)).to.deep.equal(['open']);
    expect(stream.told).to.include('0 cancelled');
    expect(JSON.stringify(stream.received)).to.not.include(ran);
    const ended = await follow(`?job=${ran}`);
    await ended.until('job succeeded');
    expect(ended.told).to.deep.equal(['open', 'job succeeded']);
  });

  it('should go on after the last event that came, and lose none', async () => {
    const job = await array(6, ['sleep', '0.05']);
    const first = await follow(`?job=${job}`);
    await until('one has ended', () => Promise.resolve(first.told.some((told) => told.endsWith(' succeeded'))));
    first.leave();
    const lastId = first.received.at(-1)?.id;
    await served.get(`/v1/jobs/${job}?waitMs=10000`);
    const second = await follow(`?job=${job}`, lastId);
    await second.until('job succeeded');
    const all = [...first.told, ...second.told];
    await until('all have come', () => {
      const told = new Set([...first.told, ...second.told]);
      return Promise.resolve([0, 1, 2, 3, 4, 5].every((index) => told.has(`${index} succeeded`)));
    });
    expect(all).to.not.include('gap');
  });

  it('should say that some are forgotten where a resume comes too late', async () => {
    const job = await served.ran({});
    const stream = await follow(`?job=${job}`);
    await stream.until('job succeeded');
    const [since = ''] = (stream.received[0]?.id ?? '').split('.');
    const tail = served.daemon.ready.node.slice(-10);
    const late = await follow(`?job=${job}`, `${since}.${tail}-0-5`.replace('-0-', '-zz-'));
    await late.until('gap');
  });

  it('should refuse unknown jobs and strange ids', async () => {
    await refused(served.get('/v1/events?job=zzzzzzzz'), 404, 'not-found', /no job/);
    await refused(served.get('/v1/events?job=NO'), 400, 'usage', /not a job id/);
    await refused(served.get('/v1/events?since=1'), 400, 'usage', /no parameter/);
    for (const id of ['yes!', '1.2', 'a.b-c', '1.x-1-1-1']) {
      await refused(served.get('/v1/events', { headers: { 'last-event-id': id } }), 400, 'usage', /no event's id/);
    }
  });

  it('should keep a reader that stands still in bounded memory, and tell it that it has missed some', async function () {
    this.timeout(60_000);
    const stream = await follow();
    await stream.until('open');
    stream.response.pause();
    for (let i = 0; i < 2; i++) {
      const job = await array(4_000);
      await served.post(`/v1/jobs/${job}/cancel`);
      await served.get(`/v1/jobs/${job}?waitMs=30000`);
    }
    const before = stream.received.length;
    stream.response.resume();
    const job = await served.ran({});
    await until('the last has come', () => Promise.resolve(JSON.stringify(stream.received.slice(-50)).includes(job)));
    expect(stream.received.length).to.be.greaterThan(before);
  });

  it('should forget clients that have gone', async () => {
    const job = await served.submit({ argv: ['sleep', '60'] });
    const stream = await follow(`?job=${job}`);
    await stream.until('open');
    stream.leave();
    await until('it is forgotten', async () => (await served.clients()) === 0);
    await served.post(`/v1/jobs/${job}/cancel`);
  });
});
