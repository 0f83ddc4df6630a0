import { expect } from 'chai';
import type { JobAnswer, Submitted } from '../../src/api/schema.js';
import { refused } from './support/refused.js';
import { Served } from './support/served.js';

describe('POST /v1/jobs', () => {
  let served: Served;
  before(async () => (served = await Served.start()));
  after(() => served.stop());

  const submit = (body: unknown, headers: Record<string, string> = {}) => served.post('/v1/jobs', { body, headers });
  const usage = (body: unknown, detail: RegExp) => refused(submit(body), 400, 'usage', detail);
  const tooLarge = (body: unknown, detail: RegExp) => refused(submit(body), 413, 'too-large', detail);
  const withKey = (key: string, argv: string[]) => submit({ argv }, { 'idempotency-key': key });

  it('should accept a job, say where it is and how durable', async () => {
    const got = await submit({ argv: ['true'], name: 'first', needs: { cpus: 0.5 }, env: { A: '1' }, key: 'k' });
    expect(got.status).to.equal(202);
    const { job, ...rest } = got.json<Submitted>();
    expect(rest).to.deep.equal({ tasks: 1, durability: { replicas: 1, acked: 1, degraded: false }, existed: false });
    expect(got.headers.location).to.equal(`/v1/jobs/${job}`);
    const shown = await served.get(got.headers.location!);
    expect(shown.json<JobAnswer>()).to.include({ job, name: 'first', tasks: 1 });
  });

  for (const key of ['my key', `fresh-${Date.now()}-abc`]) {
    it(`should make one job of one key, ${key.split('-')[0]}`, async () => {
      const first = (await withKey(key, ['true'])).json<Submitted>();
      const again = (await withKey(key, ['true'])).json<Submitted>();
      expect(again).to.deep.equal({ ...first, existed: true });
      const problem = await refused(withKey(key, ['false']), 409, 'conflict', new RegExp(first.job));
      expect(problem.hint).to.match(/another key/);
      expect((await withKey(`${key} too`, ['true'])).json<Submitted>().job).to.not.equal(first.job);
    });
  }

  it('should make one job of one key sent many times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => withKey('at once', ['true'])));
    expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 202));
    expect(new Set(answers.map((got) => got.json<Submitted>().job)).size).to.equal(1);
    expect(answers.filter((got) => !got.json<Submitted>().existed).length).to.be.at.least(1);
  });

  it('should refuse an empty idempotency key', () =>
    refused(withKey('', ['true']), 400, 'usage', /idempotency key is empty/i));

  const malformed: [string, unknown, RegExp][] = [
    ['no body', undefined, /body/],
    ['an array', [], /object/],
    ['no argv', {}, /command is empty/],
    ['an empty argv', { argv: [] }, /command is empty/],
    ['an empty command', { argv: [''] }, /command is empty/],
    ['argv that is text', { argv: 'true' }, /argv must be array/],
    ['a number in argv', { argv: ['sleep', 1] }, /argv\/1 must be string/],
    ['a field that nobody knows', { argv: ['true'], retrys: 1 }, /has no field/],
    ['a need that nobody knows', { argv: ['true'], needs: { disks: 1 } }, /has no field/],
    ['a negative need', { argv: ['true'], needs: { cpus: -1 } }, />= 0/],
    ['a custom need that is text', { argv: ['true'], needs: { custom: { a: '1' } } }, /must be number/],
    ['text under a name with a line break', { argv: ['true'], needs: { custom: { 'a\nb': 'x' } } }, /must be number/],
    [
      'a custom need with a long name',
      { argv: ['true'], needs: { custom: { ['n'.repeat(101)]: 1 } } },
      /has no field|propert/,
    ],
    ['fractional retries', { argv: ['true'], retries: 0.5 }, /integer/],
    ['retries as text', { argv: ['true'], retries: '1' }, /retries must be integer/],
    ['a promise that is not given', { argv: ['true'], contract: 'exactly-once' }, /contract/],
    ['a shell command of two strings', { argv: ['echo', 'a'], shell: true }, /one string/],
    ['a long name', { argv: ['true'], name: 'n'.repeat(201) }, /200 characters/],
    ['a time-out of nothing', { argv: ['true'], timeoutMs: 0 }, /timeoutMs/],
    ['a time-out beyond a year', { argv: ['true'], timeoutMs: 1e12 }, /timeoutMs/],
    ['NUL in argv', { argv: ['echo', 'a\0b'] }, /NUL/],
    ['NUL in the environment', { argv: ['true'], env: { A: '\0' } }, /NUL/],
    ['NUL in the directory', { argv: ['true'], cwd: '/tmp\0' }, /NUL/],
    ['NUL in a line', { argv: ['true'], tasks: { kind: 'lines', lines: ['a', '\0'] } }, /NUL/],
    ['= in an environment name', { argv: ['true'], env: { 'A=B': '1' } }, /"A=B" is not the name/],
    ['an environment name with a line break', { argv: ['true'], env: { 'A\nB': '1' } }, /not the name|propert/],
    ['an environment name that begins with a digit', { argv: ['true'], env: { '1A': '1' } }, /not the name/],
    ['stdin that is not base64', { argv: ['cat'], stdin: 'plain text!' }, /base64/],
    ['an array of nothing', { argv: ['true'], tasks: { kind: 'lines', lines: [] } }, /1 to 1,000,000 tasks, not 0/],
    ['a step of 0', { argv: ['true'], tasks: { kind: 'range', first: 1, last: 9, step: 0 } }, /not 0/],
    ['a range backwards', { argv: ['true'], tasks: { kind: 'range', first: 9, last: 1, step: 1 } }, /not 0/],
    ['a negative index', { argv: ['true'], tasks: { kind: 'range', first: -1, last: 1, step: 1 } }, /tasks/],
    ['a range without a step', { argv: ['true'], tasks: { kind: 'range', first: 1, last: 2 } }, /tasks/],
    ['too many tasks', { argv: ['true'], tasks: { kind: 'range', first: 0, last: 1e6, step: 1 } }, /not 1000001/],
    ['a kind of tasks that nobody knows', { argv: ['true'], tasks: { kind: 'cron' } }, /tasks/],
  ];
  for (const [what, body, detail] of malformed)
    it(`should refuse ${what}`, () => usage(body, detail).then(() => undefined));

  it('should refuse what is not JSON, or not said to be', async () => {
    await usage('{"argv": [', /the body is not JSON: .*end of JSON input/);
    await usage('{"argv": [1}', /the body is not JSON: .*(position 11|line 1 column 12)/);
    await usage(
      '{"argv":["true"],"tasks":{"kind":"range","first":"1","last":2,"step":1}}',
      /^body\/tasks\/first must be integer$/,
    );
    await usage('{"argv":["true"],"tasks":{"kind":"lines","lines":["a",2]}}', /^body\/tasks\/lines\/1 must be string$/);
    await usage('{"argv":["true"],"env":{"__proto__":"x"}}', /JSON/);
    const json = JSON.stringify({ argv: ['true'] });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      await refused(submit(json, { 'content-type': type }), 415, 'usage', /the body must be JSON/);
    }
    await usage('', /the body is empty/);
  });

  it('should refuse what is too large for one task', async () => {
    await tooLarge({ argv: ['cat'], stdin: Buffer.alloc(384 * 1024 + 1).toString('base64') }, /stdin has 393217/);
    await tooLarge(
      { argv: ['echo', 'a'.repeat(512 * 1024)] },
      /command, arguments, environment and stdin have \d+ bytes/,
    );
    await tooLarge({ argv: ['echo'], tasks: { kind: 'lines', lines: ['a', 'é'.repeat(33_000)] } }, /line 2 has more/);
  });

  it('should refuse a body beyond its bound before it has come', async () => {
    const headers = { 'content-length': String(129 * 2 ** 20), 'content-type': 'application/json' };
    await refused(served.post('/v1/jobs', { headers }), 413, 'too-large', /more than 128 MiB/);
  });

  it('should refuse what no node could run', async () => {
    const problem = await refused(submit({ argv: ['true'], needs: { cpus: 3 } }), 422, 'unplaceable', /cpus/);
    expect(problem.hint).to.match(/nodes/);
    await refused(submit({ argv: ['true'], needs: { custom: { licence: 1 } } }), 422, 'unplaceable', /licence/);
  });
});
