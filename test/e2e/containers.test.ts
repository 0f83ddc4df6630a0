import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Explanation } from '../../src/client/index.js';
import { stubEngines } from '../support/podman.js';
import { COVEY } from './support/covey.js';
import { Flock } from './support/flock.js';
import type { SubmitAnswer } from './support/views.js';

describe('containers', function () {
  this.timeout(60_000);
  const dir = mkdtempSync(join(tmpdir(), 'covey-e2e-podman-'));
  let flock: Flock;

  before(async () => {
    stubEngines(dir, false);
    const path = `data:text/javascript,process.env.PATH=${encodeURIComponent(JSON.stringify(`${dir}:/usr/bin:/bin`))}`;
    flock = await Flock.start(1, [], ['--import', path, COVEY]);
  });
  after(async () => {
    await flock.stop();
    rmSync(dir, { recursive: true });
  });

  it('should be waited for while no node has podman or docker, and run once one has', async () => {
    const script = 'cat - ./file; echo $IMAGE $MODE $COVEY_INDEX ${COVEY_ADDR-nowhere}; exit 0';
    writeFileSync(flock.path('files', 'file'), 'a file\n');
    writeFileSync(flock.path('files', 'in'), 'some input\n');
    const where = ['--cwd', flock.path('files'), '--stdin', flock.path('files', 'in'), '--env', 'MODE=fast'];
    const args = ['submit', '--image', 'alpine:3', ...where, '--shell', '--', script];
    const { job } = await flock.json<SubmitAnswer>(args);
    const { summary, filtered } = await flock.json<Explanation>(['explain', `${job}/0`]);
    expect(summary).to.equal('It waits: no node has podman or docker.');
    expect(filtered).to.deep.equal([{ nodes: 1, out: 'no podman or docker' }]);

    writeFileSync(join(dir, 'on'), '');
    await flock.kill9(0);
    await flock.restart(0);
    expect(await flock.cli(['wait', job, '--timeout', '30s'])).to.include({ code: 0 });
    const { stdout } = await flock.cli(['logs', job]);
    expect(stdout).to.equal('some input\na file\nalpine:3 fast 0 nowhere\n');
    expect(readFileSync(join(dir, 'log'), 'utf8')).to.include(`--name covey-${job}-0-`);
  });

  it('should not be what a function is called in, nor what is no name of an image', async () => {
    const call = await flock.cli(['submit', '--image', 'alpine:3', '--module', 'f.mjs']);
    expect(call.code).to.equal(2);
    expect(call.stderr).to.include('--module and --image exclude each other');
    const odd = await flock.cli(['submit', '--image', '-v/:/host', '--', 'true']);
    expect(odd.code).to.equal(2);
    expect(odd.stderr).to.include('"-v/:/host" is not the name of an image');
  });
});
