import { expect } from 'chai';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postNotice } from '../../src/cli/notice.js';
import { FakeDaemon } from '../client/support/fake-daemon.js';
import { JOB, jobAnswer } from '../client/support/views.js';
import { Running } from './support/cli.js';

const ENDED = jobAnswer('timed-out', { name: "it's", tasks: 3, reason: 'its deadline has passed' });

describe('a notice', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-notice-'));
  });
  after(() => rmSync(dir, { recursive: true }));

  describe('by a command', () => {
    let daemon: FakeDaemon;
    beforeEach(async () => {
      daemon = await FakeDaemon.start();
      daemon.answers(`GET /v1/jobs/${JOB}`, ENDED);
    });
    afterEach(() => daemon.close());

    const run = (command: string) => {
      const env = { COVEY_DATA: daemon.data, COVEY_JOB: 'mine', COVEY_TASK: 'mine/0', PATH: process.env['PATH'] };
      return new Running(['notice', 'command', JOB, '--', command], { env, cwd: dir }).ended;
    };

    it('should have it say how the job ended, and which task says so', async () => {
      const variables =
        '$COVEY_JOB,$COVEY_NAME,$COVEY_STATE,$COVEY_REASON,$COVEY_TASKS,$COVEY_TIMED_OUT,$COVEY_FAILED,$COVEY_TASK';
      expect((await run(`echo "${variables}" > said`)).code).to.equal(0);
      const said = `${JOB},it's,timed-out,its deadline has passed,3,3,0,mine/0\n`;
      expect(readFileSync(join(dir, 'said'), 'utf8')).to.equal(said);
    });

    it('should end as the command does', async () => {
      expect((await run('exit 3')).code).to.equal(3);
      expect((await run('kill -KILL $$')).code).to.equal(137);
    });
  });

  describe('by a POST', () => {
    let server: Server;
    let url: string;
    let statuses: number[];
    const keys: unknown[] = [];

    before(async () => {
      server = createServer((request, response) => {
        keys.push(request.headers['idempotency-key']);
        const status = statuses.shift() ?? 204;
        response.writeHead(status, status === 302 ? { location: url } : {}).end();
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    });
    after(() => server.close());

    const post = (first: readonly number[], pausesMs = [1, 1, 1]) => {
      statuses = [...first];
      keys.length = 0;
      return postNotice(ENDED, url, 'mine/0', pausesMs).catch((error: unknown) => (error as Error).message);
    };

    it('should be sent again, under the same key, until it is taken', async () => {
      expect(await post([503, 429, 408])).to.equal(204);
      expect(keys).to.deep.equal(Array(4).fill('mine/0'));
    });

    it('should be given up after the last try', async () => {
      expect(await post([500, 502, 503, 504])).to.equal(`${url} was not told: it answered 504`);
      expect(keys).to.have.length(4);
    });

    it('should not be sent again where it is refused or sent elsewhere', async () => {
      for (const status of [400, 404, 302]) {
        expect(await post([status])).to.equal(`${url} was not told: it answered ${status}`);
        expect(keys).to.have.length(1);
      }
    });

    it('should say why nobody took it', async () => {
      const nobody = postNotice(ENDED, 'http://127.0.0.1:1/', 'k', [1]).catch(
        (error: unknown) => (error as Error).message,
      );
      expect(await nobody).to.match(/^http:\/\/127.0.0.1:1\/ was not told: .+/);
    });
  });
});
