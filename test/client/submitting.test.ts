import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { connect, type Flock } from '../../src/client/index.js';
import { failure } from '../support/failure.js';
import { FakeDaemon, json, problem } from './support/fake-daemon.js';
import { BODY, SUBMITTED } from './support/views.js';

const lost = (response: ServerResponse) => void response.destroy();
const accepted = (response: ServerResponse) => json(response, SUBMITTED, 202);
const refused = (response: ServerResponse) => problem(response, 503, 'unavailable', 'still joining', 'wait a little');
const unknown = (response: ServerResponse) => problem(response, 504, 'outcome-unknown', 'too slow');

describe('submitting', () => {
  let daemon: FakeDaemon;
  let flock: Flock;

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    flock = connect({ addr: daemon.socket }, {});
  });
  afterEach(async () => {
    flock.close();
    await daemon.close();
  });

  /** The daemon answers so in turn, and with the last for ever. */
  function script(...answers: ((response: ServerResponse) => void)[]): void {
    daemon.on('POST /v1/jobs', (_seen, response) => {
      answers[Math.min(daemon.requests.length, answers.length) - 1]?.(response);
    });
  }
  const keys = () => [...new Set(daemon.requests.map(({ headers }) => headers['idempotency-key']))];

  it('should send the body and the key it was given', async () => {
    script(accepted);
    expect(await flock.submit(BODY, { idempotencyKey: 'mine' })).to.deep.equal(SUBMITTED);
    expect(daemon.requests[0]?.body).to.deep.equal(BODY);
    expect(keys()).to.deep.equal(['mine']);
  });

  it('should make a fresh key for each submission that has none', async () => {
    script(accepted);
    await flock.submit(BODY);
    await flock.submit(BODY);
    expect(keys()).to.have.length(2);
    for (const key of keys()) expect(key).to.match(/^fresh-\d{13}-[0-9a-f-]{36}$/);
  });

  it('should repeat itself under the same key after a lost connection or a doubt, and a refusal that follows', async () => {
    script(lost, unknown, refused, accepted);
    expect(await flock.submit(BODY)).to.deep.equal(SUBMITTED);
    expect(daemon.requests).to.have.length(4);
    expect(keys()).to.have.length(1);
  });

  it('should try another key of its own where nothing was taken, as other nodes would hold that job, but keep to the user’s', async () => {
    script(refused, refused, accepted, refused, accepted);
    await flock.submit(BODY);
    expect(keys()).to.have.length(3);
    await flock.submit(BODY, { idempotencyKey: 'mine' });
    expect(daemon.requests).to.have.length(5);
    expect(keys()[3]).to.equal('mine');
  });

  it('should say in a repeat where the daemon has tried it, or that nothing is known', async () => {
    const tried = (response: ServerResponse) => {
      const body = {
        type: 'about:blank',
        title: 't',
        status: 504,
        code: 'outcome-unknown',
        detail: 'd',
        repeat: 'there',
      };
      json(response, body, 504);
    };
    script(refused, lost, tried, lost, accepted);
    await flock.submit(BODY);
    const headers = daemon.requests.map((seen) => seen.headers['covey-repeat']);
    expect(headers, 'the latest word').to.deep.equal([undefined, undefined, 'unknown', 'there', 'there']);
  });

  it('should report a lasting refusal as it is', async () => {
    script(refused);
    const error = await failure(flock.submit(BODY));
    expect(error).to.include({ code: 'unavailable', message: 'still joining', hint: 'wait a little' });
    expect(daemon.requests).to.have.length(5);
  });

  it('should say that the outcome is unknown, and with which key to ask again', async () => {
    script(lost);
    const error = await failure(flock.submit(BODY, { idempotencyKey: 'mine' }));
    expect(error.code).to.equal('outcome-unknown');
    expect(error.hint).to.contain('--id mine');
  });

  it('should keep the doubt that an earlier try left', async () => {
    script(lost, (response) => problem(response, 400, 'usage', 'no'));
    expect((await failure(flock.submit(BODY))).code).to.equal('outcome-unknown');
  });

  it('should not repeat what is plainly wrong', async () => {
    script((response) => problem(response, 400, 'usage', 'no command'));
    expect(await failure(flock.submit(BODY))).to.include({ code: 'usage', message: 'no command' });
    expect(daemon.requests).to.have.length(1);
  });

  it('should not wait for a daemon that was never there', async () => {
    const alone = connect({ addr: '/tmp/covey-nobody-is-here.sock' }, {});
    const began = performance.now();
    expect((await failure(alone.submit(BODY))).code).to.equal('no-daemon');
    expect(performance.now() - began).to.be.below(1_000);
    alone.close();
  });
});
