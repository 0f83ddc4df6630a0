import { expect } from 'chai';
import type {
  Cancelled,
  Explanation,
  JobAnswer,
  JobsPage,
  NodesAnswer,
  RingView,
  SelfView,
  TaskDetail,
  TasksPage,
} from '../../src/api/schema.js';
import { VERSION } from '../../src/install.js';
import { until } from '../support/until.js';
import { refused } from './support/refused.js';
import { Served } from './support/served.js';

const UNKNOWN = 'zzzzzzzz';

describe('HTTP API', () => {
  let served: Served;
  let job: string;
  let array: string;
  before(async () => {
    served = await Served.start({ labels: { disk: 'ssd' }, zone: 'z1' });
    job = await served.ran({ argv: ['sh', '-c', 'echo out; echo err >&2; exit 3'] });
    array = await served.ran({ tasks: { kind: 'range', first: 10, last: 30, step: 2 } });
  });
  after(() => served.stop());

  const json = async <T>(path: string) => {
    const got = await served.get(path);
    expect(got.status, got.body.toString()).to.equal(200);
    expect(got.headers['content-type']).to.match(/^application\/json/);
    return got.json<T>();
  };
  const usage = (path: string, detail: RegExp) => refused(served.get(path), 400, 'usage', detail);
  const missing = (path: string, detail: RegExp) => refused(served.get(path), 404, 'not-found', detail);

  it('should show a job', async () => {
    const { counts, submittedAt, finishedAt, ...rest } = await json<JobAnswer>(`/v1/jobs/${job}`);
    const whole = { partial: false, asked: 1, answered: 1 };
    const said = { state: 'failed', tasks: 1, run: 1, waits: null, degraded: false };
    const none = { schedule: null, limits: null, held: false, after: [], reason: null, hindrance: null };
    expect(rest).to.deep.equal({ job, name: 'sh', ...said, ...none, ...whole });
    expect(counts).to.include({ failed: 1, succeeded: 0, pending: 0 });
    expect(Date.parse(finishedAt!)).to.be.at.least(Date.parse(submittedAt));
  });

  it('should show a task with the last of its output', async () => {
    const task = await json<TaskDetail>(`/v1/tasks/${job}/0`);
    const self = served.daemon.ready.node;
    expect(task).to.include({ id: `${job}/0`, index: 0, state: 'failed', executor: self, attempts: 1, exitCode: 3 });
    expect(task).to.include({ signal: null, stdoutBytes: 4, stderrBytes: 4 });
    expect(Buffer.from(task.stdoutTail, 'base64').toString()).to.equal('out\n');
    expect(Buffer.from(task.stderrTail, 'base64').toString()).to.equal('err\n');
  });

  it('should page through tasks, each exactly once', async () => {
    const seen: number[] = [];
    let after: number | null = -1;
    for (let page = 0; after !== null; page++) {
      const { tasks, next }: TasksPage = await json(`/v1/jobs/${array}/tasks?limit=4&after=${after}`);
      expect(tasks.length).to.equal([4, 4, 3][page]);
      seen.push(...tasks.map(({ index }) => index));
      after = next;
    }
    expect(seen).to.deep.equal([10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30]);
  });

  it('should filter tasks by state and begin after any index', async () => {
    const indexes = async (query: string) =>
      (await json<TasksPage>(`/v1/jobs/${array}/tasks?${query}`)).tasks.map(({ index }) => index);
    expect(await indexes('state=failed')).to.deep.equal([]);
    expect(await indexes('state=succeeded')).to.have.length(11);
    expect(await indexes('after=25')).to.deep.equal([26, 28, 30]);
    expect(await indexes('after=30')).to.deep.equal([]);
  });

  it('should page through jobs, newest first, each exactly once', async () => {
    await Promise.all(Array.from({ length: 12 }, () => served.submit({})));
    const all = (await json<JobsPage>('/v1/jobs')).jobs;
    expect(all).to.have.length(14);
    const times = all.map(({ submittedAt }) => Date.parse(submittedAt));
    expect(times).to.deep.equal(times.slice().sort((a, b) => b - a));
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: JobsPage = await json(`/v1/jobs?limit=3${at}`);
      expect(page.jobs.length).to.be.at.most(3);
      paged.push(...page.jobs.map((view) => view.job));
      cursor = page.cursor;
    }
    expect(paged).to.deep.equal(all.map((view) => view.job));
  });

  it('should filter jobs by prefix and state', async () => {
    const ids = async (query: string) => (await json<JobsPage>(`/v1/jobs?${query}`)).jobs.map((view) => view.job);
    expect(await ids(`prefix=${array}`)).to.deep.equal([array]);
    expect(await ids('state=failed')).to.deep.equal([job]);
    expect(await ids('state=interrupted')).to.deep.equal([]);
  });

  it('should cancel what has not ended, job or task, and nothing else', async () => {
    const sleeping = await served.submit({
      argv: ['sleep', '60'],
      tasks: { kind: 'range', first: 0, last: 2, step: 1 },
    });
    const cancel = async (path: string) => (await served.post(`${path}/cancel`)).json<Cancelled>();
    expect(await cancel(`/v1/tasks/${sleeping}/2`)).to.deep.equal({ job: sleeping, cancelled: 1, degraded: false });
    await until('the task has ended', async () => {
      return (await json<TaskDetail>(`/v1/tasks/${sleeping}/2`)).state === 'cancelled';
    });
    expect((await cancel(`/v1/jobs/${sleeping}`)).job).to.equal(sleeping);
    const ended = await json<JobAnswer>(`/v1/jobs/${sleeping}?waitMs=10000`);
    expect(ended.counts).to.include({ cancelled: 3, running: 0 });
    expect(await cancel(`/v1/jobs/${job}`)).to.deep.equal({ job, cancelled: 0, degraded: false });
    await refused(served.post(`/v1/jobs/${UNKNOWN}/cancel`), 404, 'not-found', /no job/);
    await refused(served.post(`/v1/tasks/${job}/5/cancel`), 404, 'not-found', /no task 5/);
  });

  it('should explain where a task went', async () => {
    const told = await json<Explanation>(`/v1/tasks/${job}/0/explain`);
    const self = served.daemon.ready.node;
    expect(told).to.include({ task: `${job}/0`, state: 'failed', coordinator: self, shard: 0 });
    expect(told.summary).to.match(/^It ran on .*, and is failed/);
    expect(told.candidates.map(({ node, order }) => ({ node, order }))).to.deep.equal([{ node: self, order: 0 }]);
    expect(told.filtered).to.deep.equal([{ nodes: 1, out: null }]);
    expect(told.scored, 'nothing is chosen for it any more').to.equal(null);
  });

  it('should show the nodes, itself and the ring', async () => {
    const { node } = served.daemon.ready;
    const { nodes } = await json<NodesAnswer>('/v1/nodes');
    expect(nodes).to.have.length(1);
    expect(nodes[0]).to.include({ id: node, state: 'alive', self: true, cpus: 2, zone: 'z1', version: VERSION });
    expect(nodes[0]!.labels).to.deep.equal({ disk: 'ssd' });
    const self = await json<SelfView>('/v1/node');
    expect(self).to.include({ node, version: VERSION, pid: process.pid, boot: 1, ready: true, http: null });
    const ring = await json<RingView>('/v1/ring?key=a%20key');
    expect(ring).to.include({ key: 'a key' });
    expect(ring.candidates.map((candidate) => candidate.node)).to.deep.equal([node]);
    const store = { ok: true, reason: null, bad: 0, loss: false };
    expect(await json('/healthz')).to.deep.equal({ ok: true, store });
    expect(await json('/readyz')).to.deep.equal({ ready: true, store });
  });

  it('should not find what is not there', async () => {
    for (const rest of ['', '/tasks']) await missing(`/v1/jobs/${UNKNOWN}${rest}`, /no job zzzzzzzz/);
    for (const rest of ['', '/logs', '/explain']) {
      await missing(`/v1/tasks/${UNKNOWN}/0${rest}`, /no job/);
      await missing(`/v1/tasks/${job}/1${rest}`, new RegExp(`^job ${job} has one task, 0; there is no task 1$`));
      await missing(`/v1/tasks/${array}/11${rest}`, /has tasks 10-30:2; there is no task 11$/);
      const problem = await missing(`/v1/tasks/${array}/32${rest}`, /no task 32/);
      expect(problem.hint).to.equal(`see \`covey show ${array}\``);
    }
    await missing('/v2/jobs', /there is no GET \/v2\/jobs/);
  });

  it('should say which methods a path takes', async () => {
    const got = served.post('/v1/nodes?a=1');
    await refused(got, 405, 'usage', /no POST \/v1\/nodes/);
    expect((await got).headers.allow).to.equal('GET');
    const { hint } = await refused(served.get(`/v1/jobs/${job}/cancel`), 405, 'usage', /no GET/);
    expect(hint).to.equal('it takes POST');
    await refused(served.send('DELETE', `/v1/jobs/${job}`), 405, 'usage', /no DELETE/);
    expect((await served.send('PUT', '/v1/jobs')).headers.allow).to.equal('GET, POST');
  });

  it('should refuse a parameter that the route does not know, and name those that it does', async () => {
    const { hint } = await usage(`/v1/jobs/${job}?wait=5`, /"wait" is no parameter here/);
    expect(hint).to.equal('there are waitMs');
    await usage('/v1/nodes?state=alive', /"state" is no parameter/);
  });

  it('should refuse malformed ids, numbers and names', async () => {
    for (const id of ['UPPER', 'abc', 'a'.repeat(41), 'ab%20cd', '%2e%2e%2fetc', '%00abcd']) {
      await usage(`/v1/jobs/${id}`, /is not a job id/);
    }
    await usage('/v1/jobs/%zz', /url|path/i);
    await refused(served.get(`/v1/jobs/${'a'.repeat(101)}`), 414, 'usage', /max param length/);
    for (const index of ['x', '-1', '1.5', '1e3', '99999999999', '%20'])
      await usage(`/v1/tasks/${job}/${index}`, /task/);
    for (const limit of ['0', '1001', '-1', 'x', '']) {
      await usage(`/v1/jobs?limit=${limit}`, /limit must be a whole number from 1 to 1000/);
      await usage(`/v1/jobs/${array}/tasks?limit=${limit}`, /limit must be/);
    }
    for (const waitMs of ['-1', '60001', '1s']) await usage(`/v1/jobs/${job}?waitMs=${waitMs}`, /waitMs must be/);
    await usage('/v1/jobs?cursor=yesterday', /cursor/);
    await usage('/v1/jobs?prefix=A', /prefix/);
    await usage('/v1/jobs?state=done', /no task is ever "done"/);
    await usage(`/v1/jobs/${array}/tasks?after=-2`, /after must be/);
    await usage('/v1/ring', /key/);
  });

  it('should refuse a parameter that is given twice', async () => {
    for (const path of [
      '/v1/ring?key=a&key=b',
      `/v1/jobs/${array}/tasks?limit=1&limit=1`,
      '/v1/jobs?prefix=a&prefix=b',
    ]) {
      await usage(path, /is given more than once/);
    }
  });
});
