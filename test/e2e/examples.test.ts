import { spawnSync } from 'node:child_process';
import { expect } from 'chai';

describe('examples', function () {
  this.timeout(60_000);

  const hasPython = spawnSync('python3', ['--version']).status === 0;
  // Node is all that covey needs: a machine without Python has one example less.
  if (!hasPython) return;

  it('should compute Fibonacci numbers in Python', () => {
    const { status, stdout, stderr } = spawnSync('sh', ['examples/fibonacci/check.sh'], { encoding: 'utf8' });
    expect({ status, stdout, stderr }).to.deep.equal({
      status: 0,
      stdout: 'fibonacci: 32 numbers, all right\n',
      stderr: '',
    });
  });
});
