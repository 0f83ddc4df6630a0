import { expect } from 'chai';
import { containerName, inContainer, type Engine } from '../../../src/executor/io/container.js';
import { jobId, taskId } from '../../../src/kernel/ids.js';

const ENGINE: Engine = {
  kind: 'podman',
  path: '/bin/podman',
  env: { HOME: '/h' },
  label: 'covey.data=/d',
  user: '7:8',
};
const ATTEMPT = { task: taskId(jobId('job0'), 3), epoch: 2 };
const COMMAND = {
  ...{ kind: 'command' as const, argv: ['a b', '-c'], shell: false, env: {} },
  container: { image: 'alpine:3', env: { X: 'y z', COVEY_INDEX: '3' } },
};
const MOUNTS = { cwd: '/w', tmp: '/t' };

describe('the command of a container', () => {
  it('should name its directories, variables, image and arguments', () => {
    const { argv, env, shell } = inContainer(COMMAND, ENGINE, ATTEMPT, MOUNTS);
    expect(argv).to.deep.equal([
      ...['/bin/podman', 'run', '--rm', '--init', '-i', '--network=host'],
      ...['--name', 'covey-job0-3-2', '--label', 'covey.data=/d', '-v', '/w:/w', '-v', '/t:/t', '-w', '/w'],
      ...['-e', 'X=y z', '-e', 'COVEY_INDEX=3', '-e', 'COVEY_TMPDIR=/t', 'alpine:3', 'a b', '-c'],
    ]);
    expect({ env, shell }).to.deep.equal({ env: { HOME: '/h' }, shell: false });
    expect(containerName(ATTEMPT)).to.equal('covey-job0-3-2');
  });

  it('should have the shell of the image where there is one to be', () => {
    const { argv } = inContainer({ ...COMMAND, argv: ['echo $X'], shell: true }, ENGINE, ATTEMPT, MOUNTS);
    expect(argv.slice(-4)).to.deep.equal(['alpine:3', '/bin/sh', '-c', 'echo $X']);
  });

  it('should have docker run it as the user that the daemon is', () => {
    const docker = inContainer(COMMAND, { ...ENGINE, kind: 'docker' }, ATTEMPT, MOUNTS).argv;
    expect(docker.slice(docker.indexOf('--user')).slice(0, 2)).to.deep.equal(['--user', '7:8']);
  });

  it('should mount a directory once, and none that cannot be named', () => {
    const { argv } = inContainer(COMMAND, ENGINE, ATTEMPT, { cwd: '/t', tmp: '/t' });
    expect(argv.filter((word) => word === '-v')).to.have.length(1);
    expect(() => inContainer(COMMAND, ENGINE, ATTEMPT, { ...MOUNTS, cwd: '/a:b' })).to.throw('/a:b has a colon');
  });
});
