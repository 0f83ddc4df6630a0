import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DoctorAnswer, Explanation } from '../../src/api/schema.js';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';
import type { SubmitAnswer } from './support/views.js';

describe('daemons that place and queue as they are told', function () {
  this.timeout(60_000);
  let flock: Flock | undefined;
  let dir: string;

  before(() => (dir = mkdtempSync(join(tmpdir(), 'covey-policies-'))));
  afterEach(async () => {
    await flock?.stop();
    flock = undefined;
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  it('should place by a policy of the user, and by the bounded ring where that throws', async () => {
    const module = join(dir, 'greatest.mjs');
    writeFileSync(
      module,
      `export default (task, nodes) => {
        if (task.name === 'odd') throw new Error('odd');
        const greatest = nodes.map(({ id }) => id).sort().at(-1);
        return nodes.map(({ id }) => (id === greatest ? 0 : 1));
      };`,
    );
    flock = await Flock.start(2, ['--cpus', '1', '--policy', module]);
    const { cli, json } = bound(flock);
    const greatest = [flock.id(0), flock.id(1)].sort().at(-1);
    for (const node of [0, 1]) {
      const { stdout, code } = await cli(['run', '--shell', '--', 'echo $COVEY_NODE'], node);
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: `${greatest}\n` });
    }
    expect((await cli(['run', '--name', 'odd', '--', 'true'])).code).to.equal(0);
    const checks = await Promise.all([0, 1].map((node) => cli(['doctor', '--json'], node)));
    const policies = checks.flatMap(({ stdout }) =>
      (JSON.parse(stdout) as DoctorAnswer).checks.filter(({ name }) => name === 'policy'),
    );
    expect(policies.filter(({ ok }) => !ok)).to.have.length(1);
    expect(policies.find(({ ok }) => !ok)?.what).to.include(`${module} threw Error: odd (1 calls failed)`);
    // Any job may name another.
    const { job } = await json<SubmitAnswer>([
      'submit',
      '--policy',
      'least-response-time',
      '--array',
      '1-4',
      '--',
      'true',
    ]);
    expect((await cli(['wait', job, '--timeout', '20s'])).code).to.equal(0);
  });

  it('should stop a long task for a short one, and know the queues of the flock', async () => {
    flock = await Flock.start(1, ['--cpus', '1', '--discipline', 'srtf']);
    const { cli, json } = bound(flock);
    const long = ['--name', 'long', '--', 'sleep', '4'];
    const short = ['--name', 'short', '--', 'true'];
    for (const each of [long, short]) expect((await cli(['run', ...each])).code).to.equal(0);
    expect((await cli(['queue', 'set', 'nightly', '--weight', '2', '--limit', '50%'])).code).to.equal(0);
    const { job, passed } = await flock.ask(0, async (client) => {
      const { job } = await client.submit({ name: 'long', argv: ['sleep', '4'] });
      await until('the long one runs', async () => (await client.job(job)).state === 'running', 10_000);
      const passed = await client.submit({ name: 'short', argv: ['true'], queue: 'nightly' });
      return { job, passed };
    });
    expect((await cli(['wait', passed.job, '--timeout', '10s'])).code).to.equal(0);
    const { path } = await json<Explanation>(['explain', job]);
    expect(
      path.map(({ what }) => what),
      'it had to give way',
    ).to.include('preempted');
    expect((await cli(['cancel', job])).code).to.equal(0);
    const refused = await cli(['submit', '--queue', 'daily', '--', 'true']);
    expect({ code: refused.code, stderr: refused.stderr }).to.deep.equal({
      code: 3,
      stderr: 'covey: no queue "daily" (hint: there is nightly)\n',
    });
  });

  function bound(of: Flock) {
    return {
      cli: (args: readonly string[], node = 0) => of.cli(args, { node }),
      json: <T>(args: readonly string[]) => of.json<T>(args),
    };
  }
});
