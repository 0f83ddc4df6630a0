import { expect } from 'chai';
import { refused } from './support/refused.js';
import { Served } from './support/served.js';

describe('logs', () => {
  let served: Served;
  before(async () => (served = await Served.start()));
  after(() => served.stop());

  const logs = (job: string, query = '') => served.get(`/v1/tasks/${job}/0/logs?${query}`);
  const said = async (job: string, query = '') => (await logs(job, query)).body.toString();

  it('should give each stream, from an offset on', async () => {
    const job = await served.ran({ argv: ['sh', '-c', 'printf 0123456789; printf err >&2'] });
    const got = await logs(job);
    expect(got.status).to.equal(200);
    expect(got.headers['content-type']).to.equal('application/octet-stream');
    expect(got.body.toString()).to.equal('0123456789');
    expect(await said(job, 'stream=stderr')).to.equal('err');
    expect(await said(job, 'offset=4')).to.equal('456789');
    expect(await said(job, 'offset=10')).to.equal('');
    expect(await said(job, 'offset=1000&follow=1')).to.equal('');
  });

  it('should give bytes as they are, however many', async () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const stdin = every.toString('base64');
    const job = await served.ran({
      argv: ['sh', '-c', 'cat > b; for i in $(seq 12); do cat b b > c; mv c b; done; cat b'],
      stdin,
    });
    const { body } = await logs(job);
    expect(body.length).to.equal(4096 * 256);
    expect(body.equals(Buffer.concat(Array.from({ length: 4096 }, () => every)))).to.equal(true);
  });

  it('should follow a task from before its first byte to its last', async () => {
    const script = 'for i in 1 2 3; do echo $i; sleep 0.1; done; echo end';
    const job = await served.submit({ argv: [script], shell: true });
    expect(await said(job, 'follow=1')).to.equal('1\n2\n3\nend\n');
    expect(await said(job, 'follow=true&offset=6')).to.equal('end\n');
  });

  it('should end at once without follow, and where nothing is said', async () => {
    const sleeping = await served.submit({ argv: ['sleep', '60'] });
    expect(await said(sleeping)).to.equal('');
    await served.post(`/v1/jobs/${sleeping}/cancel`);
    expect(await said(await served.submit({}), 'follow=1')).to.equal('');
  });

  it('should refuse other streams and offsets', async () => {
    const job = await served.ran({});
    await refused(logs(job, 'stream=stdin'), 400, 'usage', /stdout or stderr/);
    await refused(logs(job, 'stream=stdout&stream=stderr'), 400, 'usage', /more than once/);
    for (const offset of ['-1', 'x', '9007199254740992']) {
      await refused(logs(job, `offset=${offset}`), 400, 'usage', /offset must be/);
    }
    await refused(logs(job, 'follow=yes'), 400, 'usage', /follow/);
  });
});
