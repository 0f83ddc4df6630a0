import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Flock } from './support/flock.js';

const FILE = fileURLToPath(new URL('../../examples/pipeline/pipeline.toml', import.meta.url));

describe('the pipeline of the examples', function () {
  this.timeout(90_000);
  let flock: Flock;
  before(async () => {
    flock = await Flock.start(5, ['--cpus', '2']);
  });
  after(() => flock.stop());

  it('should come to its chart though a daemon dies in the middle of it', async () => {
    const { stdout, stderr } = await flock.cli(['submit', '-q', '--file', FILE]);
    const jobs = stdout.trim().split('\n');
    expect(jobs, stderr).to.have.length(5);
    await flock.kill9(4);
    const chart = jobs.at(-1)!;
    expect(await flock.cli(['wait', chart], { node: 1 })).to.include({ code: 0 });
    const into = flock.path('files', 'chart');
    expect(await flock.cli(['result', chart, '--into', into], { node: 2 })).to.include({ code: 0 });
    const rows = readFileSync(`${into}/identifiers.svg`, 'utf8').match(/<rect /g);
    expect(rows).to.have.length(100);
  });
});
