import { expect } from 'chai';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JobView } from '../../src/api/schema.js';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';
import type { SubmitAnswer } from './support/views.js';

interface Post {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

describe('telling of the end of a job', function () {
  this.timeout(60_000);
  let flock: Flock;
  let server: Server;
  const posts: Post[] = [];
  /** Of the next answers; then 204. */
  const statuses: number[] = [];

  before(async () => {
    server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        const { url: path, headers } = request;
        posts.push({ path, headers, body: JSON.parse(text) as Post['body'] });
        response.writeHead(statuses.shift() ?? 204).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    flock = await Flock.start(1, ['--cpus', '1']);
  });
  after(async () => {
    server.close();
    await flock.stop();
  });

  const submit = async (args: readonly string[]) => (await flock.json<SubmitAnswer>(['submit', ...args])).job;
  const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

  it('should run a command once with how it ended, and POST the same until it is taken', async () => {
    statuses.push(503);
    const file = flock.path('files', 'told');
    const said = 'echo $COVEY_JOB $COVEY_NAME $COVEY_STATE $COVEY_TASKS $COVEY_SUCCEEDED $COVEY_FAILED $MODE';
    const notify = ['--notify', `${said} {} >> ${file}`, '--notify-url', url('/done?token=1'), '--env', 'MODE=fast'];
    const job = await submit([...notify, '--name', 'parts', '--array', '1-3', '--', 'sh', '-c', 'test {} != 2']);
    await until('both are told', () => existsSync(file) && posts.length === 2, 30_000);
    expect((await flock.cli(['wait', `uc${job}`, `uu${job}`])).code).to.equal(0);
    expect(readFileSync(file, 'utf8')).to.equal(`${job} parts failed 3 2 1 fast {}\n`);
    for (const { path, headers, body } of posts) {
      expect(path).to.equal('/done?token=1');
      expect(headers).to.include({ 'content-type': 'application/json', 'idempotency-key': `uu${job}/0` });
      expect(body).to.include({ job, name: 'parts', state: 'failed', tasks: 3 });
      expect(body['counts']).to.include({ succeeded: 2, failed: 1, cancelled: 0 });
    }
    const jobs = await flock.jsonLines<JobView>(['ls']);
    expect(jobs.filter(({ name }) => name === `notify ${job}`)).to.have.length(2);
  });

  it('should tell of a cancel, while the CPUs are busy', async () => {
    const file = flock.path('files', 'cancelled');
    const job = await submit(['--notify', `echo $COVEY_STATE $COVEY_CANCELLED > ${file}`, '--hold', '--', 'true']);
    const busy = await submit(['--', 'sleep', '60']);
    await until('the only CPU is busy', async () => {
      const { counts } = await flock.json<{ counts: Record<string, number> }>(['show', busy]);
      return counts['running'] === 1;
    });
    await flock.cli(['cancel', job]);
    await until('it is told', () => existsSync(file) && readFileSync(file, 'utf8') !== '');
    expect(readFileSync(file, 'utf8')).to.equal('cancelled 1\n');
    await flock.cli(['cancel', busy]);
  });
});
