import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Containers } from '../../../src/executor/io/containers.js';
import { stubEngines } from '../../support/podman.js';
import { until } from '../../support/until.js';
import { alive, longTime, Rig, textOf } from './rig.js';

describe('containers, by a podman that only says so', () => {
  const dir = mkdtempSync(join(tmpdir(), 'covey-podman-'));
  const PATH = `${dir}:/usr/bin:/bin`;
  const said: string[] = [];
  const containers = new Containers('/data', (message) => said.push(message));
  const log = () => readFileSync(join(dir, 'log'), 'utf8').trim().split('\n');
  const container = { image: 'alpine:3', env: { GREETING: 'hello' } };
  let rig: Rig;

  before(async () => {
    stubEngines(dir, false);
    rig = await Rig.open({ containers });
  });
  after(async () => {
    await rig.close();
    rmSync(dir, { recursive: true });
  });

  it('should not be run by one that does not answer, or is not there', async () => {
    expect(await containers.look({ PATH }, (message) => said.push(message))).to.equal(false);
    expect(said).to.deep.equal(
      ['podman', 'docker'].map((name) => `${dir}/${name} is there, but cannot be used: Error: no server`),
    );
    expect(await containers.look({ PATH: '/nowhere' })).to.equal(false);
    const { failure } = await rig.run({ argv: ['true'], container });
    expect(failure).to.equal('it could not be started: this node has no podman or docker');
  });

  it('should remove what a former daemon left', async () => {
    stubEngines(dir, true);
    writeFileSync(join(dir, 'old'), 'a1\nb2\n');
    expect(await containers.look({ PATH })).to.equal(true);
    expect(log()).to.deep.equal(['ps -aq --filter label=covey.data=/data', 'rm -f a1 b2']);
  });

  it('should have the input, output, variables, directory and end of the command', async () => {
    const stdin = Buffer.from('in\n');
    const text = 'cat; pwd; echo $GREETING $IMAGE; exit 7';
    const end = await rig.run({ argv: [text], shell: true, cwd: '/usr', stdin, container });
    const { stdoutTail, exitCode } = end;
    expect(end.usage, "the engine's is not the command's").to.equal(undefined);
    expect([textOf(stdoutTail), exitCode]).to.deep.equal(['in\n/usr\nhello alpine:3\n', 7]);
    expect(log().at(-1)).to.match(/^run --rm --init -i --network=host --name covey-test-\d+-1 /);
  });

  it('should be removed where the engine itself was killed', async () => {
    const mark = longTime();
    const { attempt, ended } = rig.start({ argv: ['sleep', mark], container });
    await until('it runs', () => alive(mark).length > 0);
    rig.runner.signal(attempt, 'kill');
    expect((await ended).exitCode).to.equal(137);
    expect(log().at(-1)).to.equal(`rm -f covey-${attempt.task.replace('/', '-')}-1`);
  });
});
