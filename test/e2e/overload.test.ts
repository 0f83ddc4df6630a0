import { expect } from 'chai';
import { request } from 'node:http';
import { Flock } from './support/flock.js';

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

describe('a daemon that limits what it takes', function () {
  this.timeout(60_000);
  let flock: Flock;

  before(async () => {
    flock = await Flock.start(1, ['--cpus', '1', '--admission', 'token-bucket:1/min,burst=3', '--shed-above', '0.5']);
  });
  after(() => flock.stop());

  /** One try, where the client would make five. */
  function post(body: object): Promise<Answer> {
    const { socket: socketPath } = flock.daemon(0).ready;
    const headers = { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath, path: '/v1/jobs', method: 'POST', headers }, (response) => {
        let text = '';
        response.on('data', (piece: Buffer) => (text += piece.toString()));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text });
        });
      });
      asked.on('error', reject);
      asked.end(JSON.stringify(body));
    });
  }

  it('should shed low priorities while others wait, and answer 429 to more than its rate', async () => {
    const [first, second] = [await post({ argv: ['sleep', '30'] }), await post({ argv: ['true'], priority: 5 })];
    expect([first.status, second.status], first.text + second.text).to.deep.equal([202, 202]);
    const shed = await post({ argv: ['true'], priority: -1 });
    expect(shed.status, shed.text).to.equal(429);
    expect(shed.retryAfter).to.equal('5');
    expect(shed.text).to.include('tasks wait for each CPU');
    expect((await post({ argv: ['true'], priority: 1 })).status, 'what is shed costs no token').to.equal(202);
    const limited = await post({ argv: ['true'], priority: 1 });
    expect(limited.status, limited.text).to.equal(429);
    expect(Number(limited.retryAfter)).to.be.within(30, 60);
    const { code, stderr } = await flock.cli(['up', '--admission', 'bucket:1/s']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/is no limit.*token-bucket/);
  });
});
